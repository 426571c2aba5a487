import { expect } from '@playwright/test';
import { ADA, MAX, seedMember } from '../support/site/seed';
import { words } from '../support/pages/words';
import type { test as base } from './fixtures';
import { button, message } from './tab';
import { settings, type Visitor } from './visitor';

export const rule = { role: 'switch', name: `Require MFA for ${ADA.account}` } as const;

/** Opens the rules of the Owner's accounts. */
export async function openAccounts(visitor: Visitor): Promise<void> {
  await visitor.choose(ADA.name, 'Accounts');
  await visitor.arrive('Accounts', '/accounts');
}

/** Makes the account require MFA, from the page Accounts. */
export async function requireMfa(visitor: Visitor): Promise<void> {
  await visitor.tab.click(rule);
  await visitor.tab.click(button('Require MFA', { role: 'dialog', name: /^Require MFA/ }));
  await visitor.see(message('status', words.requiredNow(ADA.account)));
  await expect.poll(() => visitor.tab.isOn(rule)).toBe(true);
}

/** The short set of journeys that each engine passes in every test run. */
export function journeys(test: typeof base): void {
  test('add MFA', async ({ visitor }) => {
    await visitor.enter();
    await visitor.addMfa();
    await visitor.see({ ...settings, text: /10 of 10 backup codes left/ });
  });

  test('sign in with a code', async ({ visitor }) => {
    await visitor.enter();
    const { key } = await visitor.addMfa();
    await visitor.signOut();
    await visitor.enterWithCode(key);
  });

  test('sign in with a backup code', async ({ visitor }) => {
    await visitor.enter();
    const { codes } = await visitor.addMfa();
    await visitor.signOut();
    await visitor.enterWithBackupCode(codes[0] as string);
    await visitor.openProfile();
    await visitor.see({ ...settings, text: /9 of 10 backup codes left/ });
  });

  test('mandatory MFA: an Owner demands it, a member sets it up', async ({ visitor, server }) => {
    const max = visitor.as(seedMember(server, MAX));
    await visitor.enter();
    await visitor.addMfa();
    await openAccounts(visitor);
    await requireMfa(visitor);
    await visitor.signOut();

    await max.givePassword();
    await max.obeySetup();
    await max.arrive(MAX.account, '/');
  });
}
