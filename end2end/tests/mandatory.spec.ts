import { expect, test } from '../support/run/fixtures';
import { Notice } from '../support/pages/notice';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner, setRule, ZOE } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

test.beforeEach(async ({ server, site, owner: _owner }) => {
  seedMember(server, MAX);
  seedMember(server, ZOE);
  await site.enter();
});

/** Sets the rule, and confirms the dialog. */
async function require(site: Site): Promise<void> {
  await site.accounts.open();
  await site.accounts.rule(ADA.account).click();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
}

test('the dialog names the effect, and Cancel leaves the rule as it was', async ({
  site,
  page,
}) => {
  const { accounts } = site;
  await site.haveMfa();
  const rule = accounts.rule(ADA.account);
  const dialog = site.dialog(/^Require MFA/);
  await accounts.open();
  await expect(accounts.row(ADA.account)).toContainText('1 of 3');
  const cancel = (): Promise<void> => dialog.button('Cancel').click();
  for (const leave of [cancel, () => page.keyboard.press('Escape')]) {
    await rule.click();
    await dialog.arrive();
    await expect(dialog.box).toContainText(
      '2 of 3 members have no MFA yet. They set it up the next time they open this account.',
    );
    await leave();
    await dialog.expectClosed();
    await expect(rule).toBeFocused();
    await expect(rule).not.toBeChecked();
  }
});

test('the rule is on, by whom and since when', async ({ site, page }) => {
  await site.haveMfa();
  await require(site);
  const rule = site.accounts.rule(ADA.account);
  await expect(rule).toBeChecked();
  await expect(site.accounts.status(words.requiredNow(ADA.account))).toBeVisible();
  await expect(site.accounts.row(ADA.account)).toContainText(words.setBy(ADA.name));
  await page.reload();
  await expect(rule).toBeChecked();
  await site.accounts.arrive();
});

test('the switch turns when the server has said so, not before', async ({ site, page }) => {
  await site.haveMfa();
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/api/accounts/require_mfa', async (route) => {
    await held;
    await route.continue();
  });
  await require(site);
  const rule = site.accounts.rule(ADA.account);
  await expect(rule).toHaveAttribute('aria-busy', 'true');
  await expect(rule).not.toBeChecked();
  answer();
  await expect(rule).toBeChecked();
});

test('where no server answers the rule stays off, and can be switched later', async ({
  site,
  server,
  page,
  guard,
}) => {
  guard.expectOutage();
  await site.haveMfa();
  await site.accounts.open();
  await site.accounts.rule(ADA.account).click();
  await server.stop();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(site.accounts.tryAgain).toBeVisible();
  await expect(site.accounts.rule(ADA.account)).not.toBeChecked();
  await site.accounts.arrive();

  await server.start();
  await new Notice(page).lookAgain();
  await expect(site.accounts.tryAgain).toHaveCount(0);
  await expect(site.accounts.alert).toHaveCount(0);
  await site.accounts.rule(ADA.account).click();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(site.accounts.rule(ADA.account)).toBeChecked();
});

test('members who are signed in already get the set-up at their next request', async ({
  site,
  anotherDevice,
  guard,
}) => {
  guard.expectRefusals(401, 403);
  await site.haveMfa();
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  await require(site);
  await expect(site.accounts.rule(ADA.account)).toBeChecked();

  await max.menu.choose('My profile');
  await max.setup.arrive();
  await expect(max.page.getByRole('main')).toContainText(words.demanded(ADA.account));
  for (const path of [max.home.path, max.accounts.path, max.profile.path]) {
    await max.page.goto(path);
    await max.setup.expectOpen();
  }
  await max.obeySetup();
  await max.profile.expectOpen();
});

test('an Owner without MFA is sent into the set-up right after', async ({ site, server }) => {
  await site.accounts.open();
  await site.accounts.rule(ADA.account).click();
  await expect(site.dialog(/^Require MFA/).box).toContainText('3 of 3 members have no MFA yet.');
  await site.dialog(/^Require MFA/).arrive();
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await site.setup.arrive();
  await expect(site.page.getByRole('main')).toContainText(words.demanded(ADA.account));
  await expect(site.setup.status(words.requiredNow(ADA.account))).toBeVisible();
  server.clock.toStep();
  await site.obeySetup();
  await expect(site.accounts.rule(ADA.account)).toBeChecked();
});

test('off asks for a code, and frees the members at once', async ({
  site,
  server,
  anotherDevice,
}) => {
  const enrolled = await site.haveMfa();
  setRule(server, 'on');
  const max = site.as(MAX, await anotherDevice());
  await max.givePassword();
  await max.setup.expectOpen();

  const { accounts } = site;
  const stepUp = site.stepUp('rule-off');
  await accounts.open();
  await expect(accounts.row(ADA.account)).toContainText(words.setBy('the operator'));
  await accounts.rule(ADA.account).click();
  await stepUp.arrive();
  await expect(site.page.getByRole('main')).toContainText(ADA.account);
  await stepUp.cancel.click();
  await accounts.expectOpen();
  await expect(accounts.rule(ADA.account)).toBeChecked();

  await accounts.rule(ADA.account).click();
  await stepUp.expectOpen();
  await site.verify('rule-off', enrolled);
  await accounts.arrive();
  await expect(accounts.status(words.notRequired(ADA.account))).toBeVisible();
  await expect(accounts.rule(ADA.account)).not.toBeChecked();

  await max.home.open();
  await max.home.expectOpen();
});

test('only the account that requires it is closed', async ({ site, server, anotherDevice }) => {
  seedOwner(server, OLE);
  joinAccount(server, MAX, OLE.account);
  setRule(server, 'on');
  const max = site.as(MAX, await anotherDevice());
  await max.enterAccount(OLE.account);
  await max.homeOf(OLE.account).expectOpen();
  await max.accounts.open();
  await max.accounts.arrive();

  await max.menu.choose('Change account');
  await max.chooseAccount.choice(ADA.account).click();
  await max.setup.expectOpen();
});

test('an Owner without MFA is shut out of the account that requires it alone', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(403, 409);
  seedOwner(server, OLE);
  joinAccount(server, ADA, OLE.account, 'owner');
  const { accounts } = site;
  await accounts.open();
  await site.chooseAccount.choice(ADA.account).click();
  const rule = accounts.rule(OLE.account);
  await rule.click();
  await expect(site.dialog(/^Require MFA/).box).toContainText(words.closedToOwner);
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(rule).toBeChecked();

  await rule.click();
  await expect(accounts.alert.filter({ hasText: words.addFirst })).toBeVisible();
  await accounts.arrive();
  await accounts.membersOf(OLE.account).click();
  await expect(site.page.getByText(words.setUpFirst)).toBeVisible();
  await expect(site.page.getByText(OLE.email)).toHaveCount(0);
  await site.page.getByRole('link', { name: 'Add MFA', exact: true }).click();
  await site.newMethod.expectOpen();
});

test('a member sees the rule and why it is not theirs to change', async ({
  site,
  server,
  anotherDevice,
}) => {
  const max = site.as(MAX, await anotherDevice());
  await max.enter();
  await max.menu.choose('Accounts');
  await max.accounts.arrive();
  const rule = max.accounts.rule(ADA.account);
  await expect(rule).toBeDisabled();
  await expect(rule).toHaveAccessibleDescription(words.ownersOnly);
  await expect(max.page.getByRole('main')).toContainText(words.operatorAdds);
  await expect(max.accounts.membersOf(ADA.account)).toHaveCount(0);
  await expect(max.accounts.row(ADA.account)).not.toContainText('of 3');
  expect(server.command(['account', 'list'])).toContain('MFA optional');
});
