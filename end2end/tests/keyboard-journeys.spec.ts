import { expect, test } from '../support/run/fixtures';
import { choose, enter, press, tabTo } from '../support/checks/keyboard';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner, setRule } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

/** After its preparation, every journey uses the keyboard only. */
test.beforeEach(({ owner: _owner }) => undefined);

/** Ticks that the codes are saved, and finishes. */
async function finish({ page, backupCodes }: Site): Promise<void> {
  await expect(backupCodes.heading).toBeFocused();
  await tabTo(page, backupCodes.saved);
  await page.keyboard.press('Space');
  await press(page, backupCodes.finish);
}

/** Goes from the QR code to the end of the set-up, with the key in letters. */
async function setUp(site: Site, code: (key: string) => string): Promise<void> {
  const { page, setup, methodCode } = site;
  await expect(setup.heading).toBeFocused();
  await press(page, setup.cannotScan);
  const key = (await setup.key.innerText()).replace(/\s/g, '');
  await press(page, setup.next);
  await expect(methodCode.heading).toBeFocused();
  await enter(page, methodCode.code, code(key));
  await finish(site);
}

test('updating the name and testing the authenticator', async ({ site, page, server }) => {
  const { profile } = site;
  await site.enter();
  const enrolled = await site.addMfa();
  await choose(profile.methodMenu, 'Rename');
  await expect(profile.name).toBeFocused();
  await page.keyboard.type('Phone');
  await page.keyboard.press('Enter');
  await expect(profile.status(words.renamed)).toBeVisible();
  await expect(profile.methodName).toContainText('Phone');
  await expect(profile.heading, 'the focus is not lost with the field').toBeFocused();

  server.clock.toStep();
  await press(page, profile.testApp);
  await expect(profile.code).toBeFocused();
  await page.keyboard.type(site.code(enrolled));
  await page.keyboard.press('Enter');
  await expect(profile.status(words.tested)).toBeVisible();
  await expect(profile.heading, 'the focus is not lost with the form').toBeFocused();
});

test('resetting an MFA method', async ({ site, page, server }) => {
  const { profile } = site;
  await site.enter();
  const enrolled = await site.addMfa();
  await choose(profile.methodMenu, 'Reset');
  const stepUp = site.stepUp('reset');
  await expect(stepUp.heading).toBeFocused();
  server.clock.toStep();
  await enter(page, stepUp.code, site.code(enrolled));
  await setUp(site, (key) => {
    server.clock.toStep();
    return site.code({ key });
  });
  await expect(profile.heading).toBeFocused();
});

test('deleting an MFA method', async ({ site, page, server }) => {
  const { profile } = site;
  await site.enter();
  const enrolled = await site.addMfa();
  const dialog = site.dialog(/^Delete/);
  await choose(profile.methodMenu, 'Delete');
  await expect(dialog.box.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(profile.methodMenu.button).toBeFocused();

  await choose(profile.methodMenu, 'Delete');
  await press(page, dialog.button('Delete'));
  const stepUp = site.stepUp('delete');
  await expect(stepUp.heading).toBeFocused();
  server.clock.toStep();
  await enter(page, stepUp.code, site.code(enrolled));
  await expect(profile.heading).toBeFocused();
});

test('generating backup codes, by a backup code', async ({ site, page }) => {
  const { profile, menu, backupCodes } = site;
  const enrolled = await site.enrolledAtCode();
  await enter(page, site.signInCode.code, site.code(enrolled));
  await expect(site.home.heading).toBeFocused();
  await choose(menu, 'My profile');
  await expect(profile.heading).toBeFocused();
  await press(page, profile.generate);
  const stepUp = site.stepUp('generate');
  await expect(stepUp.heading).toBeFocused();
  await press(page, stepUp.useBackupCode);
  await expect(stepUp.backupCode).toBeFocused();
  await page.keyboard.type(enrolled.codes[0] as string);
  await page.keyboard.press('Enter');
  await expect(backupCodes.heading).toBeFocused();

  await choose(menu, 'My profile');
  await press(page, site.dialog(words.leaveUnsaved).button('Stay'));
  // The pressed menu item is hidden now, so the focus can't return to it.
  await expect(backupCodes.heading).toBeFocused();
  await tabTo(page, backupCodes.saved);
  await page.keyboard.press('Space');
  await press(page, backupCodes.finish);
  await expect(profile.heading).toBeFocused();
});

test('choosing an account and changing it', async ({ site, page, server }) => {
  const { signIn, chooseAccount } = site;
  seedOwner(server, OLE);
  joinAccount(server, ADA, OLE.account);
  await signIn.open();
  await tabTo(page, signIn.email);
  await page.keyboard.type(ADA.email);
  await enter(page, signIn.password, ADA.password);
  await expect(chooseAccount.heading).toBeFocused();
  await press(page, chooseAccount.choice(ADA.account));
  await expect(site.home.heading).toBeFocused();

  await choose(site.menu, 'Change account');
  await expect(chooseAccount.heading).toBeFocused();
  await press(page, chooseAccount.choice(OLE.account));
  await expect(site.homeOf(OLE.account).heading).toBeFocused();
});

test('requiring MFA, and no longer', async ({ site, page, server }) => {
  const { accounts } = site;
  await site.enter();
  const enrolled = await site.addMfa();
  await choose(site.menu, 'Accounts');
  await expect(accounts.heading).toBeFocused();
  const rule = accounts.rule(ADA.account);
  await tabTo(page, rule);
  await page.keyboard.press('Space');
  await press(page, site.dialog(/^Require MFA/).button('Require MFA'));
  await expect(rule).toBeChecked();
  await expect(rule).toBeFocused();

  await page.keyboard.press('Space');
  const stepUp = site.stepUp('rule-off');
  await expect(stepUp.heading).toBeFocused();
  server.clock.toStep();
  await enter(page, stepUp.code, site.code(enrolled));
  await expect(accounts.heading).toBeFocused();
  await expect(rule).not.toBeChecked();
});

test('a forced set-up', async ({ site, page, server }) => {
  const max = site.as(seedMember(server));
  setRule(server, 'on');
  await max.signIn.open();
  await tabTo(page, max.signIn.email);
  await page.keyboard.type(MAX.email);
  await enter(page, max.signIn.password, MAX.password);
  await setUp(max, (key) => {
    server.clock.toStep();
    return max.code({ key });
  });
  await expect(max.home.heading).toBeFocused();
});

test('resetting a member', async ({ site, page, server, anotherDevice }) => {
  const max = site.as(seedMember(server), await anotherDevice());
  await max.enter();
  await max.addMfa();
  await site.enter();
  const enrolled = await site.addMfa();
  const { accounts, members } = site;
  await choose(site.menu, 'Accounts');
  await expect(accounts.heading).toBeFocused();
  await press(page, accounts.membersOf(ADA.account));
  await expect(members.heading).toBeFocused();
  await tabTo(page, members.search);
  await page.keyboard.type('max');
  await expect(members.rows).toHaveCount(1);
  await press(page, members.reset(MAX.name));
  await press(page, site.dialog(/^Reset/).button('Reset MFA'));
  const stepUp = site.stepUp('member-reset');
  await expect(stepUp.heading).toBeFocused();
  server.clock.toStep();
  await enter(page, stepUp.code, site.code(enrolled));
  await expect(members.heading).toBeFocused();
  await expect(members.status(words.memberReset(MAX.name))).toBeVisible();
});

test('a lost phone: a backup code, and the offer of new ones', async ({ site, page }) => {
  test.slow();
  const { signInCode } = site;
  await site.enter();
  const { codes } = await site.addMfa();
  await site.signOut();
  for (const code of codes.slice(0, 6)) {
    await site.enterWithBackupCode(code);
    await site.signOut();
  }
  await site.enterUpToCode();
  await press(page, signInCode.lostDevice);
  await expect(page.getByText(words.whoCanHelp).first()).toBeVisible();
  await tabTo(page, signInCode.code);
  await press(page, signInCode.useBackupCode);
  await expect(signInCode.backupCode).toBeFocused();
  await page.keyboard.type(codes[6] as string);
  await page.keyboard.press('Enter');

  const offer = site.dialog(words.codesOffered(3));
  await expect(offer.box.locator(':focus')).toHaveCount(1);
  await press(page, offer.button('Generate backup codes'));
  await finish(site);
  await expect(site.profile.heading).toBeFocused();
});
