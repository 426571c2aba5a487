import { expect, test } from '../support/run/fixtures';
import { oathtool } from '../support/site/totp';
import { words } from '../support/pages/words';

test('to generate backup codes', async ({ owner: _owner, site, server }) => {
  const { profile, backupCodes } = site;
  await site.enter();
  const stepUp = site.stepUp('generate');

  await test.step('Without an added MFA method it is not available.', async () => {
    await profile.open();
    await expect(profile.generate).toBeDisabled();
    await expect(profile.generate).toHaveAccessibleDescription(words.addFirst);
  });

  const enrolled = await test.step('First, add an MFA method.', () => site.addMfa());

  await test.step('In the user menu, select My profile.', async () => {
    await site.menu.choose('My profile');
    await profile.arrive();
    await expect(profile.settings).toContainText('10 of 10 backup codes left');
  });

  await test.step('Click Generate backup codes.', async () => {
    await profile.generate.click();
    await stepUp.arrive();
    await expect(site.page.getByRole('main')).toContainText(words.costOfGenerate);
  });

  await test.step('Enter the 6-digit code. Click Enter.', async () => {
    server.clock.toStep();
    await stepUp.submit(site.code(enrolled, oathtool));
  });

  await test.step('A set of 10 backup codes: save them.', async () => {
    await backupCodes.arrive();
    const fresh = await backupCodes.read();
    expect(fresh.filter((code) => enrolled.codes.includes(code))).toEqual([]);
    await expect(backupCodes.keepCurrent, 'only a reset has it').toHaveCount(0);
    await backupCodes.saved.check();
  });

  await test.step('Click Finish.', async () => {
    await backupCodes.finish.click();
    await profile.arrive();
    await expect(profile.status(words.generated)).toBeVisible();
    await expect(profile.settings).toContainText('10 of 10 backup codes left');
  });
});
