import { expect, test } from '../support/run/fixtures';
import { joinAccount, OLE, seedOwner, setRule } from '../support/site/seed';
import type { Enrolled } from '../support/site/site';
import { words } from '../support/pages/words';

let enrolled: Enrolled;

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
  enrolled = await site.haveMfa();
});

test('the dialog says what follows, and can be left with Cancel or Escape', async ({
  site,
  page,
}) => {
  const { profile } = site;
  const dialog = site.dialog(/^Delete/);
  const cancel = (): Promise<void> => dialog.button('Cancel').click();
  for (const leave of [cancel, () => page.keyboard.press('Escape')]) {
    await profile.methodMenu.choose('Delete');
    await dialog.arrive();
    await expect(dialog.box).toContainText(/backup codes stop working/i);
    await expect(dialog.box, 'no account requires MFA').not.toContainText(/requires? MFA/);
    await leave();
    await dialog.expectClosed();
    await expect(profile.methodMenu.button).toBeFocused();
  }
  await profile.arrive();
});

test('the method and its backup codes are gone, and so are the other sessions', async ({
  site,
  anotherDevice,
  guard,
}) => {
  guard.expectRefusals(401);
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enterWithCode(enrolled);
  await site.askToDelete();
  await site.verify('delete', enrolled);
  await site.profile.expectOpen();

  await elsewhere.menu.choose('My profile');
  await elsewhere.signIn.expectOpen();
  await elsewhere.enter();
  await elsewhere.profile.open();
  await expect(elsewhere.profile.settings).toContainText(words.mfaIsOff);
});

test('in an account that requires MFA the set-up follows and shows the result', async ({
  site,
  server,
}) => {
  setRule(server, 'on');
  const { profile, setup } = site;
  await profile.open();
  await profile.methodMenu.choose('Delete');
  const dialog = site.dialog(/^Delete/);
  await expect(dialog.box).toContainText(words.demanded(site.person.account));
  await dialog.arrive();
  await dialog.button('Delete').click();
  await site.verify('delete', enrolled);

  await setup.arrive();
  await expect(setup.status(words.deleted)).toBeVisible();
  await expect(site.page.getByRole('main')).toContainText(words.demanded(site.person.account));
  await site.obeySetup();
  await expect(setup.status(words.added)).toBeVisible();
  await expect(site.page).toHaveURL(/\/(profile)?$/);
  await site.home.open();
  await site.home.expectOpen();
});

test('an account the person does not work in is named, and stays closed alone', async ({
  site,
  server,
}) => {
  const { profile } = site;
  seedOwner(server, OLE);
  joinAccount(server, site.person, OLE.account);
  setRule(server, 'on', OLE.account);
  await site.signOut();
  await site.enterUpToCode();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await site.chooseAccount.choice(site.person.account).click();
  await site.home.expectOpen();

  await profile.open();
  await profile.methodMenu.choose('Delete');
  await expect(site.dialog(/^Delete/).box).toContainText(words.demanded(OLE.account));
  await site.dialog(/^Delete/).button('Delete').click();
  await site.verify('delete', enrolled);
  await profile.expectOpen();
  await expect(profile.status(words.deleted)).toBeVisible();

  await site.menu.choose('Change account');
  await site.chooseAccount.choice(OLE.account).click();
  await site.setup.expectOpen();
});

test('a verification that was left deletes nothing', async ({ site }) => {
  await site.askToDelete();
  await site.stepUp('delete').cancel.click();
  await site.profile.expectOpen();
  await expect(site.profile.detail('Status')).toHaveText(/^(On|Active)$/);
});

test('a double click on a button of a dialog does not reach what lies under it', async ({ site, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await site.profile.open();
  await site.profile.methodMenu.choose('Delete');
  await site.dialog(/^Delete/).button('Delete').dblclick();
  await site.stepUp('delete').expectOpen();
});
