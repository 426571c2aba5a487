import { expect, test } from '../support/run/fixtures';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('to view and update an MFA method', async ({ site }) => {
  const { profile } = site;
  await site.addMfa();
  await site.home.open();

  await test.step('In the user menu, select My profile.', async () => {
    await site.menu.choose('My profile');
    await profile.arrive();
  });

  await test.step('View the details about an added MFA method.', async () => {
    await expect(profile.methodName).toContainText('Authenticator application');
    await expect(profile.detail('Type')).toHaveText('Authenticator application');
    await expect(profile.card('Authenticator application').getByText('Default', { exact: true })).toBeVisible();
    await expect(profile.detail('Status')).toHaveText(/^(On|Active)$/);
    await expect(profile.detail('Added')).toHaveText(words.justNow);
    await expect(profile.detail('Last used')).toHaveText(words.justNow);
    await expect(profile.settings).toContainText('10 of 10 backup codes left');
  });

  await test.step('Update its name.', async () => {
    await profile.methodMenu.choose('Rename');
    await expect(profile.name).toBeFocused();
    await profile.arrive();
    await profile.name.fill('Phone of Ada');
    await profile.save.click();
    await expect(profile.status(words.renamed)).toBeVisible();
    await expect(profile.methodName).toContainText('Phone of Ada');
    await profile.open();
    await expect(profile.methodName).toContainText('Phone of Ada');
  });
});

test('a name that is none is refused, and Cancel keeps the one before', async ({ site }) => {
  const { profile } = site;
  await site.addMfa();
  await profile.methodMenu.choose('Rename');
  for (const name of ['   ', 'x'.repeat(101)]) {
    await profile.name.fill(name);
    await profile.save.click();
    await expect(profile.name).toHaveAttribute('aria-invalid', 'true');
    await expect(profile.name).toBeFocused();
  }
  await profile.arrive();
  await profile.settings.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(profile.methodName).toContainText('Authenticator application');
});

test('the authenticator can be tested, and a tested code is used', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(401, 409);
  const { profile } = site;
  const enrolled = await site.addMfa();
  server.clock.toStep();
  await profile.testApp.click();
  await expect(profile.code).toBeFocused();
  await profile.arrive();

  await profile.code.fill(wrongCode(enrolled.key, server.clock.now()));
  await profile.enter.click();
  await expect(profile.alert.filter({ hasText: words.wrongCode })).toBeVisible();
  await expect(profile.code).toBeFocused();

  const code = site.code(enrolled);
  await profile.code.fill(code);
  await profile.enter.click();
  await expect(profile.status(words.tested)).toBeVisible();
  await expect(profile.code).toHaveCount(0);
  await profile.arrive();

  await profile.testApp.click();
  await profile.code.fill(code);
  await profile.enter.click();
  await expect(profile.alert.filter({ hasText: words.alreadyUsed })).toBeVisible();
});
