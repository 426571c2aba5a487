import { expect, test } from '../support/run/fixtures';
import { expectFit } from '../support/checks/fit';
import { press } from '../support/checks/keyboard';
import { addFurther, PASSKEY } from '../support/site/passkeys';
import { VirtualKey } from '../support/site/virtual-key';

const APP = 'Authenticator application';

test.use({ serverOptions: { hasName: true } });
test.beforeEach(({ owner: _owner }) => undefined);

test('a refused set-up leads to another method, and keeps the typed name', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page, { isUserVerified: false });
  await site.profile.addMethod.click();
  await site.verify('add', enrolled);
  await site.newMethod.method.selectOption(PASSKEY);
  await site.newMethod.name.fill('At work');
  await site.newMethod.next.click();
  await site.setup.createPasskey.click();
  await expect(page.getByText('Try again, or choose another method.')).toBeVisible();
  await expectFit(page);
  await press(page, page.getByRole('link', { name: 'Choose another method' }));
  await site.newMethod.expectOpen();
  await expect(site.newMethod.method).toHaveValue('passkey');
  await expect(site.newMethod.name).toHaveValue('At work');
  await site.newMethod.method.selectOption(APP);
  await expect(site.newMethod.name, 'typed by the user').toHaveValue('At work');
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  const key = await site.setup.readKey();
  await site.setup.next.click();
  await site.methodCode.submit(site.code({ key }));
  await site.profile.expectOpen();
  await expect(site.profile.menuOf('At work').button).toBeVisible();
});

test('the focus follows each change between key, code and backup code', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  await addFurther(site, enrolled);
  const { changePassword: form } = site;
  await form.open();
  await press(page, page.getByRole('button', { name: APP, exact: true }));
  await expect(form.code).toBeFocused();
  await press(page, page.getByRole('button', { name: PASSKEY, exact: true }));
  await expect(form.heading).toBeFocused();
  await press(page, form.useBackupCode);
  await expect(form.backupCode).toBeFocused();
  await press(page, page.getByRole('button', { name: PASSKEY, exact: true }));
  await expect(form.heading).toBeFocused();

  await site.askToGenerate();
  const stepUp = site.stepUp('generate');
  await press(page, stepUp.way(APP));
  await expect(stepUp.code).toBeFocused();
  await press(page, stepUp.way(PASSKEY));
  await expect(stepUp.usePasskey).toBeFocused();
  await press(page, stepUp.useBackupCode);
  await expect(stepUp.backupCode).toBeFocused();
  await press(page, stepUp.way(PASSKEY));
  await expect(stepUp.usePasskey).toBeFocused();
});

test('to delete the passkey the application is asked for first', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  await addFurther(site, enrolled);
  await site.profile.menuOf(PASSKEY).choose('Delete');
  await site.dialog(`Delete ${PASSKEY}?`).button('Delete').click();
  await expect(site.stepUp('delete').way(PASSKEY)).toBeVisible();
  await site.verify('delete', enrolled);
  await site.profile.expectOpen();
  await expect(site.profile.status('Method deleted.')).toBeVisible();
});
