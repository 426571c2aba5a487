import { expect, test } from '../support/run/fixtures';
import { press, tabTo } from '../support/checks/keyboard';

test.beforeEach(({ owner: _owner }) => undefined);

test('adding an MFA method and signing in with it, by keyboard alone', async ({
  site,
  page,
  server,
}) => {
  const { signIn, home, profile, newMethod, setup, methodCode, backupCodes, signInCode } = site;
  await signIn.open();
  await tabTo(page, signIn.email);
  await page.keyboard.type(site.person.email);
  await tabTo(page, signIn.password);
  await page.keyboard.type(site.person.password);
  await page.keyboard.press('Enter');
  await expect(home.heading).toBeFocused();

  await press(page, home.profileLink);
  await expect(profile.heading).toBeFocused();
  await press(page, profile.addMethod);
  await expect(newMethod.heading).toBeFocused();
  await press(page, newMethod.next);
  await expect(setup.heading).toBeFocused();
  await press(page, setup.cannotScan);
  await expect(setup.key).toBeVisible();
  const key = (await setup.key.innerText()).replace(/\s/g, '');
  await press(page, setup.next);
  await expect(methodCode.heading).toBeFocused();

  server.clock.toStep();
  await tabTo(page, methodCode.code);
  await page.keyboard.type(site.code({ key }));
  await page.keyboard.press('Enter');
  await expect(backupCodes.heading).toBeFocused();
  await tabTo(page, backupCodes.saved);
  await page.keyboard.press('Space');
  await expect(backupCodes.saved).toBeChecked();
  await press(page, backupCodes.finish);
  await expect(profile.heading).toBeFocused();

  await page.reload();
  await press(page, site.menu.button);
  await expect(site.menu.item('My profile')).toBeFocused();
  await page.keyboard.press('End');
  await expect(site.menu.item('Sign out')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(signIn.heading).toBeFocused();

  await tabTo(page, signIn.email);
  await page.keyboard.type(site.person.email);
  await tabTo(page, signIn.password);
  await page.keyboard.type(site.person.password);
  await press(page, signIn.submit);
  await expect(signInCode.heading).toBeFocused();
  server.clock.toStep();
  await tabTo(page, signInCode.code);
  await page.keyboard.type(site.code({ key }));
  await press(page, signInCode.enter);
  await expect(home.heading).toBeFocused();
});

test('the user menu is walked with the arrow keys and closed with Escape', async ({
  site,
  page,
}) => {
  const { menu } = site;
  await site.enter();
  await expect(menu.button).toHaveAttribute('aria-expanded', 'false');
  await press(page, menu.button);
  await expect(menu.button).toHaveAttribute('aria-expanded', 'true');
  await expect(menu.item('My profile')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.item('Accounts')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.item('Theme')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.item('Sign out')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.item('My profile')).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(menu.item('Sign out')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(menu.item('My profile')).toBeFocused();

  await page.keyboard.press('Escape');
  await expect(menu.item('My profile')).toBeHidden();
  await expect(menu.button).toBeFocused();
  await expect(menu.button).toHaveAttribute('aria-expanded', 'false');
});
