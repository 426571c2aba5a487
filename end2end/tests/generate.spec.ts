import { expect, test } from '../support/run/fixtures';
import type { Enrolled, Site } from '../support/site/site';
import { words } from '../support/pages/words';

let enrolled: Enrolled;

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
  enrolled = await site.addMfa();
});

/**
 * Expects that each code is refused at sign-in. A right code after every four keeps the attempts
 * from adding up.
 */
async function expectDead(site: Site, dead: readonly string[], alive: string[]): Promise<void> {
  const { signInCode } = site;
  for (let first = 0; first < dead.length; first += 4) {
    await site.enterUpToCode();
    await signInCode.useBackupCode.click();
    for (const code of dead.slice(first, first + 4)) {
      await signInCode.submitBackupCode(code);
      await signInCode.expectRefused(words.wrongCode, signInCode.backupCode);
    }
    await signInCode.submitBackupCode(alive.shift() as string);
    await site.home.expectOpen();
    await site.signOut();
  }
}

test('the old codes work until Finish, and each is refused afterwards', async ({
  site,
  anotherDevice,
  guard,
}) => {
  test.slow();
  guard.expectRefusals(401);
  const fresh = await site.generateUpToBackupCodes(enrolled);
  await expect(site.page.getByRole('main')).toContainText(words.untilFinish);
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enterWithBackupCode(enrolled.codes[0] as string);
  await elsewhere.signOut();

  await site.finish();
  await expect(site.profile.status(words.generated)).toBeVisible();
  await expect(site.profile.settings).toContainText('10 of 10 backup codes left');
  await expectDead(elsewhere, enrolled.codes, fresh);
});

test('a reload shows a fresh set without another verification', async ({ site, page }) => {
  const { backupCodes } = site;
  const first = await site.generateUpToBackupCodes(enrolled);
  await expect(page.getByText(words.drawnAnew)).toHaveCount(0);
  await page.reload();
  await backupCodes.arrive();
  // P9: the message stands above the codes.
  await expect(page.getByText(words.drawnAnew)).toBeVisible();
  const second = await backupCodes.read();
  expect(second.filter((code) => [...first, ...enrolled.codes].includes(code))).toEqual([]);
  await site.finish();

  await site.signOut();
  await site.enterWithBackupCode(second[0] as string);
});

test('leaving without saving asks, and the old codes stay', async ({ site }) => {
  const { backupCodes, profile } = site;
  await site.generateUpToBackupCodes(enrolled);
  const dialog = site.dialog(words.leaveUnsaved);
  await site.menu.choose('My profile');
  await dialog.arrive();
  await dialog.button('Stay').click();
  await dialog.expectClosed();
  await backupCodes.arrive();

  await site.menu.choose('My profile');
  await dialog.button('Leave').click();
  await profile.arrive();
  await expect(profile.settings).toContainText(words.neverFinished);
  await site.signOut();
  await site.enterWithBackupCode(enrolled.codes[0] as string);
});

test('whoever left comes back to a fresh set', async ({ site, page }) => {
  const { profile, backupCodes } = site;
  await site.generateUpToBackupCodes(enrolled);
  await site.menu.choose('My profile');
  await site.dialog(words.leaveUnsaved).button('Leave').click();
  await profile.settings.getByRole('link', { name: /backup codes/ }).click();
  await backupCodes.arrive();
  await backupCodes.read();

  // Saved codes do not work before `Finish`.
  await backupCodes.saved.check();
  await site.menu.choose('My profile');
  await expect(page.getByRole('dialog')).toContainText(words.lostByLeaving);
  await site.dialog(words.leaveUnsaved).button('Leave').click();
  await profile.expectOpen();
});

test('Sign out and the browser itself ask as well', async ({ site, page }) => {
  await site.generateUpToBackupCodes(enrolled);
  const asked = page.waitForEvent('dialog');
  const reloaded = page.reload();
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.accept();
  await reloaded;
  await site.backupCodes.read();

  await site.menu.choose('Sign out');
  await site.dialog(words.leaveUnsaved).button('Leave').click();
  await site.signIn.expectOpen();
});

test('of two tabs the last set counts, and the other is told', async ({
  site,
  context,
  guard,
}) => {
  guard.expectRefusals(409);
  await site.generateUpToBackupCodes(enrolled);
  const other = site.on(await context.newPage());
  await other.backupCodes.open();
  const [last] = await other.backupCodes.read();

  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expect(site.backupCodes.alert.filter({ hasText: words.otherTabCodes })).toBeVisible();
  await other.finish();
  await other.signOut();
  await other.enterWithBackupCode(last as string);
});

test('Back asks as well, and leads back once that is wanted', async ({ site, page }) => {
  await site.generateUpToBackupCodes(enrolled);
  const codes = await site.backupCodes.read();
  await page.goBack();
  const dialog = site.dialog(words.leaveUnsaved);
  await dialog.arrive();
  await dialog.button('Stay').click();
  await site.backupCodes.expectOpen();
  expect(await site.backupCodes.read()).toEqual(codes);

  await page.goBack();
  await dialog.button('Leave').click();
  await site.profile.expectOpen();
});

test('after half an hour the new set is gone and the old one works', async ({
  site,
  server,
  page,
}) => {
  await site.generateUpToBackupCodes(enrolled);
  server.clock.advance(30 * 60 + 1);
  await page.reload();
  await site.profile.arrive();
  await site.signOut();
  await site.enterWithBackupCode(enrolled.codes[0] as string);
});

test('several steps back at once lead back as well', async ({ site, page }) => {
  await site.generateUpToBackupCodes(enrolled);
  const codes = await site.backupCodes.read();
  const dialog = site.dialog(words.leaveUnsaved);
  await page.evaluate(() => history.go(-2));
  await dialog.button('Stay').click();
  await site.backupCodes.expectOpen();
  expect(await site.backupCodes.read()).toEqual(codes);

  await page.goBack();
  await dialog.arrive();
  await dialog.button('Stay').click();
  await site.backupCodes.expectOpen();
});
