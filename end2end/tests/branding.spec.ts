import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { inEachLook } from '../support/tours/looks';
import type { Screen } from '../support/pages/screen';
import type { Site } from '../support/site/site';
import { parseKeyUri, scan } from '../support/site/totp';

const NAME = 'Harbour & Sons Panel';
const LOGO = join(__dirname, '../support/pictures/logo.svg');

/**
 * Accents for the light theme. The first also has one for the dark theme; for the others the server
 * computes it.
 */
const ACCENTS = [
  { name: 'green', light: '#0a7d3b', dark: '#6fd69a' },
  { name: 'orange-brown', light: '#9a4a0b' },
  { name: 'nearly black', light: '#1b1b1f' },
] as const;

test.beforeEach(({ owner: _owner }) => undefined);

/** Signs in without a check of the title, which has another name here than elsewhere. */
async function enter(site: Site): Promise<void> {
  await site.givePassword();
  await expect(site.home.heading).toBeVisible();
}

function mark(page: Page): Locator {
  return page.getByRole('banner').getByRole('link', { name: NAME, exact: true });
}

test.describe('name and logo', () => {
  test.use({ serverOptions: { settings: { TWINLOCK_BRAND: NAME, TWINLOCK_LOGO: LOGO } } });

  test('the name stands in every page and in the authenticator', async ({ site, page }) => {
    await site.signIn.open();
    await expect(page).toHaveTitle(`Sign in · ${NAME}`);
    await expect(mark(page)).toBeVisible();
    await enter(site);
    await expect(page).toHaveTitle(`${site.person.account} · ${NAME}`);

    await site.profile.open();
    await site.profile.addMethod.click();
    await site.newMethod.next.click();
    await expect(site.setup.heading).toBeVisible();
    const { issuer, label } = parseKeyUri(await scan(site.setup.qrCode(site.person.email)));
    expect({ issuer, label }).toEqual({ issuer: NAME, label: `${NAME}:${site.person.email}` });
  });

  test('the logo stands beside it, in its own form, before the app is there too', async ({
    site,
    page,
    browser,
    baseURL,
  }) => {
    await site.signIn.open();
    const logo = mark(page).locator('img');
    await expect(logo).toBeVisible();
    await expect(logo).toHaveAttribute('alt', '');
    await expect(mark(page).locator('svg')).toHaveCount(0);
    const { width, height } = (await logo.boundingBox())!;
    expect(width / height).toBeCloseTo(2, 1);
    expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await inEachLook(page, async () => {
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    });

    const context = await browser.newContext({ baseURL: baseURL as string, javaScriptEnabled: false });
    const frame = await context.newPage();
    await frame.goto('/sign-in');
    await expect(frame.getByRole('banner').locator('img')).toBeVisible();
    await context.close();
  });

  test('opened on its own, the logo may do nothing', async ({ site, page, request }) => {
    await site.signIn.open();
    const path = await mark(page).locator('img').getAttribute('src');
    const answer = await request.get(path as string);
    expect(answer.headers()['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(answer.headers()['content-security-policy']).toContain("default-src 'none'");
    await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', path as string);
  });
});

for (const accent of ACCENTS) {
  const dark = 'dark' in accent ? { TWINLOCK_ACCENT_DARK: accent.dark } : {};
  test.describe(`the accent ${accent.name}`, () => {
    test.use({ serverOptions: { settings: { TWINLOCK_ACCENT: accent.light, ...dark } } });

    test('is the colour of what is pressed, in both themes', async ({ site, page }) => {
      const { signIn } = site;
      await page.emulateMedia({ colorScheme: 'light' });
      await signIn.open();
      await expect(signIn.submit).toHaveCSS('background-color', rgb(accent.light));
      await page.emulateMedia({ colorScheme: 'dark' });
      const shown = await background(signIn.submit);
      expect(shown).not.toBe(rgb(accent.light));
      if ('dark' in accent) {
        expect(shown).toBe(rgb(accent.dark));
      }
      // The user's choice overrides the device's theme.
      await page.evaluate(() => localStorage.setItem('theme', 'light'));
      await page.reload();
      await expect(signIn.submit).toHaveCSS('background-color', rgb(accent.light));
    });

    test('can be read wherever it stands', async ({ site }) => {
      const { signIn, profile, newMethod, setup, accounts } = site;
      await signIn.open();
      await signIn.submit.hover();
      await arriveInBothThemes(signIn);
      await site.enter();
      for (const screen of [profile, accounts, newMethod]) {
        await screen.open();
        await arriveInBothThemes(screen);
      }
      await newMethod.next.click();
      await setup.expectOpen();
      await arriveInBothThemes(setup);
    });
  });
}

async function arriveInBothThemes(screen: Screen): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await screen.page.emulateMedia({ colorScheme });
    await screen.arrive();
  }
}

function rgb(hex: string): string {
  const channel = (start: number): number => parseInt(hex.slice(start, start + 2), 16);
  return `rgb(${channel(1)}, ${channel(3)}, ${channel(5)})`;
}

function background(element: Locator): Promise<string> {
  return element.evaluate((node) => getComputedStyle(node).backgroundColor);
}
