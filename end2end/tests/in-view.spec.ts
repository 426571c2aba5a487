import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { ALL_LOOKS } from '../support/tours/looks';
import { words } from '../support/pages/words';

const SMALL = { width: 320, height: 420 };

/** Scrolls to the end of the page, as a user does to use its controls. */
async function toTheEnd(page: Page): Promise<void> {
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
}

/** Expects that the whole value of a field is visible. */
async function expectWhole(field: Locator, value: string): Promise<void> {
  await field.fill(value);
  const [content, room] = await field.evaluate((input) => [input.scrollWidth, input.clientWidth]);
  expect(content, value).toBeLessThanOrEqual(room as number);
}

test('what an action brought comes into view, and the focus stays where it is', async ({ owner: _owner, site, page, server }) => {
  await page.setViewportSize(SMALL);
  await site.enter();
  const enrolled = await site.haveMfa();
  const { profile, accounts } = site;
  await profile.methodMenu.choose('Rename');
  await profile.name.fill('My phone');
  await toTheEnd(page);
  await profile.save.click();
  await expect(profile.status(words.renamed)).toBeInViewport();
  await expect(profile.heading).toBeFocused();

  server.clock.toStep();
  await profile.testApp.click();
  await profile.code.fill(site.code(enrolled));
  await toTheEnd(page);
  await profile.enter.click();
  await expect(profile.status(words.tested)).toBeInViewport();

  await accounts.open();
  await toTheEnd(page);
  await accounts.rule(site.person.account).click();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(accounts.status(words.requiredNow(site.person.account))).toBeInViewport();
});

test('what a sign-out met comes into view', async ({ owner: _owner, site, page, guard }) => {
  guard.expectRefusals(502);
  await site.enter();
  await site.haveMfa();
  await page.setViewportSize(SMALL);
  await page.route('**/api/session/sign_out', (route) => route.fulfill({ status: 502, body: '' }));
  await toTheEnd(page);
  await site.menu.button.click();
  await site.menu.item('Sign out').focus();
  await toTheEnd(page);
  await page.keyboard.press('Enter');
  await expect(site.profile.status(words.gatewayHere)).toBeInViewport();
  await expect(page.locator('.status'), 'it looks like no success').toHaveClass(/status--warning/);
});

test('a refusal above a long form comes into view, and typing goes on', async ({ site, page, server, guard }) => {
  guard.expectRefusals(502);
  await page.setViewportSize(SMALL);
  await page.goto(await server.setupLink());
  const { firstStart } = site;
  await firstStart.account.fill('Example Ltd');
  await firstStart.name.fill('Ada Owner');
  await firstStart.email.fill('ada@example.com');
  await firstStart.password.fill('correct horse battery staple');
  await page.route('**/api/session/create_first_owner', (route) => route.fulfill({ status: 502, body: '' }));
  await toTheEnd(page);
  await firstStart.password.press('Enter');
  await expect(firstStart.alert.filter({ hasText: words.gatewayHere })).toBeInViewport();
  await expect(firstStart.password).toBeFocused();
});

test('each field shows its longest usual value at 320 px, in both themes', async ({ owner: _owner, site, page }) => {
  await site.enter();
  await site.haveMfa();
  await site.askToGenerate();
  for (const { width, colorScheme } of ALL_LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    for (const form of [site.stepUp('generate'), site.changePassword]) {
      await form.open();
      await expectWhole(form.code, '000 000');
      await form.useBackupCode.click();
      await expectWhole(form.backupCode, 'WWWW-WWWW-WWWW-WWWW');
    }
  }
});
