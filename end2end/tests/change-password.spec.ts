import { expect, test } from '../support/run/fixtures';
import type { SecondFactorScreen } from '../support/pages/screen';
import { words } from '../support/pages/words';

const NEW = 'eleven bright kites over hills';

test.beforeEach(({ owner: _owner }) => undefined);

test('a new password replaces the old one and ends the other sessions', async ({
  site,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401);
  const { profile, changePassword: form, signIn, person } = site;
  await site.enter();
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.signIn.open();
  await elsewhere.enter();

  await profile.open();
  await profile.changePassword.click();
  await form.arrive();
  await expect(form.current).toHaveAttribute('autocomplete', 'current-password');
  await expect(form.next).toHaveAttribute('autocomplete', 'new-password');
  await expect(form.code, 'without MFA').toHaveCount(0);
  await form.change(person.password, NEW);
  await profile.expectOpen();
  await expect(profile.status(words.passwordChanged)).toBeVisible();
  await profile.arrive();

  await elsewhere.menu.choose('My profile');
  await elsewhere.signIn.expectOpen();
  await site.signOut();
  await signIn.fill(person.email, person.password);
  await signIn.submit.click();
  await expect(signIn.alert.filter({ hasText: words.badCredentials })).toBeVisible();
  await signIn.fill(person.email, NEW);
  await signIn.submit.click();
  await site.home.expectOpen();
});

test('each refusal is said at its field, and what was typed stays', async ({ site, guard }) => {
  guard.expectRefusals(401, 422);
  const { changePassword: form, person } = site;
  await site.enter();
  await form.open();
  await form.submit.click();
  await expect(form.current).toHaveAttribute('aria-invalid', 'true');
  await expect(form.current).toBeFocused();
  await expect(form.next).toHaveAccessibleDescription(words.passwordLength);

  for (const [next, reason] of [
    ['fourteen chars', words.passwordLength],
    ['PasswordPassword1', words.commonPassword],
    ['abcabcabcabcabcabc', words.passwordPattern],
  ] as const) {
    await form.change(person.password, next);
    await expect(form.next).toHaveAccessibleDescription(reason);
    await expect(form.next).toHaveAttribute('aria-invalid', 'true');
    await expect(form.next).toBeFocused();
  }
  await form.arrive();
  await form.change('not the password at all', NEW);
  await expect(form.current).toHaveAccessibleDescription(words.wrongPassword);
  await expect(form.current).toBeFocused();
  await expect(form.next).not.toHaveAttribute('aria-invalid', 'true');
  await expect(form.next).toHaveValue(NEW);

  await form.showPassword.last().click();
  await expect(form.next).toHaveAttribute('type', 'text');
  await expect(form.current).toHaveAttribute('type', 'password');
  await form.cancel.click();
  await site.profile.expectOpen();
});

test('with MFA on it takes a code, or a backup code from whoever lost the device', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(401, 409, 422);
  const { profile, changePassword: form, person } = site;
  await site.enter();
  const enrolled = await site.haveMfa();
  server.clock.toStep();
  await form.open();
  await form.change(person.password, NEW);
  await expect(form.code).toHaveAttribute('aria-invalid', 'true');
  await form.code.fill(site.code(enrolled));
  await form.submit.click();
  await expect(profile.status(words.passwordChanged)).toBeVisible();

  await form.open();
  await form.code.fill(site.code(enrolled));
  await form.change(NEW, person.password);
  await expect(form.alert.filter({ hasText: words.alreadyUsed })).toBeVisible();
  await expect(form.code).toHaveAttribute('aria-invalid', 'true');
  await expect(form.code).toBeFocused();
  await expect(site.page.getByRole('main'), 'a countdown').toContainText(words.timeLeft);

  await form.useBackupCode.click();
  await expect(form.backupCode).toBeFocused();
  await form.backupCode.fill(enrolled.codes[0]!);
  await form.submit.click();
  await expect(profile.status(words.passwordChanged)).toBeVisible();
  await expect(profile.settings.getByText(words.codesLeft(9))).toBeVisible();
});

/** All three places that take both kinds of code use one mechanism. */
for (const place of ['sign-in', 'verification of an action', 'Change password'] as const) {
  test(`each kind of code keeps what was typed: ${place}`, async ({ site }) => {
    await site.enter();
    const { codes } = await site.haveMfa();
    const backupCode = codes[0] as string;
    let form: Pick<SecondFactorScreen, 'code' | 'backupCode' | 'useBackupCode' | 'useApp'>;
    if (place === 'sign-in') {
      await site.signOut();
      await site.enterUpToCode();
      form = site.signInCode;
    } else if (place === 'Change password') {
      await site.changePassword.open();
      form = site.changePassword;
    } else {
      await site.askToGenerate();
      form = site.stepUp('generate');
    }
    await form.code.fill('123');
    await form.useBackupCode.click();
    await expect(form.backupCode, 'digits stay in their own field').toHaveValue('');
    await form.backupCode.fill('WXYZ-');
    await form.useApp.click();
    await expect(form.code).toHaveValue('123');
    await form.useBackupCode.click();
    await expect(form.backupCode).toHaveValue('WXYZ-');

    // A whole code in the field of the other kind moves to its own field.
    await form.backupCode.fill('12 34 56');
    await form.useApp.click();
    await expect(form.code).toHaveValue('12 34 56');
    await form.code.fill(`3. ${backupCode}`);
    await form.useBackupCode.click();
    await expect(form.backupCode).toHaveValue(`3. ${backupCode}`);
    await form.useApp.click();
    await expect(form.code).toHaveValue('');
  });
}

test('a backup code in the field for six digits is taken as what it is, here too', async ({ site }) => {
  const { changePassword: form, profile, person } = site;
  await site.enter();
  const { codes } = await site.haveMfa();
  await form.open();
  await form.code.fill(codes[0] as string);
  await form.change(person.password, NEW);
  await expect(profile.status(words.passwordChanged)).toBeVisible();
  await expect(profile.settings.getByText(words.codesLeft(9))).toBeVisible();
});

test('too many wrong passwords count down, here too', async ({ site, guard }) => {
  guard.expectRefusals(401, 429);
  const { changePassword: form } = site;
  await site.enter();
  await form.open();
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    await form.change(`not the password ${attempt}`, NEW);
    await expect(form.submit).toBeVisible();
  }
  await expect(form.alert.filter({ hasText: words.tooManyAttempts })).toBeVisible();
  await expect(site.page.getByRole('main'), 'a countdown').toContainText(words.timeLeft);
  await form.arrive();
});
