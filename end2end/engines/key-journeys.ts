import { expect } from '@playwright/test';
import { PASSKEY } from '../support/site/passkeys';
import type { test as base } from './fixtures';
import { type Control, message } from './tab';
import { settings, type Visitor } from './visitor';

/** The field for the type of a new method. */
const METHOD: Control = { role: 'combobox', name: 'Select method' };
const APP = 'Authenticator application';

const CREATE = 'Create passkey';
const USE = 'Use passkey';

const on = (text: RegExp): Control => ({ role: 'main', text });

/** Goes from New MFA method to the button that makes a passkey. */
async function choosePasskey(visitor: Visitor): Promise<void> {
  await visitor.arrive('New MFA method', '/profile/mfa/new');
  await visitor.tab.select(METHOD, PASSKEY);
  await visitor.click('Next');
  await visitor.arrive('MFA method setup', '/profile/mfa/setup');
}

/** Goes from My profile without a method to the button that makes a passkey. */
async function startPasskey(visitor: Visitor): Promise<void> {
  await visitor.openProfile();
  await visitor.click('Add new method');
  await choosePasskey(visitor);
}

/** Goes from a passkey that was made, as the first method, to My profile. */
async function finishPasskey(visitor: Visitor): Promise<string[]> {
  await visitor.arrive('Backup codes', '/profile/mfa/backup-codes');
  const codes = await visitor.readCodes();
  await visitor.finish();
  await visitor.arrive('My profile', '/profile');
  await visitor.see(message('status', 'Passkey added. You were signed out everywhere else.'));
  return codes;
}

/** Goes from My profile to New MFA method, with a code of the app that is there already. */
async function addBeside(visitor: Visitor, key: string): Promise<void> {
  await visitor.openProfile();
  await visitor.click('Add new method');
  await visitor.verify('add', key);
}

/** The short set of journeys of an engine that has virtual authenticators. */
export function keyJourneys(test: typeof base): void {
  test('sign in with a passkey', async ({ visitor, authenticator: _authenticator }) => {
    await visitor.enter();
    await startPasskey(visitor);
    await visitor.click(CREATE);
    await finishPasskey(visitor);
    await visitor.see({ ...settings, text: /10 of 10 backup codes left/ });
    await visitor.signOut();
    await visitor.givePassword();
    await visitor.arrive('Identity verification');
    await visitor.click(USE);
    await visitor.arrive(visitor.person.account, '/');
    await visitor.see(on(/You sign in with your password and your passkey\./));
  });
}

/** All other journeys of such an engine. */
export function deepKeyJourneys(test: typeof base): void {
  test('a passkey that is not unlocked, then one that is not there', async ({
    visitor,
    authenticator,
  }) => {
    await visitor.enter();
    await authenticator.verifyUser(false);
    await startPasskey(visitor);
    await visitor.click(CREATE);
    await visitor.see(on(/The set-up was cancelled or took too long\. Try again, or choose another/));
    await authenticator.verifyUser(true);
    await visitor.click(CREATE);
    const [code] = await finishPasskey(visitor);

    await visitor.signOut();
    await authenticator.replace();
    await visitor.givePassword();
    await visitor.arrive('Identity verification');
    await visitor.click(USE);
    await visitor.see(on(/is not set up for you\. Try again, or try another way\./));
    await visitor.giveBackupCode(code as string);
    await visitor.arrive(visitor.person.account, '/');
  });
}

/**
 * The journeys of an engine without passkeys; `elsewhere` is the same user's tab in an engine that
 * has them.
 */
export function keylessJourneys(test: typeof base): void {
  test('without passkeys: the next way signs in, and none can be added', async ({
    visitor,
    elsewhere,
    authenticator: _authenticator,
  }) => {
    await elsewhere.enter();
    const { key } = await elsewhere.addMfa();
    await addBeside(elsewhere, key);
    await choosePasskey(elsewhere);
    await elsewhere.click(CREATE);
    await elsewhere.arrive('My profile', '/profile');
    await elsewhere.see(message('status', 'Passkey added.'));

    await visitor.givePassword();
    await visitor.arrive('Identity verification');
    await visitor.see(on(/“Passkey” can't be used here\. This browser can't use passkeys/));
    await visitor.giveCode(visitor.freshCode(key));
    await visitor.arrive(visitor.person.account, '/');

    await addBeside(visitor, key);
    await visitor.arrive('New MFA method', '/profile/mfa/new');
    await visitor.see(on(/This browser can't use passkeys or security keys\. Update it, or/));
    expect(await visitor.tab.choices(METHOD)).toEqual({
      [APP]: true,
      [PASSKEY]: false,
      'Security key': false,
    });
    await visitor.tab.select(METHOD, APP);
    await visitor.click('Next');
    await visitor.arrive('MFA method setup', '/profile/mfa/setup');
  });
}
