import { expect, test } from '../support/fixtures';
import { words } from '../support/words';
import { oathtool, otplib, parseKeyUri, scan } from '../support/totp';
import { BRAND } from '../support/pages';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('adding an MFA method, sentence by sentence as in the help page', async ({ site, server }) => {
  const { profile, newMethod, setup, methodCode, backupCodes } = site;
  server.clock.toStep();

  // "In the user menu, select My profile."
  await site.menu.choose('My profile');
  await profile.arrive();
  await expect(profile.settings).toContainText(words.mfaIsOff);
  await expect(profile.generate).toBeDisabled();
  await expect(profile.generate).toHaveAccessibleDescription(words.addFirst);

  // "In the MFA settings group, click Add new method."
  await profile.addMethod.click();
  await newMethod.arrive();

  // "Skip the Select method list and the Default checkbox."
  await expect(newMethod.method).toHaveText('Authenticator application');
  await expect(newMethod.isDefault).toBeChecked();

  // "Click Next. The MFA method setup page is displayed."
  await newMethod.next.click();
  await setup.arrive();

  // "Follow the instructions and configure your authenticator application."
  const key = await setup.readKey();
  await setup.arrive();

  // "Click Next. The identity verification page is displayed."
  await setup.next.click();
  await methodCode.arrive();

  // "Enter the 6-digit code displayed by your authenticator application. Click Enter."
  await methodCode.code.fill(site.code({ key }, oathtool));
  await methodCode.enter.click();

  // "A page with a set of 10 backup codes is displayed. Save the displayed codes."
  await backupCodes.arrive();
  const codes = await backupCodes.read();
  expect(new Set(codes).size).toBe(10);
  await backupCodes.saved.check();

  // "Click Finish."
  await backupCodes.finish.click();
  await profile.arrive();
  await expect(profile.status(words.added)).toBeVisible();

  // "View the following details about an added MFA method"
  await expect(profile.detail('Name')).toContainText('Authenticator application');
  await expect(profile.detail('Type')).toContainText('Authenticator application');
  await expect(profile.detail('Default')).toHaveText('Yes');
  await expect(profile.detail('Status')).toHaveText(/^(On|Active)$/);
  await expect(profile.detail('Added')).toHaveText(words.justNow);
  await expect(profile.detail('Last used')).toHaveText(words.justNow);
  await expect(profile.settings).toContainText('10 of 10 backup codes left');
  await expect(profile.addMethod).toHaveCount(0);
  await expect(profile.generate).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the QR code, the key and the link say the same (${colorScheme})`, async ({
    site,
    server,
  }) => {
    const { setup } = site;
    await site.page.emulateMedia({ colorScheme });
    await site.startSetup();
    const key = await setup.readKey();
    const scanned = await scan(setup.qrCode(site.person.email));

    expect(parseKeyUri(scanned)).toEqual({
      type: 'totp',
      label: `${BRAND}:${site.person.email}`,
      secret: key,
      issuer: BRAND,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
    await expect(setup.appLink).toHaveAttribute('href', scanned);
    for (const text of [site.person.email, BRAND, '6', '30 seconds']) {
      await expect(site.page.getByRole('main')).toContainText(text);
    }
    await setup.arrive();

    const now = server.clock.now();
    expect(oathtool(key, now), 'two authenticators agree').toBe(otplib(key, now));
  });
}

test('the key can be copied', async ({ site, context }) => {
  await context.grantPermissions(['clipboard-write']);
  await site.startSetup();
  const key = await site.setup.readKey();
  await site.setup.copyKey.click();
  expect((await site.pasted()).replace(/\s/g, '')).toBe(key);
});

test('leaving before the code is verified changes nothing', async ({ site }) => {
  const { profile, newMethod, setup } = site;
  await profile.open();
  await profile.addMethod.click();
  await newMethod.cancel.click();
  await profile.expectOpen();
  await expect(profile.settings).toContainText(words.mfaIsOff);

  await site.startSetup();
  const cancelled = await setup.readKey();
  await setup.cancel.click();
  await profile.expectOpen();
  await expect(profile.settings).toContainText(words.mfaIsOff);

  await site.startSetup();
  expect(await setup.readKey(), 'a cancelled key is not shown again').not.toBe(cancelled);

  await site.signOut();
  await site.enter();
});

test('Reload and Back keep the wizard where it is, with the same key', async ({ site }) => {
  const { newMethod, setup, methodCode, page } = site;
  await site.profile.open();
  await site.profile.addMethod.click();
  await newMethod.expectOpen();
  await page.reload();
  await newMethod.arrive();

  await newMethod.next.click();
  await setup.expectOpen();
  const key = await setup.readKey();
  await page.reload();
  await setup.expectOpen();
  expect(await setup.readKey()).toBe(key);
  await page.goBack();
  await newMethod.arrive();
  await newMethod.next.click();
  await setup.expectOpen();

  await setup.next.click();
  await methodCode.expectOpen();
  await page.reload();
  await methodCode.arrive();
  await methodCode.back.click();
  await setup.expectOpen();
  expect(await setup.readKey()).toBe(key);
  await setup.next.click();
  await methodCode.expectOpen();
  await page.goBack();
  await setup.expectOpen();
  expect(await setup.readKey()).toBe(key);
});

test('the default method can not be turned off, and the page says why', async ({ site }) => {
  await site.newMethod.open();
  await expect(site.newMethod.isDefault).toBeDisabled();
  await expect(site.newMethod.isDefault).toHaveAccessibleDescription(/only/i);
});

test('of two tabs the first confirmation wins and the other is told', async ({
  site,
  context,
  guard,
}) => {
  guard.expectRefusals(401, 403, 404, 409);
  const { key } = await site.setUpToCode();
  const other = site.on(await context.newPage());
  await other.methodCode.open();
  await other.methodCode.expectOpen();

  await site.methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();

  await other.methodCode.submit(other.code({ key }));
  await expect(other.page.getByText(words.otherTab).first()).toBeVisible();
});

test('a password given long ago is asked for again, and the wizard goes on', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(401, 403);
  const { confirmPassword, setup } = site;
  server.clock.advance(11 * 60);
  await site.askForSetup();
  await confirmPassword.arrive();
  await confirmPassword.password.fill('not the password at all');
  await confirmPassword.proceed.click();
  await expect(confirmPassword.alert).toBeVisible();
  await confirmPassword.password.fill(site.person.password);
  await confirmPassword.proceed.click();

  await setup.arrive();
  expect(await setup.readKey()).toMatch(/^[A-Z2-7]{32}$/);
});
