import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner, ZOE } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(async ({ owner: _owner, site, server }) => {
  seedMember(server, MAX);
  await site.enter();
});

/** Opens the members of the Owner's account. */
async function openMembers(site: Site): Promise<void> {
  await site.accounts.open();
  await site.accounts.membersOf(ADA.account).click();
  await site.members.expectOpen();
}

test('an Owner resets a member, whose method, codes and sessions end', async ({
  site,
  anotherDevice,
  guard,
}) => {
  guard.expectRefusals(401);
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  await max.haveMfa();
  const enrolled = await site.haveMfa();
  const { members } = site;
  const stepUp = site.stepUp('member-reset');

  await openMembers(site);
  await expect(members.row(MAX.name)).toContainText('On');
  await members.reset(MAX.name).click();
  const dialog = site.dialog(`Reset the MFA of ${MAX.name}?`);
  await dialog.arrive();
  await expect(dialog.box).toContainText(/backup codes.*stop working.*signed out/);
  await dialog.button('Reset MFA').click();
  await stepUp.arrive();
  await expect(site.page.getByRole('main')).toContainText(MAX.name);
  await site.verify('member-reset', enrolled);

  await members.arrive();
  await expect(members.status(words.memberReset(MAX.name))).toBeVisible();
  await expect(members.row(MAX.name)).toContainText('Off');
  await max.menu.choose('Accounts');
  await max.signIn.expectOpen();
  await max.enter();
});

test('Cancel of the dialog and of the verification resets nobody', async ({
  site,
  anotherDevice,
}) => {
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  await max.haveMfa();
  await site.haveMfa();
  await openMembers(site);
  await site.members.reset(MAX.name).click();
  await expect(site.dialog(/^Reset/).button('Cancel'), 'what takes nothing away has the focus').toBeFocused();
  await site.dialog(/^Reset/).button('Cancel').click();
  await expect(site.members.reset(MAX.name)).toBeFocused();
  await site.members.reset(MAX.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await site.stepUp('member-reset').cancel.click();
  await site.members.arrive();
  await expect(site.members.row(MAX.name)).toContainText('On');
});

test('an Owner without MFA is told to add it first', async ({ site, anotherDevice, guard }) => {
  guard.expectRefusals(403, 409);
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  await max.haveMfa();
  await openMembers(site);
  await site.members.reset(MAX.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await expect(site.members.alert.filter({ hasText: words.addFirst })).toBeVisible();
  await site.members.arrive();
  await site.page.getByRole('link', { name: 'Add MFA', exact: true }).click();
  await site.newMethod.expectOpen();
});

test('whoever can not be reset has the reason beside the button', async ({
  site,
  server,
  anotherDevice,
}) => {
  seedOwner(server, OLE);
  joinAccount(server, MAX, OLE.account);
  const max = site.as(MAX, await anotherDevice());
  await max.enterAccount(ADA.account);
  await max.home.expectOpen();
  await max.haveMfa();
  await site.haveMfa();

  const { members } = site;
  await openMembers(site);
  await expect(members.reset(MAX.name)).toBeDisabled();
  await expect(members.reset(MAX.name)).toHaveAccessibleDescription(words.foreignAccounts);
  await expect(members.reset(ADA.name)).toBeDisabled();
  await expect(members.reset(ADA.name)).toHaveAccessibleDescription(words.oneself);
  await members.arrive();

  // An Owner of both accounts can reset the member.
  joinAccount(server, ADA, OLE.account, 'owner');
  await site.page.reload();
  await site.chooseAccount.choice(ADA.account).click();
  await expect(members.reset(MAX.name)).toBeEnabled();
});

test('a co-owner is reset as well', async ({ site, server, anotherDevice }) => {
  const zoe = site.as(seedMember(server, ZOE, 'owner'), await anotherDevice());
  await zoe.enter();
  await zoe.haveMfa();
  const enrolled = await site.haveMfa();
  await openMembers(site);
  await expect(site.members.row(ZOE.name)).toContainText('Owner');
  await site.members.reset(ZOE.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await site.verify('member-reset', enrolled);
  await expect(site.members.status(words.memberReset(ZOE.name))).toBeVisible();
});

test('a member whom wrong codes locked out is reset and sets up anew', async ({
  site,
  server,
  anotherDevice,
  guard,
}) => {
  guard.expectRefusals(401, 429);
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  const { key } = await max.haveMfa();
  await max.signOut();
  // In a browser that is known to Max, the guesses would lock that browser only.
  await max.page.context().clearCookies();
  for (let round = 1; round <= 2; round += 1) {
    await max.enterUpToCode();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await max.signInCode.submit(wrongCode(key, server.clock.now()));
      await max.signInCode.expectRefused(words.wrongCode);
    }
    server.clock.advance(15 * 60 + 1);
  }

  await site.signOut();
  await site.enter();
  const enrolled = await site.haveMfa();
  await openMembers(site);
  await expect(site.members.row(MAX.name)).toContainText('Locked');
  await site.members.reset(MAX.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await site.verify('member-reset', enrolled);
  await expect(site.members.row(MAX.name)).toContainText('Off');
  await max.enter();
  await max.haveMfa();
});
