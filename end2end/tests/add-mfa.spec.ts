import { allowClipboard } from '../support/run/browser';
import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';
import { oathtool, otplib, parseKeyUri, scan } from '../support/site/totp';
import { BRAND } from '../support/pages/screen';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
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
  await allowClipboard(context);
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
  await expect(site.page.getByText(words.beforeTheScan)).toHaveCount(0);
  await setup.cancel.click();
  await profile.expectOpen();
  await expect(profile.status(words.setUpCancelled)).toBeVisible();
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

test('a typed name outlives a reload and the way back, and the last one counts', async ({ site }) => {
  const { newMethod, setup, methodCode, page } = site;
  await newMethod.open();
  await newMethod.name.fill('My phone');
  await newMethod.next.click();
  await setup.expectOpen();
  const key = await setup.readKey();
  await page.reload();
  await setup.expectOpen();
  await page.getByRole('link', { name: 'Choose another method' }).click();
  await newMethod.expectOpen();
  await expect(newMethod.name).toHaveValue('My phone');
  await newMethod.name.fill('My new phone');
  await newMethod.next.click();
  await setup.expectOpen();
  expect(await setup.readKey()).toBe(key);
  await page.reload();
  await setup.next.click();
  await methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();
  await site.profile.open();
  await expect(page.getByRole('heading', { name: 'My new phone' })).toBeVisible();
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

test('a tab that still shows the QR code is told as well, once somebody goes on from there', async ({
  site,
  context,
}) => {
  await site.startSetup();
  const other = site.on(await context.newPage());
  await other.setup.open();
  await other.setup.expectOpen();

  await site.proveSetup(await site.setup.readKey());
  await other.setup.next.click();
  await other.profile.expectOpen();
  await expect(other.profile.status(words.otherTab)).toBeVisible();
});

test('with a method, a set-up that can not be asked for says so under its heading', async ({
  site,
  page,
  guard,
}) => {
  guard.expectOutage();
  await site.addMfa();
  await page.route('**/api/mfa/pending', (route) => route.abort());
  await site.setup.open();
  await expect(site.setup.heading).toBeVisible();
  const again = page.getByRole('main').getByRole('button', { name: 'Try again' });
  await expect(again).toBeVisible();
  await page.unroute('**/api/mfa/pending');
  await again.click();
  await site.profile.expectOpen();
});

test('reloaded on the question for the password, the wizard still goes on', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(403);
  const { confirmPassword, setup } = site;
  server.clock.advance(11 * 60);
  await site.askForSetup();
  await confirmPassword.arrive();
  await site.page.reload();
  await confirmPassword.password.fill(site.person.password);
  await confirmPassword.proceed.click();
  await setup.expectOpen();
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
