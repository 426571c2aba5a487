import { expect, test } from '../support/run/fixtures';
import { expectAccessible } from '../support/checks/a11y';
import type { Site } from '../support/site/site';
import { VirtualKey } from '../support/site/virtual-key';

const APP = 'Authenticator application';
const KEY = 'Security key';

test.use({ serverOptions: { hasName: true } });
test.beforeEach(({ owner: _owner }) => undefined);

/** Adds a security key as the first method; My profile follows. */
async function addFirst(site: Site): Promise<void> {
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.newMethod.method.selectOption(KEY);
  await site.newMethod.next.click();
  await site.setup.useSecurityKey.click();
  await site.backupCodes.expectOpen();
  await site.finish();
}

test('a security key is the first method, without PIN, and signs in by a touch', async ({ site, page }) => {
  await site.enter();
  const stick = await VirtualKey.stick(page);
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.newMethod.method.selectOption(KEY);
  await expect(site.newMethod.name).toHaveValue(KEY);
  await expect(site.newMethod.method).toHaveAccessibleDescription(/plug in or hold to your computer or phone/);
  await site.newMethod.next.click();
  await site.setup.arrive();
  await site.setup.useSecurityKey.click();
  await site.backupCodes.expectOpen();
  await site.finish();
  await expect(site.profile.status('Security key added.')).toBeVisible();
  await expect(site.profile.detail('Type')).toHaveText(KEY);
  await expect(site.profile.detail('Status')).toHaveText('Only on this device');
  expect((await stick.stored())[0]?.isResidentCredential).toBe(false);

  await site.signOut();
  await site.enterUpToCode();
  await expectAccessible(page);
  await site.signInCode.useSecurityKey.click();
  await site.home.expectOpen();
});

test('a security key beside an app is no default by itself', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.stick(page);
  await site.profile.addMethod.click();
  await site.verify('add', enrolled);
  await site.newMethod.method.selectOption(KEY);
  await expect(site.newMethod.isDefault).not.toBeChecked();
  await site.newMethod.next.click();
  await site.setup.useSecurityKey.click();
  await site.profile.expectOpen();
  await site.signOut();
  await site.enterUpToCode();
  await expect(page.getByText(`Enter the 6-digit code displayed by “${APP}”.`)).toBeVisible();
  await site.signInCode.way(KEY).click();
  await site.signInCode.useSecurityKey.click();
  await site.home.expectOpen();
});

test('a copy of a security key is refused in words of its own', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  const stick = await VirtualKey.stick(page);
  await addFirst(site);
  await site.signOut();
  await site.enterUpToCode();
  await site.signInCode.useSecurityKey.click();
  await site.home.expectOpen();
  await site.signOut();
  await stick.becomeCopy(1);
  await site.enterUpToCode();
  await site.signInCode.useSecurityKey.click();
  await expect(site.signInCode.alert.filter({ hasText: 'A copy of it may exist.' })).toBeVisible();
  await expectAccessible(page);
});

test('a key that checks no one is no passkey', async ({ site, page }) => {
  await site.enter();
  await VirtualKey.stick(page);
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.newMethod.method.selectOption('Passkey');
  await site.newMethod.next.click();
  await site.setup.createPasskey.click();
  await expect(page.getByText(/The set-up was cancelled or took too long|does not support this method/)).toBeVisible();
  await expectAccessible(page);
});

test.describe('at an IP address', () => {
  test.use({ serverOptions: {} });

  test('keys are explained and not to be chosen', async ({ site, page, server }) => {
    await site.enter();
    await site.profile.open();
    await site.profile.addMethod.click();
    const right = server.url.replace('127.0.0.1', 'localhost');
    const why = `Passkeys and security keys don't work at this address. Open ${right} instead.`;
    await expect(page.getByText(why)).toBeVisible();
    for (const name of [KEY, 'Passkey']) {
      await expect(site.newMethod.method.getByRole('option', { name })).toBeDisabled();
    }
    await expectAccessible(page);
    await site.newMethod.next.click();
    await site.setup.expectOpen();
  });
});
