import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, MAX, OLE, seedMember, seedOwner, setRule } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

let max: Site;

test.beforeEach(({ owner: _owner, server, site }) => {
  max = site.as(seedMember(server));
});

test('the user menu has Sign out and nothing that is closed', async ({ server, guard }) => {
  guard.expectRefusals(401);
  setRule(server, 'on');
  await max.givePassword();
  await max.setup.expectOpen();
  await expect(max.setup.cancel, 'there is nowhere to go back to').toHaveCount(0);
  await max.menu.button.click();
  for (const closed of ['My profile', 'Accounts', 'Change account']) {
    await expect(max.menu.item(closed)).toHaveCount(0);
  }
  await max.menu.item('Sign out').click();
  await max.signIn.arrive();
});

test('Change account leads to the accounts that are open', async ({ server }) => {
  seedOwner(server, OLE);
  joinAccount(server, MAX, OLE.account);
  setRule(server, 'on');
  await max.enterAccount(ADA.account);
  await max.setup.arrive();
  await expect(max.page.getByRole('main')).toContainText(words.demanded(ADA.account));
  await max.menu.choose('Change account');
  await max.chooseAccount.arrive();
  await max.chooseAccount.choice(OLE.account).click();
  await max.homeOf(OLE.account).expectOpen();
});

test('an idle session gives the password again before it sees a key', async ({
  server,
  guard,
}) => {
  guard.expectRefusals(403);
  await max.enter();
  server.clock.advance(11 * 60);
  setRule(server, 'on');
  await max.menu.choose('My profile');
  await max.confirmPassword.arrive();
  await max.confirmPassword.password.fill(MAX.password);
  await max.confirmPassword.proceed.click();

  await max.obeySetup();
  await max.profile.arrive();
  await expect(max.profile.status(words.added)).toBeVisible();
});

test('a deep link is kept through the set-up', async ({ page, server }) => {
  setRule(server, 'on');
  await page.goto(max.accounts.path);
  await max.signIn.fill(MAX.email, MAX.password);
  await max.signIn.submit.click();
  await max.obeySetup();
  await max.accounts.expectOpen();
});

test('each step stands a reload', async ({ page, server }) => {
  setRule(server, 'on');
  await max.givePassword();
  await max.setup.expectOpen();
  const key = await max.setup.readKey();
  await page.reload();
  await max.setup.expectOpen();
  expect(await max.setup.readKey()).toBe(key);
  await max.setup.next.click();
  await max.methodCode.expectOpen();
  await page.reload();
  await max.methodCode.expectOpen();
  server.clock.toStep();
  await max.methodCode.submit(max.code({ key }));
  await max.backupCodes.read();
  await max.backupCodes.saved.check();
  await max.backupCodes.finish.click();
  await max.home.expectOpen();
});
