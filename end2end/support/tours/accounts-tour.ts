import { expect } from '@playwright/test';
import { joinAccount, type Person, seedMember, seedOwner } from '../site/seed';
import type { Server } from '../site/server';
import type { Site } from '../site/site';
import type { Stop, Tour } from './tour';
import { words } from '../pages/words';

const IDA: Person = {
  name: 'Ida Berg',
  email: 'ida@example.com',
  password: 'a kettle of cold green tea',
  account: 'Harbour Ltd',
};
const TOM: Person = {
  name: 'Tom Dahl',
  email: 'tom@example.com',
  password: 'the ferry leaves at seven',
  account: IDA.account,
};
const EVA: Person = {
  name: 'Eva Holm',
  email: 'eva@example.com',
  password: 'three lemons on the table',
  account: 'Island Ltd',
};

/** Several accounts, their rule and their members, and a required set-up of MFA. */
export async function accounts({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 409);
  const ida = site.as(seedOwner(server, IDA));
  const tom = site.as(seedMember(server, TOM));
  seedOwner(server, EVA);
  joinAccount(server, IDA, EVA.account);
  const visit = (stop: string): Promise<void> => look(stop, site.page);
  await tom.enter();
  await tom.haveMfa();
  await tom.signOut();
  await choose(ida, visit);
  await ownerWithoutMfa(ida, visit);
  await forcedSetUp(ida, visit);
  await members(ida, server, visit);
  await ida.signOut();
}

async function choose(site: Site, visit: Stop): Promise<void> {
  await site.givePassword();
  await site.chooseAccount.expectOpen();
  await expect(site.chooseAccount.choices).toHaveCount(2);
  await visit('choose an account');
  await site.chooseAccount.choice(IDA.account).click();
  await site.home.expectOpen();
  await site.menu.choose('Change account');
  await expect(site.chooseAccount.choices).toHaveCount(2);
  await visit('change the account');
}

async function ownerWithoutMfa(site: Site, visit: Stop): Promise<void> {
  const { accounts, members } = site;
  await site.menu.choose('Accounts');
  await expect(accounts.rule(IDA.account)).toBeVisible();
  await visit('accounts');
  await accounts.membersOf(IDA.account).click();
  await members.reset(TOM.name).click();
  await expect(site.dialog(/^Reset/).box).toBeVisible();
  await visit('reset of a member, asked');
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await expect(members.alert.filter({ hasText: words.addFirst })).toBeVisible();
  await visit('reset of a member, refused');
  await accounts.open();
  await accounts.rule(IDA.account).click();
  await expect(site.dialog(/^Require MFA/).box).toBeVisible();
  await visit('mandatory MFA, asked');
  await site.dialog(/^Require MFA/).button('Require MFA').click();
}

async function forcedSetUp(site: Site, visit: Stop): Promise<void> {
  await site.setup.expectOpen();
  await expect(site.setup.qrCode(IDA.email)).toBeVisible();
  await visit('forced set-up');
  await site.menu.button.click();
  await expect(site.menu.item('Change account')).toBeVisible();
  await visit('forced set-up, ways out');
  await site.page.keyboard.press('Escape');
}

async function members(site: Site, server: Server, visit: Stop): Promise<void> {
  const { accounts, members } = site;
  const { key } = await site.obeySetup();
  seedMember(server, { ...TOM, name: 'Una Vik', email: 'una@example.com' });
  joinAccount(server, EVA, IDA.account);
  await accounts.open();
  await expect(accounts.rule(IDA.account)).toBeChecked();
  await visit('accounts, MFA required');
  await accounts.membersOf(IDA.account).click();
  await expect(members.rows).toHaveCount(4);
  await visit('members');
  await members.reset(TOM.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await site.stepUp('member-reset').expectOpen();
  await visit('verification before the reset of a member');
  await site.verify('member-reset', { key });
  await expect(members.status(words.memberReset(TOM.name))).toBeVisible();
  await expect(members.rows).toHaveCount(4);
  await visit('members after a reset');
  await members.filter.selectOption('Locked');
  await expect(site.page.getByText(words.nobodyMatches)).toBeVisible();
  await visit('no member matches');
  await accounts.open();
  await accounts.rule(IDA.account).click();
  await site.stepUp('rule-off').expectOpen();
  await visit('verification before the rule is lifted');
}
