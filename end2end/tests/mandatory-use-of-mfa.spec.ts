import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

test('mandatory use of MFA', async ({ owner, site }) => {
  const { accounts } = site;
  await site.enter();
  await site.addMfa();
  await site.home.open();
  const rule = accounts.rule(owner.account);

  await test.step('Click the user name in the upper right corner.', async () => {
    await site.menu.button.click();
    await expect(site.menu.item('Accounts')).toBeVisible();
  });

  await test.step("In the displayed user's menu select Accounts.", async () => {
    await site.menu.item('Accounts').click();
    await accounts.arrive();
    await expect(rule).not.toBeChecked();
  });

  await test.step('In the MFA column set the switch to ON.', async () => {
    await rule.click();
    await site.dialog(`Require MFA for ${owner.account}?`).arrive();
    await site.dialog(/^Require MFA/).button('Require MFA').click();
    await expect(rule).toBeChecked();
    await expect(accounts.status(words.requiredNow(owner.account))).toBeVisible();
    await accounts.arrive();
  });
});
