import { expect, test } from '../support/run/fixtures';
import { expectFit } from '../support/checks/fit';
import { press } from '../support/checks/keyboard';
import { words } from '../support/pages/words';
import { addFirst, PASSKEY, startFirst } from '../support/site/passkeys';
import { VirtualKey } from '../support/site/virtual-key';

const APP = 'Authenticator application';
/** The button while the browser asks. */
const WAITING = 'Waiting for your browser…';

test.use({ serverOptions: { hasName: true } });
test.beforeEach(({ owner: _owner }) => undefined);

test('a passkey is the first method: it brings the codes, and signs in', async ({ site, page }) => {
  await site.enter();
  const laptop = await VirtualKey.laptop(page);
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.newMethod.expectOpen();
  await expect(site.newMethod.name).toHaveValue(APP);
  await site.newMethod.method.selectOption(PASSKEY);
  await expect(site.newMethod.name, 'the suggestion follows the type').toHaveValue(PASSKEY);
  await expect(site.newMethod.method).toHaveAccessibleDescription(/fingerprint, face or PIN/);
  await expect(site.newMethod.isDefault).toBeChecked();
  await expect(page.getByText('Step 1 of 3')).toBeVisible();
  await expectFit(page);
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  await expect(site.setup.createPasskey).toBeVisible();
  await expect(page.getByText('Step 2 of 3')).toBeVisible();
  await expectFit(page);
  expect(await laptop.stored(), 'no ceremony starts by itself').toHaveLength(0);
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
  await expect(page.getByText('Step 3 of 3')).toBeVisible();
  await site.finish();
  await expect(site.profile.status('Passkey added. You were signed out everywhere else.')).toBeVisible();
  await expect(site.profile.detail('Type')).toHaveText(PASSKEY);
  await expect(site.profile.detail('Status')).toHaveText('Only on this device');
  await expect(site.profile.settings).toContainText('10 of 10 backup codes left');
  await expect(page.getByText('Add a passkey as well')).toHaveCount(0);
  await expectFit(page);
  const [key] = await laptop.stored();
  expect(key).toMatchObject({ isResidentCredential: true, rpId: 'localhost', userName: 'ada@example.com' });

  await site.signOut();
  await site.enterUpToCode();
  await expect(site.signInCode.usePasskey).toBeVisible();
  await expect(site.signInCode.otherWays).toBeVisible();
  await expect(site.signInCode.useBackupCode).toBeVisible();
  await expectFit(page);
  await site.signInCode.usePasskey.click();
  await site.home.expectOpen();
  await expect(page.getByText('You sign in with your password and your passkey.')).toBeVisible();
  expect((await laptop.stored())[0]?.signCount).toBe(2);
});

test('a synced passkey says so, and its provider names it', async ({ site, page }) => {
  await site.enter();
  await VirtualKey.laptop(page, { defaultBackupEligibility: true, defaultBackupState: true });
  await addFirst(site);
  await expect(site.profile.detail('Status')).toHaveText('Synced by its provider');
});

test('after an app a passkey is suggested, until Not now', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  const hint = page.getByText('Add a passkey as well: losing the phone is then no trouble.');
  await expect(hint).toBeVisible();
  await expectFit(page);
  await page.getByRole('button', { name: 'Add a passkey', exact: true }).click();
  await site.verify('add', enrolled);
  await site.newMethod.expectOpen();
  await expect(site.newMethod.method).toHaveValue('passkey');
  await expect(site.newMethod.isDefault).toBeChecked();
  await site.newMethod.cancel.click();
  await page.getByRole('button', { name: 'Not now', exact: true }).click();
  await expect(hint).toHaveCount(0);
  await expect(site.profile.heading).toBeFocused();
  await site.profile.open();
  await expect(site.profile.addMethod).toBeVisible();
  await expect(hint).toHaveCount(0);
});

test('a passkey beside an app: sign-in, verification, test, name, default and deletion', async ({
  site,
  page,
  server,
}) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  await site.profile.addMethod.click();
  await site.verify('add', enrolled);
  await site.newMethod.expectOpen();
  await expect(site.newMethod.isDefault, 'off for an app').not.toBeChecked();
  await site.newMethod.method.selectOption(PASSKEY);
  await expect(site.newMethod.isDefault, 'on for a passkey').toBeChecked();
  await expect(page.getByText('Step 1 of 2')).toBeVisible();
  await site.newMethod.name.fill('My laptop');
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  await site.setup.createPasskey.click();
  await site.profile.expectOpen();
  await expect(site.profile.status('Passkey added.')).toBeVisible();
  const card = site.profile.card('My laptop');
  await expect(card.getByText('Default', { exact: true })).toBeVisible();
  await expectFit(page);

  await site.signOut();
  await site.enterUpToCode();
  await expect(page.getByText('Use “My laptop”: your browser asks for')).toBeVisible();
  await site.signInCode.way(APP).click();
  await expect(site.signInCode.code).toBeFocused();
  await site.signInCode.way('My laptop').click();
  await expect(site.signInCode.usePasskey).toBeFocused();
  await page.keyboard.press('Enter');
  await site.home.expectOpen();

  await site.profile.open();
  await site.profile.menuOf('My laptop').choose('Test');
  await expect(site.signInCode.usePasskey).toBeFocused();
  await expectFit(page);
  await site.signInCode.usePasskey.click();
  await expect(site.profile.status('Your passkey works.')).toBeVisible();
  await site.profile.menuOf('My laptop').button.click();
  await expect(site.profile.menuOf('My laptop').item('Reset')).toHaveCount(0);
  await site.profile.menuOf('My laptop').item('Rename').click();
  await site.profile.name.fill('Work laptop');
  await site.profile.save.click();
  await expect(site.profile.menuOf('Work laptop').button).toBeVisible();

  await site.askToGenerate();
  const stepUp = site.stepUp('generate');
  await expect(stepUp.usePasskey).toBeVisible();
  await expectFit(page);
  await stepUp.usePasskey.click();
  await site.backupCodes.expectOpen();
  await site.finish();

  await site.profile.menuOf(APP).choose('Make default');
  await expect(site.profile.status(`“${APP}” is now the default`)).toBeVisible();
  await site.profile.menuOf('Work laptop').choose('Delete');
  await site.dialog('Delete Work laptop?').button('Delete').click();
  server.clock.toStep();
  await site.verify('delete', enrolled);
  await site.profile.expectOpen();
  await expect(site.profile.status('Method deleted.')).toBeVisible();
  await expect(site.profile.methodMenu.button).toBeVisible();
});

test('deleting the last passkey ends MFA, and the browser forgets the key', async ({ site, page }) => {
  await site.enter();
  const laptop = await VirtualKey.laptop(page);
  await addFirst(site);
  await site.profile.methodMenu.choose('Delete');
  await site.dialog('Delete the passkey?').arrive();
  await site.dialog('Delete the passkey?').button('Delete').click();
  await expect(page.getByText('You are about to delete your passkey.')).toBeVisible();
  await site.stepUp('delete').usePasskey.click();
  await site.profile.expectOpen();
  await expect(site.profile.status('Passkey deleted. Your backup codes no longer work.')).toBeVisible();
  await expect(site.profile.settings.getByText(words.mfaIsOff)).toBeVisible();
  await expect.poll(async () => (await laptop.stored()).length).toBe(0);
});

test('the password changes with a passkey', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  await VirtualKey.laptop(page);
  await addFirst(site);
  await site.changePassword.open();
  await expect(page.getByText('your browser asks for “Passkey”')).toBeVisible();
  await expectFit(page);
  await site.changePassword.change('not the password at all', 'quiet herons over the marsh');
  await expect(site.changePassword.current).toHaveAccessibleDescription(words.wrongPassword);
  await site.changePassword.change(site.person.password, 'quiet herons over the marsh');
  await site.profile.expectOpen();
  await expect(site.profile.status(words.passwordChanged)).toBeVisible();
});

test('a cancelled dialog is no failure, and can be tried again', async ({ site, page }) => {
  await site.enter();
  const laptop = await VirtualKey.laptop(page, { isUserVerified: false });
  await startFirst(site);
  await site.setup.createPasskey.click();
  const notice = page.getByText('The set-up was cancelled or took too long. Try again, or choose another method.');
  await expect(notice).toBeVisible();
  await expect(page.locator('.alert--error')).toHaveCount(0);
  await expectFit(page);
  await laptop.verifyUser(true);
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
  await site.finish();

  await site.signOut();
  await site.enterUpToCode();
  await laptop.unplug();
  await VirtualKey.laptop(page);
  await site.signInCode.usePasskey.click();
  await expect(page.getByText('is not set up for you. Try again, or try another way.')).toBeVisible();
  await expectFit(page);
});

test('Cancel works while the browser asks, and ends the question', async ({ site, page }) => {
  await site.enter();
  const laptop = await VirtualKey.laptop(page, { automaticPresenceSimulation: false });
  await startFirst(site);
  await site.setup.createPasskey.click();
  await expect(page.getByRole('button', { name: WAITING, exact: true })).toBeVisible();
  await expectFit(page);
  await site.setup.cancel.click();
  await site.profile.expectOpen();
  await expect(site.profile.status('Nothing was added.')).toBeVisible();
  await laptop.touch(true);
  await startFirst(site);
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
});

test('a page whose browser never answers gives up by itself', async ({ site, page }) => {
  await site.enter();
  await VirtualKey.laptop(page);
  await page.addInitScript(() => {
    navigator.credentials.create = () => new Promise(() => undefined);
  });
  await page.clock.install();
  await startFirst(site);
  await site.setup.createPasskey.click();
  await expect(page.getByRole('button', { name: WAITING, exact: true })).toBeVisible();
  await page.clock.runFor('05:06');
  await expect(page.getByText('The set-up was cancelled or took too long.')).toBeVisible();
  await expect(site.setup.createPasskey).toBeVisible();
});

test('a key that is set up already is refused in words', async ({ site, page }) => {
  await site.enter();
  await VirtualKey.laptop(page);
  await addFirst(site);
  await site.profile.addMethod.click();
  await site.stepUp('add').usePasskey.click();
  await site.newMethod.expectOpen();
  await site.newMethod.method.selectOption(PASSKEY);
  await expect(site.newMethod.name).toHaveValue('Passkey 2');
  await site.newMethod.next.click();
  await site.setup.createPasskey.click();
  await expect(site.setup.alert.filter({ hasText: 'This device or key is set up already.' })).toBeVisible();
  await expectFit(page);
});

test('a challenge is renewed after four minutes, and none is asked for before the press', async ({
  site,
  page,
}) => {
  await site.enter();
  await VirtualKey.laptop(page);
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await startFirst(site);
  await expect(site.setup.createPasskey).toBeVisible();
  const count = (): number => asked.filter((path) => path === '/api/mfa/set_up_key').length;
  expect(count()).toBe(1);
  await page.clock.runFor('04:01');
  await expect.poll(count).toBe(2);
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
  expect(count(), 'the press itself asks for nothing').toBe(2);
});

test('Reload and Back stay in the wizard', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await VirtualKey.laptop(page);
  await site.profile.addMethod.click();
  await site.verify('add', enrolled);
  await site.newMethod.method.selectOption(PASSKEY);
  await site.newMethod.next.click();
  await expect(site.setup.createPasskey).toBeVisible();
  await page.reload();
  await site.setup.expectOpen();
  await expect(site.setup.createPasskey).toBeVisible();
  await expect(page.getByText('Step 2 of 2')).toBeVisible();
  await page.goBack();
  await site.newMethod.expectOpen();
  await page.goForward();
  await site.setup.expectOpen();
  await site.setup.createPasskey.click();
  await site.profile.expectOpen();
  await expect(site.profile.menuOf(PASSKEY).button).toBeVisible();
  await page.goBack();
  await expect(site.profile.heading).toBeVisible();
});

test('of two tabs each can sign in, and the other follows', async ({ site, page, context }) => {
  await site.enter();
  await VirtualKey.laptop(page);
  await addFirst(site);
  await site.signOut();
  await site.enterUpToCode();
  const other = site.on(await context.newPage());
  await other.page.goto('/sign-in/verify');
  await expect(other.signInCode.usePasskey).toBeVisible();
  await site.signInCode.usePasskey.click();
  await site.home.expectOpen();
  await other.home.expectOpen();
});

test('the server may restart between the question and the answer', async ({ site, page, server, guard }) => {
  guard.expectOutage();
  await site.enter();
  await VirtualKey.laptop(page);
  await startFirst(site);
  await expect(site.setup.createPasskey).toBeVisible();
  await server.crash();
  await site.setup.createPasskey.click();
  await site.backupCodes.expectOpen();
});

test('a passkey with the keyboard alone', async ({ site, page }) => {
  await site.enter();
  await VirtualKey.laptop(page);
  await site.profile.open();
  await press(page, site.profile.addMethod);
  await site.newMethod.expectOpen();
  await site.newMethod.method.focus();
  await page.keyboard.press('ArrowDown');
  await expect(site.newMethod.method).toHaveValue('passkey');
  await press(page, site.newMethod.next);
  await site.setup.expectOpen();
  await press(page, site.setup.createPasskey);
  await site.backupCodes.expectOpen();
});
