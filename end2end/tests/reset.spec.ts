import { expect, test } from '../support/run/fixtures';
import type { Enrolled } from '../support/site/site';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

let old: Enrolled;

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
  old = await site.haveMfa();
});

test('the old authenticator works until the new one is verified, and no longer', async ({
  site,
  anotherDevice,
  guard,
}) => {
  guard.expectRefusals(401);
  const key = await site.resetUpToSetup(old);
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enterWithCode(old);

  const fresh = await site.proveSetup(key);
  await elsewhere.menu.choose('My profile');
  await elsewhere.signIn.expectOpen();

  await elsewhere.enterUpToCode();
  await elsewhere.signInCode.submit(elsewhere.code(old));
  await elsewhere.signInCode.expectRefused(words.wrongCode);
  await elsewhere.enterWithCode(fresh);
  await site.finish();
  await expect(site.profile.status(words.reset)).toBeVisible();
});

test('old backup codes work until Finish', async ({ site, anotherDevice, guard }) => {
  guard.expectRefusals(401);
  const fresh = await site.resetUpToBackupCodes(old);
  await expect(site.page.getByRole('main')).toContainText(words.untilFinish);
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enterWithBackupCode(old.codes[0] as string);
  await elsewhere.signOut();

  await site.finish();
  await expect(site.profile.settings).toContainText('10 of 10 backup codes left');
  await elsewhere.giveBackupCode(old.codes[1] as string);
  await elsewhere.signInCode.expectRefused(words.wrongCode, elsewhere.signInCode.backupCode);
  await elsewhere.enterWithBackupCode(fresh.codes[0] as string);
});

test('Keep my current codes discards the new set', async ({ site, anotherDevice, guard }) => {
  guard.expectRefusals(401);
  const fresh = await site.resetUpToBackupCodes(old);
  await site.backupCodes.keepCurrent.click();
  await site.profile.arrive();
  await expect(site.profile.status(words.keptCodes)).toBeVisible();

  const elsewhere = site.on(await anotherDevice());
  await elsewhere.giveBackupCode(fresh.codes[0] as string);
  await elsewhere.signInCode.expectRefused(words.wrongCode, elsewhere.signInCode.backupCode);
  await elsewhere.enterWithBackupCode(old.codes[0] as string);
});

test('each step stands a reload, and Back from the code shows the same key', async ({
  site,
  page,
}) => {
  const { setup, methodCode, backupCodes } = site;
  await site.askToReset();
  await page.reload();
  await site.stepUp('reset').arrive();
  await site.verify('reset', old);
  await setup.expectOpen();
  const key = await setup.readKey();

  await page.reload();
  await setup.arrive();
  expect(await setup.readKey()).toBe(key);
  await setup.next.click();
  await methodCode.expectOpen();
  await page.reload();
  await methodCode.arrive();
  await methodCode.back.click();
  await setup.expectOpen();
  expect(await setup.readKey()).toBe(key);

  const { codes } = await site.proveSetup(key);
  await page.reload();
  await backupCodes.arrive();
  const again = await backupCodes.read();
  expect(again.filter((code) => codes.includes(code))).toEqual([]);
  await expect(backupCodes.keepCurrent).toBeVisible();
  await site.finish();
  await expect(site.profile.status(words.reset)).toBeVisible();
});

test('a wrong code of the new app leaves the old one at work', async ({
  site,
  server,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401);
  const key = await site.resetUpToSetup(old);
  await site.setup.next.click();
  await site.methodCode.submit(wrongCode(key, server.clock.now()));
  await site.methodCode.expectRefused(words.wrongCode);

  await site.on(await anotherDevice()).enterWithCode(old);
});

test('Cancel, or a closed tab, leaves the old one at work', async ({
  site,
  context,
  page,
  anotherDevice,
}) => {
  const cancelled = await site.resetUpToSetup(old);
  // P8: some applications replace the old entry at the scan.
  await expect(page.getByText(words.beforeTheScan), 'p8: before the scan').toBeVisible();
  await site.setup.cancel.click();
  await site.profile.expectOpen();
  await expect(site.profile.status(words.resetCancelled), 'p8: what is left in the app').toBeVisible();
  const key = await site.resetUpToSetup(old);
  expect(key, 'a cancelled key is not shown again').not.toBe(cancelled);

  const tab = site.on(await context.newPage());
  await page.close();
  await tab.profile.open();
  await tab.profile.arrive();
  await expect(tab.profile.detail('Status')).toHaveText(/^(On|Active)$/);
  await site.on(await anotherDevice()).enterWithCode(old);
});

test('a server killed between two steps leaves the old one at work', async ({
  site,
  server,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401);
  guard.expectOutage();
  const key = await site.resetUpToSetup(old);
  await site.setup.next.click();
  await expect(site.methodCode.code).toBeVisible();
  await server.crash();

  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enterUpToCode();
  server.clock.toStep();
  await elsewhere.signInCode.submit(elsewhere.code({ key }));
  await elsewhere.signInCode.expectRefused(words.wrongCode);
  await elsewhere.signInCode.submit(elsewhere.code(old));
  await elsewhere.home.expectOpen();

  server.clock.toStep();
  await site.methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();
});

test('after Finish no address leads back into the reset', async ({ site, page }) => {
  await site.resetUpToBackupCodes(old);
  await site.finish();
  for (const path of [site.setup.path, site.methodCode.path, site.backupCodes.path]) {
    await page.goto(path);
    await site.profile.expectOpen();
  }
});

test('a reset keeps the name that its owner gave', async ({ site }) => {
  const { profile } = site;
  await profile.methodMenu.choose('Rename');
  await profile.name.fill('Phone of Ada');
  await profile.save.click();
  await expect(profile.status(words.renamed)).toBeVisible();
  await site.resetUpToBackupCodes(old);
  await site.finish();
  await expect(profile.methodName).toContainText('Phone of Ada');
});
