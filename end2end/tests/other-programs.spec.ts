import type { Locator, Page } from '@playwright/test';
import { holdApp } from '../support/site/boot';
import { expect, test } from '../support/run/fixtures';
import { inviteMember, seedMember } from '../support/site/seed';
import { parseKeyUri, scan } from '../support/site/totp';
import { words } from '../support/pages/words';

/** Changes to a page by other programs: password managers, extensions, optimising proxies. */
test.beforeEach(({ owner: _owner }) => undefined);

/** Fills a field without events, as some password managers do. */
async function fillSilently(field: Locator, text: string): Promise<void> {
  await field.evaluate((input, value) => {
    (input as HTMLInputElement).value = value;
  }, text);
}

test.describe('a password manager that fills without a word', () => {
  test('p2 email, password and code are what stands in the fields', async ({ site, server }) => {
    await site.enter();
    const { key, codes } = await site.haveMfa();
    await site.signOut();
    const { signIn, signInCode, person } = site;
    await fillSilently(signIn.email, person.email);
    await fillSilently(signIn.password, person.password);
    await signIn.submit.click();
    await signInCode.expectOpen();
    await site.page.context().clearCookies();
    await site.enterUpToCode();
    await signInCode.useBackupCode.click();
    await fillSilently(signInCode.backupCode, codes[0] as string);
    await signInCode.backupCode.press('Enter');
    await site.home.expectOpen();

    await site.signOut();
    await site.enterUpToCode();
    server.clock.toStep();
    await fillSilently(signInCode.code, site.code({ key }));
    await signInCode.enter.click();
    await site.home.expectOpen();
  });

  test('p2 a changed password, a name and a checkbox as well', async ({ site, page }) => {
    await site.enter();
    const { changePassword, profile, person } = site;
    await changePassword.open();
    await fillSilently(changePassword.current, person.password);
    await fillSilently(changePassword.next, 'a wooden bridge across the fjord');
    await changePassword.submit.click();
    await expect(profile.status(words.passwordChanged)).toBeVisible();

    await site.setUpToBackupCodes();
    await site.backupCodes.saved.evaluate((box) => {
      (box as HTMLInputElement).checked = true;
    });
    await site.backupCodes.finish.click();
    await profile.expectOpen();
    await profile.methodMenu.choose('Rename');
    await fillSilently(profile.name, 'Phone of Ada');
    await profile.save.click();
    await expect(profile.methodName).toContainText('Phone of Ada');
    await expect(page.getByText('Phone of Ada')).toHaveAttribute('translate', 'no');
  });

  test('p2 an invitation and a try again', async ({ site, server, page, guard }) => {
    guard.expectRefusals(503);
    await page.goto(inviteMember(server));
    await fillSilently(site.invitation.password, 'seven quiet rivers at dawn');
    const busy = { status: 503, contentType: 'application/json', body: '{"kind":"unavailable"}' };
    await page.route('**/api/session/accept_invitation', (route) => route.fulfill(busy), { times: 1 });
    await site.invitation.save.click();
    await expect(site.invitation.tryAgain).toBeVisible();
    await fillSilently(site.invitation.password, 'eight quiet rivers at dawn');
    await site.invitation.tryAgain.click();
    await site.signIn.expectOpen();
    await site.signIn.fill('max@example.com', 'eight quiet rivers at dawn');
    await site.signIn.submit.click();
    await site.home.expectOpen();
  });

  test('p2 what was filled goes along with the switch', async ({ site }) => {
    const { codes } = await site.enrolledAtCode();
    await fillSilently(site.signInCode.code, codes[3] as string);
    await site.signInCode.useBackupCode.click();
    await expect(site.signInCode.backupCode).toHaveValue(codes[3] as string);
  });
});

test('p13 no field for an address or a code is corrected', async ({ site, page }) => {
  const release = await holdApp(page);
  await page.goto(site.signIn.path);
  await expect(site.signIn.email).toHaveAttribute('autocorrect', 'off');
  await release();
  await expect(site.signIn.email).toHaveAttribute('type', 'email');
  await expect(site.signIn.email).toHaveAttribute('autocorrect', 'off');
  await site.enter();
  await site.haveMfa();
  await site.signOut();
  await site.enterUpToCode();
  await expect(site.signInCode.code).toHaveAttribute('autocorrect', 'off');
  await site.signInCode.useBackupCode.click();
  await expect(site.signInCode.backupCode).toHaveAttribute('autocorrect', 'off');
});

/**
 * Changes colours as an extension does: by attributes of drawings, and by a style sheet for the
 * whole page.
 */
async function darken(page: Page): Promise<void> {
  await page.evaluate(() => {
    document.documentElement.setAttribute('data-darkreader-scheme', 'dark');
    for (const shape of document.querySelectorAll('svg, svg *, img')) {
      shape.setAttribute('fill', '#181a1b');
      shape.setAttribute('data-darkreader-inline-fill', '');
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      '* { fill: #181a1b !important; background-color: #181a1b !important; color: #e8e6e3 !important; border-color: #736b5e !important; }',
    );
    document.adoptedStyleSheets = [sheet];
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`p7 a darkened page has a QR code that is read (${colorScheme})`, async ({ site, page }) => {
    await page.emulateMedia({ colorScheme });
    await site.enter();
    await site.startSetup();
    const key = await site.setup.readKey();
    await darken(page);
    const code = site.setup.qrCode(site.person.email);
    expect(parseKeyUri(await scan(code)).secret).toBe(key);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(parseKeyUri(await scan(code)).secret).toBe(key);
  });
}

test.describe('a long brand in another script', () => {
  test.use({ serverOptions: { settings: { TWINLOCK_BRAND: 'Панель управления ЁЖ' } } });

  test('p7 a module of the QR code is three pixels and more, also on a phone', async ({ site, page }) => {
    const { signIn } = site;
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    await signIn.submit.click();
    await expect(site.menu.button).toBeVisible();
    await page.goto('/profile/mfa/setup');
    const code = site.setup.qrCode(site.person.email);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const box = (await code.boundingBox())!;
      const modules = await code.evaluate((image) => {
        const [, side] = /viewBox='-4 -4 (\d+)/.exec(decodeURIComponent((image as HTMLImageElement).src))!;
        return Number(side);
      });
      expect(box.width / modules, `${width} px, ${modules} modules`).toBeGreaterThanOrEqual(3);
      expect(Math.abs(box.width - box.height)).toBeLessThan(1);
      expect(parseKeyUri(await scan(code)).issuer).toContain('Панель');
    }
  });
});

for (const [what, scripts] of [
  ['every script', /<script(?= |>)(?: data-cfasync="false")?(?: type="module")?/g],
  ['the scripts without a type', /<script(?: data-cfasync="false")?(?=>)/g],
] as const) {
  test(`p12 an optimiser that changes ${what} is told of`, async ({ site, page }) => {
    const posts: string[] = [];
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.method() === 'POST') {
        posts.push(request.url());
      }
    });
    await page.route('**/sign-in', async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replace(scripts, '<script type="x-text/javascript"');
      await route.fulfill({ response: answer, body });
    });
    const release = await holdApp(page);
    await page.goto(site.signIn.path, { waitUntil: 'commit' });
    await expect(page.getByRole('alert').filter({ hasText: words.changedOnItsWay })).toBeVisible();
    await expect(page.locator('#boot-sign-in')).toBeHidden();
    await page.locator('#boot-password').evaluate((field) => (field as HTMLInputElement).form!.querySelector('button')!.click());
    await expect(page.locator('#boot-sign-in [type=submit]')).toHaveCount(0);
    if (what !== 'every script') {
      // The app itself is unchanged: it works, and there is no further message.
      await release();
      await site.signIn.fill(site.person.email, site.person.password);
      await site.signIn.submit.click();
      await site.home.expectOpen();
      await expect(page.getByText(words.changedOnItsWay)).toHaveCount(0);
    }
    expect(posts).toEqual([]);
  });
}

test('p12 scripts that run are told of nowhere, and each asks to be left alone', async ({ page, site }) => {
  const release = await holdApp(page);
  await page.goto(site.signIn.path);
  await expect(site.signIn.submit).toBeVisible();
  await expect(page.getByText(words.changedOnItsWay)).toBeHidden();
  await expect(page.locator('script:not([data-cfasync=false])')).toHaveCount(0);
  await release();
  await expect(page.getByText(words.changedOnItsWay)).toHaveCount(0);
});

test('an error of an extension is not told as ours', async ({ site, page, guard }) => {
  guard.expectPageError(/of an extension/);
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      void Promise.reject(new Error('of an extension'));
      setTimeout(() => {
        document.documentElement.dataset['extension'] = 'failed';
        throw new Error('of an extension');
      });
    });
  });
  const release = await holdApp(page);
  await page.goto(site.signIn.path);
  await expect(page.locator('html[data-extension=failed]')).toBeAttached();
  await expect(page.locator('#boot-failed')).toBeHidden();
  await release();
  await site.signIn.expectOpen();
});

test('p1 a name of another script stays whole in every sentence', async ({ site, server, page }) => {
  const ali = { ...site.person, name: 'علی رضا', email: 'ali@example.com' };
  seedMember(server, ali);
  await site.enter();
  await site.accounts.open();
  await site.accounts.membersOf(site.person.account).click();
  const name = site.members.row(ali.name).getByText(ali.name);
  await expect(name).toHaveJSProperty('tagName', 'BDI');
  await expect(page.getByRole('link', { name: 'All accounts' })).toBeVisible();
});
