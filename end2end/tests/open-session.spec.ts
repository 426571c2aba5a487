import { expect, test } from '../support/run/fixtures';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

/** Longer than a password or a verification is fresh. */
const STALE = 5 * 60 + 1;

/** Gives the password that an open session is asked for, and checks the reason on the page. */
async function confirmPassword(site: Site, why: RegExp): Promise<void> {
  await site.confirmPassword.arrive();
  await expect(site.page.getByRole('main')).toContainText(why);
  await site.confirmPassword.password.fill(site.person.password);
  await site.confirmPassword.proceed.click();
}

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('a reload within five minutes notices nothing', async ({ site, server }) => {
  const enrolled = await site.haveMfa();
  const key = await site.resetUpToSetup(enrolled);
  server.clock.advance(4 * 60);
  await site.page.reload();
  await site.setup.expectOpen();
  expect(await site.setup.readKey()).toBe(key);
  await site.proveSetup(key);
  server.clock.advance(4 * 60);
  await site.page.reload();
  await site.backupCodes.expectOpen();
  await site.backupCodes.read();
});

test('RA1: a key that was left needs the password, also after a reload on the way', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(403);
  const enrolled = await site.haveMfa();
  const key = await site.resetUpToSetup(enrolled);
  server.clock.advance(STALE);
  await site.page.reload();
  await site.confirmPassword.arrive();
  await site.page.reload();
  await confirmPassword(site, /You gave your password a while ago/);
  await site.setup.expectOpen();
  expect(await site.setup.readKey()).toBe(key);
  await site.proveSetup(key);
  await site.finish();
  await expect(site.profile.status(words.reset)).toBeVisible();
});

test('RA1: another verification shows another key', async ({ site, server, guard }) => {
  guard.expectRefusals(403);
  const enrolled = await site.haveMfa();
  const key = await site.resetUpToSetup(enrolled);
  server.clock.advance(STALE);
  expect(await site.resetUpToSetup(enrolled)).not.toBe(key);
});

test('RA2: codes that were left need the password, also after a reload on the way', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(403);
  const enrolled = await site.haveMfa();
  const shown = await site.generateUpToBackupCodes(enrolled);
  server.clock.advance(STALE);
  await site.page.reload();
  await site.confirmPassword.arrive();
  await site.page.reload();
  await confirmPassword(site, /Your backup codes were shown more than five minutes ago/);
  await site.backupCodes.expectOpen();
  expect(await site.backupCodes.read()).not.toEqual(shown);
  await site.finish();
});

test('RA2: codes of this session verify with the password only', async ({ site, server, guard }) => {
  guard.expectRefusals(403);
  const enrolled = await site.haveMfa();
  server.clock.advance(STALE);
  await site.askToDelete();
  const stepUp = site.stepUp('delete');
  await stepUp.useBackupCode.click();
  await stepUp.submitBackupCode(enrolled.codes[0] as string);
  await confirmPassword(site, /Your backup codes were made in this session/);
  await stepUp.expectOpen();
  // The code that was typed before the question for the password is still in the field.
  await expect(stepUp.backupCode).toHaveValue(enrolled.codes[0] as string);
  await expect(stepUp.backupCode).toBeFocused();
  await stepUp.enter.click();
  await expect(site.profile.status(words.deleted)).toBeVisible();
});

test('RA3: a sign-in by backup code asks for the password after five minutes', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(403);
  const enrolled = await site.haveMfa();
  await site.signOut();
  await site.enterWithBackupCode(enrolled.codes[0] as string);
  server.clock.advance(STALE);
  await site.profile.open();
  await site.profile.generate.click();
  await confirmPassword(site, /You signed in by a backup code more than five minutes ago/);
  await site.backupCodes.expectOpen();
  await site.backupCodes.read();
  await site.finish();
});

test('RC10: before the second factor the page shows no name but the one that was typed', async ({
  site,
}) => {
  await site.haveMfa();
  await site.signOut();
  await site.enterUpToCode();
  await expect(site.page.getByRole('button', { name: site.person.email })).toBeVisible();
  await expect(site.page.getByText(site.person.name)).toHaveCount(0);
  await site.signInCode.lostDevice.click();
  await expect(site.page.getByRole('main')).toContainText('contact your operator');
});
