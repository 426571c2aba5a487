import type { Page } from '@playwright/test';
import { test } from '../support/site/between';
import { expect } from '../support/run/fixtures';
import { ADA } from '../support/site/seed';
import { Notice } from '../support/pages/notice';
import type { Proxy } from '../support/site/proxy';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

const NEW = 'a wooden bridge across the fjord';

/**
 * An answer is lost, and a moment later the server can be reached again: the page says what it
 * knows then, and shows the true state.
 */
test.beforeEach(({ owner: _owner, guard, between }) => {
  guard.expectOrigin(between.url);
  guard.expectOutage();
  guard.expectRefusals(401, 409);
});

/** Loses the answer, and the answers to what the browser resends by itself. */
function lose(proxy: Proxy, api: string): void {
  proxy.cuts = (asked) => asked.url === `/api/${api}`;
}

/**
 * Expects that only the password is needed again. The email is in the field, and nowhere that
 * outlives the page.
 */
async function expectTyped(site: Site, page: Page): Promise<void> {
  const { email } = site.person;
  await expect(site.signIn.email).toHaveValue(email);
  expect(decodeURIComponent(page.url())).not.toContain(email);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]));
  expect(kept).not.toContain(email);
}

test('p3 a code at the sign-in whose answer never came ends in words', async ({ site, between, page }) => {
  const enrolled = await site.enrolledAtCode();
  lose(between, 'session/verify_code');
  await site.signInCode.submit(site.code(enrolled));
  await site.signIn.expectOpen();
  await expect(site.signIn.alert.filter({ hasText: words.sessionEnded })).toBeVisible();
  await expect(site.signIn.status(words.codePerhapsUsed)).toBeVisible();
  await expect(page.locator('.status'), 'it looks like no success').toHaveClass(/status--warning/);
  await expectTyped(site, page);
  await site.signIn.arrive();
});

test('p3 a sign-in whose answer never came keeps what was typed', async ({ site, between, page }) => {
  await site.signIn.open();
  await site.signIn.fill(site.person.email, site.person.password);
  lose(between, 'session/sign_in');
  await site.signIn.submit.click();
  await expect(site.signIn.alert).toBeVisible();
  await new Notice(page).lookAgain();
  await expect(site.signIn.alert).toHaveCount(0);
  await expectTyped(site, page);
  await expect(site.signIn.password).toHaveValue(site.person.password);
  between.cuts = () => false;
  await site.signIn.submit.click();
  await site.home.expectOpen();
});

test('p3 after a sign-out in another tab the next person finds no address', async ({ site, context }) => {
  await site.enter();
  const other = site.on(await context.newPage());
  await other.profile.open();
  await other.signOut();
  await site.signIn.expectOpen();
  await expect(site.signIn.email).toHaveValue('');
});

test('p3 a change of password whose answer never came says that the new one may work', async ({ site, between }) => {
  await site.enter();
  await site.changePassword.open();
  lose(between, 'profile/change_password');
  await site.changePassword.change(site.person.password, NEW);
  await site.signIn.expectOpen();
  await expect(site.signIn.status(words.perhapsChanged)).toBeVisible();
  await expect(site.signIn.email).toHaveValue(site.person.email);
  await site.signIn.fill(site.person.email, NEW);
  await site.signIn.submit.click();
  await expect(site.signIn.heading, 'the new password signs in').toHaveCount(0);
  await expect(site.menu.button).toBeVisible();
});

test('p3 a rule whose answer never came is shown as it is', async ({ site, between }) => {
  await site.enter();
  await site.haveMfa();
  await site.accounts.open();
  await expect(site.accounts.rule(ADA.account)).not.toBeChecked();
  lose(between, 'accounts/require_mfa');
  await site.accounts.rule(ADA.account).click();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(site.accounts.status(words.backAgain)).toBeVisible();
  await expect(site.accounts.rule(ADA.account)).toBeChecked();
  await expect(site.accounts.alert).toHaveCount(0);
});

test('p3 a Finish whose answer never came says that it may be done, and goes on', async ({ site, between, page }) => {
  await site.enter();
  await site.setUpToBackupCodes();
  await site.backupCodes.saved.check();
  lose(between, 'mfa/finish');
  await site.backupCodes.finish.click();
  await new Notice(page).lookAgain();
  await expect(site.backupCodes.status(words.backAgain)).toBeVisible();
  between.cuts = () => false;
  await site.backupCodes.finish.click();
  await expect(site.profile.status(words.added)).toBeVisible();
});

test('p3 a sign-out whose answer never came is a sign-out, in the other tab too', async ({ site, between, page, context }) => {
  await site.enter();
  const other = site.on(await context.newPage());
  await other.profile.open();
  lose(between, 'session/sign_out');
  await site.menu.choose('Sign out');
  await site.signIn.expectOpen();
  await expect(page.locator('.status--shown')).toHaveCount(0);
  await expect(site.signIn.alert).toHaveCount(0);
  await other.signIn.expectOpen();
});

test('p3 a Delete whose answer never came is told at the sign-in', async ({ site, between, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await site.askToDelete();
  lose(between, 'mfa/delete');
  await site.verify('delete', enrolled);
  await site.signIn.expectOpen();
  await expect(site.signIn.status(words.backAgain)).toBeVisible();
  await expectTyped(site, page);
});
