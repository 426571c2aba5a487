import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, OLE, seedOwner, setRule } from '../support/site/seed';

test.beforeEach(({ owner, server }) => {
  seedOwner(server, OLE);
  joinAccount(server, owner, OLE.account);
});

test('the account is chosen after the password, by name, role and rule', async ({
  site,
  server,
}) => {
  const { chooseAccount } = site;
  setRule(server, 'on', OLE.account);
  await site.givePassword();
  await chooseAccount.arrive();
  await expect(chooseAccount.choices).toHaveCount(2);
  await expect(chooseAccount.choice(ADA.account)).toHaveAccessibleName(/Example Ltd\s+Owner\s*$/);
  await expect(chooseAccount.choice(OLE.account)).toHaveAccessibleName(
    /Other Ltd\s+Member\s+MFA required/,
  );

  await chooseAccount.choice(ADA.account).click();
  await site.home.arrive();
});

test('with MFA the code comes first', async ({ site, server }) => {
  await site.enterAccount(ADA.account);
  await site.home.expectOpen();
  const enrolled = await site.addMfa();
  await site.signOut();
  await site.enterUpToCode();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await site.chooseAccount.arrive();
  await site.chooseAccount.choice(OLE.account).click();
  await site.homeOf(OLE.account).arrive();
});

test('nothing else is open before an account is chosen', async ({ site, page }) => {
  await site.givePassword();
  await site.chooseAccount.expectOpen();
  for (const path of [site.home.path, site.accounts.path]) {
    await page.goto(path);
    await site.chooseAccount.expectOpen();
  }
});

test('Change account changes it, and says which one is open', async ({ site, page }) => {
  const { chooseAccount, menu } = site;
  await site.enterAccount(ADA.account);
  await site.home.expectOpen();
  await menu.button.click();
  await expect(menu.item('Change account')).toBeVisible();
  await menu.item('Change account').click();
  await chooseAccount.arrive();
  await expect(chooseAccount.choice(ADA.account)).toHaveAttribute('aria-current', 'true');

  await chooseAccount.choice(OLE.account).click();
  await site.homeOf(OLE.account).arrive();
  await page.reload();
  await site.homeOf(OLE.account).expectOpen();
});

test('the change reaches the other tab', async ({ site, context }) => {
  await site.enterAccount(ADA.account);
  await site.home.expectOpen();
  const other = site.on(await context.newPage());
  await other.home.open();
  await other.home.expectOpen();
  await site.menu.choose('Change account');
  await site.chooseAccount.choice(OLE.account).click();
  await other.homeOf(OLE.account).expectOpen();
});

test('a deep link is kept through the choice', async ({ site, page, guard }) => {
  guard.expectRefusals(401);
  await page.goto(site.accounts.path);
  await site.signIn.expectOpen();
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.chooseAccount.expectOpen();
  await site.chooseAccount.choice(OLE.account).click();
  await site.accounts.arrive();
});

test('a reload of the choice keeps it', async ({ site, page }) => {
  await site.givePassword();
  await site.chooseAccount.expectOpen();
  await page.reload();
  await site.chooseAccount.choice(ADA.account).click();
  await site.home.expectOpen();
});

test('with one account there is nothing to choose', async ({ page, site }) => {
  const ole = site.as(OLE);
  await ole.enter();
  await ole.menu.button.click();
  await expect(ole.menu.item('Accounts')).toBeVisible();
  await expect(ole.menu.item('Change account')).toHaveCount(0);
  await page.goto(ole.chooseAccount.path);
  await ole.home.expectOpen();
});

test('whoever is taken out of the open account works in the other one', async ({
  site,
  server,
}) => {
  await site.enterAccount(OLE.account);
  await site.homeOf(OLE.account).expectOpen();
  server.command(['member', 'remove', ADA.email, OLE.account]);
  await site.home.open();
  await site.home.expectOpen();
});
