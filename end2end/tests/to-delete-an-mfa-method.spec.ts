import { expect, test } from '../support/run/fixtures';
import { oathtool } from '../support/site/totp';
import { words } from '../support/pages/words';

test('to delete an MFA method', async ({ owner: _owner, site, server }) => {
  const { profile } = site;
  await site.enter();
  const enrolled = await site.addMfa();
  const stepUp = site.stepUp('delete');

  await test.step('In the MFA method menu, click Delete', async () => {
    await profile.methodMenu.choose('Delete');
    await site.dialog(/^Delete/).arrive();
  });

  await test.step('and confirm the action.', async () => {
    await site.dialog(/^Delete/).button('Delete').click();
    await stepUp.arrive();
    await expect(site.page.getByRole('main')).toContainText(words.costOfDelete);
  });

  await test.step('Enter the 6-digit code. Click Enter.', async () => {
    server.clock.toStep();
    await stepUp.submit(site.code(enrolled, oathtool));
  });

  await test.step('A message with the operation results is displayed.', async () => {
    await profile.arrive();
    await expect(profile.status(words.deleted)).toBeVisible();
    await expect(profile.settings).toContainText(words.mfaIsOff);
    await expect(profile.addMethod).toBeVisible();
  });
});
