import { expect } from '@playwright/test';
import { ADA, inviteMember, joinAccount, MAX, OLE, seedMember, seedOwner } from '../support/site/seed';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';
import type { test as base } from './fixtures';
import { openAccounts, requireMfa, rule } from './journeys';
import { button, link, message, textbox } from './tab';
import { settings, type Visitor } from './visitor';

const asked = { role: 'dialog', name: words.leaveUnsaved } as const;

/** Chooses an item of the method's menu on My profile. */
async function chooseAction(visitor: Visitor, action: 'Reset' | 'Delete'): Promise<void> {
  await visitor.openProfile();
  await visitor.choose('MFA method menu', action);
}

/** All other journeys, for `cargo xtask ci --deep`. */
export function deepJourneys(test: typeof base): void {
  test('first start: the printed link creates the first owner', async ({ stranger, server }) => {
    const { tab } = stranger;
    await tab.open(await server.setupLink());
    await stranger.arrive('Create the first owner', '/setup');
    await tab.fill(textbox('Account name'), ADA.account);
    await tab.fill(textbox('Your name'), ADA.name);
    await tab.fill(textbox('Email'), ADA.email);
    await tab.fill({ label: 'Password' }, ADA.password);
    await stranger.click('Create');
    await stranger.arrive(ADA.account, '/');
    expect(new URL(await tab.url()).hash, 'the token has left the address bar').toBe('');
  });

  test('invitation: a member chooses a password', async ({ visitor, server }) => {
    const max = visitor.as(MAX);
    await max.tab.open(inviteMember(server));
    await max.arrive('Choose a password', '/invitation');
    await max.tab.fill({ label: 'New password' }, MAX.password);
    await max.click('Save password');
    await max.arrive('Sign in', '/sign-in');
    await max.see(message('status', words.passwordSaved));
    await max.enter();
  });

  test('sign-in refused, then Enter in the field signs in', async ({ visitor }) => {
    const password = { label: 'Password' };
    await visitor.as({ ...ADA, password: 'not the right password' }).givePassword();
    await visitor.see(message('alert', words.badCredentials));
    await visitor.tab.fill(password, ADA.password);
    await visitor.tab.press(password, 'Enter');
    await visitor.arrive(ADA.account, '/');
  });

  test('a wrong code is refused, a used one is named so', async ({ visitor, server }) => {
    await visitor.enter();
    const { key } = await visitor.addMfa();
    await visitor.signOut();
    await visitor.givePassword();
    await visitor.giveCode(wrongCode(key, server.clock.now()));
    await visitor.see(message('alert', words.wrongCode));
    const code = visitor.freshCode(key);
    await visitor.giveCode(code);
    await visitor.arrive(ADA.account, '/');
    await visitor.signOut();
    await visitor.givePassword();
    await visitor.giveCode(code);
    await visitor.see(message('alert', words.alreadyUsed));
  });

  test('Reload and Back keep the wizard where it is, with the same key', async ({ visitor }) => {
    await visitor.enter();
    await visitor.startSetup();
    const key = await visitor.readKey();
    await visitor.tab.reload();
    await visitor.arrive('MFA method setup', '/profile/mfa/setup');
    expect(await visitor.readKey()).toBe(key);
    await visitor.click('Next');
    await visitor.arrive('Identity verification', '/profile/mfa/verify');
    await visitor.tab.back();
    await visitor.arrive('MFA method setup', '/profile/mfa/setup');
    expect((await visitor.proveSetup()).key).toBe(key);
  });

  test('reset: a new app takes the place of the old one', async ({ visitor }) => {
    await visitor.enter();
    const old = await visitor.addMfa();
    await chooseAction(visitor, 'Reset');
    await visitor.verify('reset', old.key);
    await visitor.arrive('MFA method setup', '/profile/mfa/setup');
    const fresh = await visitor.proveSetup();
    await visitor.finish();
    await visitor.arrive('My profile', '/profile');
    await visitor.see(message('status', words.reset));
    await visitor.signOut();
    await visitor.enterWithCode(fresh.key);
  });

  test('delete: the dialog, the verification, MFA is off', async ({ visitor }) => {
    await visitor.enter();
    const { codes } = await visitor.addMfa();
    const dialog = { role: 'dialog', name: /^Delete/ } as const;
    await chooseAction(visitor, 'Delete');
    await visitor.click('Cancel', dialog);
    await visitor.choose('MFA method menu', 'Delete');
    await visitor.click('Delete', dialog);
    // A user who has lost the phone gives a backup code.
    await visitor.arrive('Identity verification', '/verify/delete');
    await visitor.giveBackupCode(codes[0] as string);
    await visitor.arrive('My profile', '/profile');
    await visitor.see(message('status', words.deleted));
    await visitor.see({ ...settings, text: words.mfaIsOff });
  });

  test('generate: leaving unsaved codes asks, finished codes sign in', async ({ visitor }) => {
    await visitor.enter();
    const { key } = await visitor.addMfa();
    await visitor.click('Generate backup codes', settings);
    await visitor.verify('generate', key);
    await visitor.arrive('Backup codes', '/profile/mfa/backup-codes');
    const codes = await visitor.readCodes();
    await visitor.choose(ADA.name, 'My profile');
    await visitor.click('Stay', asked);
    expect(await visitor.readCodes()).toEqual(codes);
    await visitor.finish();
    await visitor.arrive('My profile', '/profile');
    await visitor.see(message('status', words.generated));
    await visitor.signOut();
    await visitor.enterWithBackupCode(codes[0] as string);
  });

  test('the rule is lifted after a verification', async ({ visitor }) => {
    await visitor.enter();
    const { key } = await visitor.addMfa();
    await openAccounts(visitor);
    await requireMfa(visitor);
    await visitor.tab.click(rule);
    await visitor.verify('rule-off', key);
    await visitor.arrive('Accounts', '/accounts');
    await visitor.see(message('status', words.notRequired(ADA.account)));
    await expect.poll(() => visitor.tab.isOn(rule)).toBe(false);
  });

  test('several accounts: one is chosen, then the other', async ({ visitor, server }) => {
    seedOwner(server, OLE);
    joinAccount(server, ADA, OLE.account);
    const choice = (account: string) =>
      ({ role: 'button', name: new RegExp(`^${account}`), within: { role: 'main' } }) as const;
    await visitor.givePassword();
    await visitor.arrive('Choose an account', '/sign-in/account');
    await visitor.tab.click(choice(ADA.account));
    await visitor.arrive(ADA.account, '/');
    await visitor.choose(ADA.name, 'Change account');
    await visitor.arrive('Choose an account', '/sign-in/account');
    await visitor.tab.click(choice(OLE.account));
    await visitor.arrive(OLE.account, '/');
  });

  test('an Owner resets a member who lost everything', async ({ visitor, server }) => {
    const max = visitor.as(seedMember(server, MAX));
    await max.enter();
    await max.addMfa();
    await max.signOut();

    await visitor.enter();
    const { key } = await visitor.addMfa();
    await openAccounts(visitor);
    await visitor.tab.click(link(ADA.account));
    await visitor.arrive(ADA.account);
    await visitor.click('Reset MFA', { role: 'row', text: new RegExp(MAX.name) });
    await visitor.click('Reset MFA', { role: 'dialog', name: `Reset the MFA of ${MAX.name}?` });
    await visitor.verify('member-reset', key);
    await visitor.see(message('status', words.memberReset(MAX.name)));
    await visitor.signOut();
    await max.enter();
  });

  test('a server that is away: Try again', async ({ visitor, server }) => {
    await visitor.open('/sign-in');
    await visitor.arrive('Sign in');
    await visitor.tab.fill(textbox('Email'), ADA.email);
    await visitor.tab.fill({ label: 'Password' }, ADA.password);
    await server.stop();
    await visitor.click('Sign in');
    await visitor.see(button('Try again'));
    expect(await visitor.tab.value(textbox('Email'))).toBe(ADA.email);
    await server.start();
    await visitor.click('Try again');
    await visitor.arrive(ADA.account, '/');
  });
}
