import { expect, test } from '../support/run/fixtures';
import { oathtool } from '../support/site/totp';
import { words } from '../support/pages/words';

test('to reset and configure an MFA method', async ({ owner: _owner, site, server }) => {
  const { profile, setup, methodCode, backupCodes } = site;
  await site.enter();
  const old = await site.addMfa();
  const stepUp = site.stepUp('reset');

  await test.step('In the MFA method menu, click Reset.', async () => {
    await profile.methodMenu.choose('Reset');
    await stepUp.arrive();
    await expect(site.page.getByRole('main')).toContainText(words.costOfReset);
  });

  await test.step('Enter the 6-digit code. Click Enter.', async () => {
    server.clock.toStep();
    await stepUp.submit(site.code(old, oathtool));
    await setup.arrive();
  });

  const key = await test.step('Configure your authenticator application', () => setup.readKey());
  expect(key, 'the new app has a key of its own').not.toBe(old.key);

  await test.step('similar to adding a new MFA method.', async () => {
    await setup.next.click();
    await methodCode.arrive();
    server.clock.toStep();
    await methodCode.submit(site.code({ key }, oathtool));
    await backupCodes.arrive();
    const fresh = await backupCodes.read();
    expect(fresh.filter((code) => old.codes.includes(code))).toEqual([]);
    await backupCodes.saved.check();
    await backupCodes.finish.click();
    await profile.arrive();
    await expect(profile.status(words.reset)).toBeVisible();
  });
});
