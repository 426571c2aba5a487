import { expect, test } from '../support/run/fixtures';
import { oathtool } from '../support/site/totp';
import { words } from '../support/pages/words';

/**
 * The help page: each of these specs has the name of one of its headings and follows the text below
 * it.
 */
test('to add an MFA method', async ({ owner: _owner, site, server }) => {
  const { profile, newMethod, setup, methodCode, backupCodes } = site;
  await site.enter();
  server.clock.toStep();

  await test.step('In the user menu, select My profile.', async () => {
    await site.menu.choose('My profile');
    await profile.arrive();
    await expect(profile.settings).toContainText(words.mfaIsOff);
    await expect(profile.generate).toBeDisabled();
    await expect(profile.generate).toHaveAccessibleDescription(words.addFirst);
  });

  await test.step('In the MFA settings group, click Add new method.', async () => {
    await profile.addMethod.click();
    await newMethod.arrive();
  });

  await test.step('Skip the Select method list and the Default checkbox.', async () => {
    await expect(newMethod.method.locator('option:checked')).toHaveText('Authenticator application');
    await expect(newMethod.isDefault).toBeChecked();
  });

  await test.step('Click Next: the MFA method setup page.', async () => {
    await newMethod.next.click();
    await setup.arrive();
  });

  const key = await test.step('Configure your authenticator application.', () => setup.readKey());
  await setup.arrive();

  await test.step('Click Next: the identity verification page.', async () => {
    await setup.next.click();
    await methodCode.arrive();
  });

  await test.step('Enter the 6-digit code. Click Enter.', async () => {
    await methodCode.code.fill(site.code({ key }, oathtool));
    await methodCode.enter.click();
  });

  await test.step('A set of 10 backup codes: save them.', async () => {
    await backupCodes.arrive();
    expect(new Set(await backupCodes.read()).size).toBe(10);
    await backupCodes.saved.check();
  });

  await test.step('Click Finish.', async () => {
    await backupCodes.finish.click();
    await profile.arrive();
    await expect(profile.status(words.added)).toBeVisible();
    await expect(profile.settings).toContainText('10 of 10 backup codes left');
    await expect(profile.addMethod, 'a further method may follow').toBeEnabled();
    await expect(profile.generate).toBeEnabled();
  });
});
