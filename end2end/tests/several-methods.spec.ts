import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { Menu } from '../support/pages/screen';
import { expectAccessible } from '../support/checks/a11y';
import { press } from '../support/checks/keyboard';
import { words } from '../support/pages/words';
import type { Enrolled, Site } from '../support/site/site';

const FIRST = 'Authenticator application';
const SECOND = 'Tablet';

test.beforeEach(({ owner: _owner }) => undefined);

/** Goes from My profile with one method to the wizard of a further one. */
async function startFurther(site: Site, enrolled: Enrolled): Promise<void> {
  await site.profile.open();
  await site.profile.addMethod.click();
  await site.stepUp('add').expectOpen();
  await site.verify('add', enrolled);
  await site.newMethod.expectOpen();
}

/** Adds a further method by the pages; My profile follows. */
async function addFurther(site: Site, enrolled: Enrolled, name: string): Promise<{ key: string }> {
  await startFurther(site, enrolled);
  await site.newMethod.name.fill(name);
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  const key = await site.setup.readKey();
  await site.setup.next.click();
  await site.methodCode.expectOpen();
  await site.methodCode.submit(site.code({ key }));
  await site.profile.expectOpen();
  return { key };
}

function methodMenu(page: Page, name: string): Menu {
  return new Menu(page, `MFA method menu for ${name}`);
}

test('a further method is added with a name, and the codes from before stay', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await startFurther(site, enrolled);
  await expectAccessible(page);
  await expect(site.newMethod.name).toHaveValue(`${FIRST} 2`);
  await expect(site.newMethod.isDefault).not.toBeChecked();
  await expect(site.newMethod.isDefault).toHaveAccessibleDescription(
    'A sign-in asks for your default method first.',
  );
  await site.newMethod.name.fill('');
  await site.newMethod.next.click();
  await expect(site.newMethod.name).toHaveAttribute('aria-invalid', 'true');
  await expect(site.newMethod.name).toBeFocused();
  await site.newMethod.name.fill(FIRST.toUpperCase());
  await site.newMethod.next.click();
  await expect(site.newMethod.name).toHaveAccessibleDescription(/already have a method with this name/);
  await site.newMethod.name.fill('Wrong');
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  await page.getByRole('link', { name: 'Choose another method' }).click();
  await site.newMethod.expectOpen();
  await site.newMethod.name.fill(SECOND);
  await site.newMethod.next.click();
  await site.setup.expectOpen();
  const key = await site.setup.readKey();
  await page.reload();
  await site.setup.expectOpen();
  expect(await site.setup.readKey(), 'a reload shows the same key').toBe(key);
  await site.setup.next.click();
  await site.methodCode.expectOpen();
  await site.methodCode.submit(site.code({ key }));
  await site.profile.expectOpen();
  await expect(site.profile.status(words.added)).toBeVisible();
  await expect(methodMenu(page, FIRST).button).toBeVisible();
  await expect(methodMenu(page, SECOND).button).toBeVisible();
  await expect(site.profile.settings.getByText(words.codesLeft(10))).toBeVisible();
  await expectAccessible(page);
});

test('a sign-in asks for the default method, and offers the other ways', async ({
  site,
  page,
  guard,
}) => {
  guard.expectRefusals(401);
  await site.enter();
  const enrolled = await site.haveMfa();
  const second = await addFurther(site, enrolled, SECOND);
  await site.signOut();
  await site.enterUpToCode();
  await expectAccessible(page);
  await expect(page.getByText(`Enter the 6-digit code displayed by “${FIRST}”.`)).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Try another way', exact: true })).toBeVisible();
  await expect(site.signInCode.useBackupCode).toBeVisible();
  await expect(site.signInCode.way(SECOND)).toHaveAccessibleDescription(FIRST);
  await site.signInCode.lostDevice.click();
  await expect(page.getByText('Use another of your methods, or one of your backup codes.')).toBeVisible();
  await page.getByRole('button', { name: SECOND, exact: true }).click();
  await expect(page.getByText(`Enter the 6-digit code displayed by “${SECOND}”.`)).toBeVisible();
  await expect(site.signInCode.code).toBeFocused();
  site.toNextStep();
  await site.signInCode.submit(site.code(enrolled));
  await site.signInCode.expectRefused(words.wrongCode);
  await site.signInCode.useBackupCode.click();
  await expect(site.signInCode.backupCode).toBeFocused();
  await expect(site.signInCode.alert).toHaveCount(0);
  await page.getByRole('button', { name: SECOND, exact: true }).click();
  await site.signInCode.submit(site.code(second));
  await site.home.expectOpen();
});

test('the other method becomes the default, from its menu', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await addFurther(site, enrolled, SECOND);
  await methodMenu(page, SECOND).choose('Make default');
  await expect(site.profile.status(`“${SECOND}” is now the default`)).toBeVisible();
  await expect(site.profile.heading).toBeFocused();
  await methodMenu(page, SECOND).button.click();
  await expect(methodMenu(page, SECOND).item('Make default')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await site.signOut();
  await site.enterUpToCode();
  await expect(page.getByText(`Enter the 6-digit code displayed by “${SECOND}”.`)).toBeVisible();
});

test('each method is tested and renamed by itself', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  const second = await addFurther(site, enrolled, SECOND);
  await methodMenu(page, SECOND).choose('Test');
  await expect(site.profile.code).toBeFocused();
  site.toNextStep();
  await site.profile.code.fill(site.code(second));
  await site.profile.enter.click();
  await expect(site.profile.status(words.tested)).toBeVisible();
  await methodMenu(page, SECOND).choose('Rename');
  await expect(site.profile.name).toBeFocused();
  await site.profile.name.fill('Old tablet');
  await site.profile.save.click();
  await expect(methodMenu(page, 'Old tablet').button).toBeVisible();
  await expect(site.profile.heading).toBeFocused();
  await expect(methodMenu(page, FIRST).button).toBeVisible();
});

test('deleting the default says which method follows, and the last one is as before', async ({
  site,
  page,
}) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  const second = await addFurther(site, enrolled, SECOND);
  await methodMenu(page, FIRST).choose('Delete');
  const dialog = site.dialog(`Delete ${FIRST}?`);
  await dialog.arrive();
  await expect(dialog.box.getByText('Your other methods still protect you.')).toBeVisible();
  await dialog.button('Delete').click();
  await site.stepUp('delete').expectOpen();
  await expect(page.getByText(`displayed by “${SECOND}”`), 'not the one that is deleted').toBeVisible();
  await expect(site.stepUp('delete').way(FIRST)).toBeVisible();
  await site.verify('delete', second);
  await site.profile.expectOpen();
  await expect(site.profile.status(`“${SECOND}” is now the default.`)).toBeVisible();
  await expect(site.profile.methodMenu.button).toBeVisible();
  await expect(site.profile.methodName).toContainText(SECOND);
});

test('a reset of one method keeps the other', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await addFurther(site, enrolled, SECOND);
  await methodMenu(page, SECOND).choose('Reset');
  await site.stepUp('reset').expectOpen();
  await expect(page.getByText(`You are about to reset “${SECOND}”.`)).toBeVisible();
  await site.verify('reset', enrolled);
  await site.setup.expectOpen();
  await site.proveSetup(await site.setup.readKey());
  await site.finish();
  await expect(methodMenu(page, FIRST).button).toBeVisible();
  await expect(methodMenu(page, SECOND).button).toBeVisible();
});

test('three applications are the most', async ({ site }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await addFurther(site, enrolled, SECOND);
  await addFurther(site, enrolled, 'Watch');
  await expect(site.profile.addMethod).toHaveCount(0);
  await expect(site.profile.settings.getByText('You have reached the limit of three authenticator applications.')).toBeVisible();
});

test('Cancel and a deep link add nothing', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await startFurther(site, enrolled);
  await site.newMethod.cancel.click();
  await site.profile.expectOpen();
  await site.newMethod.open();
  await site.profile.expectOpen();
  await expect(site.profile.methodMenu.button).toBeVisible();
  await expect(page.getByText(SECOND)).toHaveCount(0);
});

/** Deletes the second method in another tab, while My profile stays open in this one. */
async function deleteElsewhere(site: Site, enrolled: Enrolled): Promise<void> {
  const other = site.on(await site.page.context().newPage());
  await other.profile.open();
  await methodMenu(other.page, SECOND).choose('Delete');
  await other.dialog(`Delete ${SECOND}?`).button('Delete').click();
  await other.verify('delete', enrolled);
  await other.profile.expectOpen();
  await other.page.close();
}

const GONE = 'This MFA method no longer exists. It may have been deleted in another tab.';

/** Each action on a method, up to the request that finds none. */
const ACTIONS: [string, (site: Site) => Promise<void>][] = [
  ['Make default', () => Promise.resolve()],
  ['Reset', () => Promise.resolve()],
  ['Delete', (site) => site.dialog(`Delete ${SECOND}?`).button('Delete').click()],
  [
    'Rename',
    async ({ profile }) => {
      await profile.name.fill('Old tablet');
      await profile.save.click();
    },
  ],
  [
    'Test',
    async ({ profile }) => {
      await profile.code.fill('123456');
      await profile.enter.click();
    },
  ],
];

for (const [action, go] of ACTIONS) {
  test(`${action} of a method that another tab has deleted says so`, async ({ site, page, guard }) => {
    guard.expectRefusals(409);
    await site.enter();
    const enrolled = await site.haveMfa();
    await addFurther(site, enrolled, SECOND);
    await deleteElsewhere(site, enrolled);
    await methodMenu(page, SECOND).choose(action);
    await go(site);
    await expect(site.profile.status(GONE)).toBeVisible();
    await expect(page.getByRole('heading', { name: SECOND })).toHaveCount(0);
    await expect(site.profile.methodMenu.button, 'the list is read anew').toBeVisible();
    await expect(site.profile.heading).toBeFocused();
    await expectAccessible(page);
  });
}

test('a newer list keeps what is typed on the other cards', async ({ site, page, guard }) => {
  guard.expectRefusals(409);
  await site.enter();
  const enrolled = await site.haveMfa();
  await addFurther(site, enrolled, SECOND);
  await deleteElsewhere(site, enrolled);
  await methodMenu(page, FIRST).choose('Rename');
  await site.profile.name.fill('Half a na');
  await methodMenu(page, SECOND).choose('Make default');
  await expect(site.profile.status(GONE)).toBeVisible();
  await expect(page.getByRole('heading', { name: SECOND })).toHaveCount(0);
  await expect(site.profile.name).toHaveValue('Half a na');
  await site.profile.save.click();
  await expect(site.profile.methodName).toContainText('Half a na');
});

test('a reset has no link to another type', async ({ site, page }) => {
  await site.enter();
  await site.resetUpToSetup(await site.haveMfa());
  await expect(page.getByRole('link', { name: 'Choose another method' })).toHaveCount(0);
});

test('with the keyboard each other way takes the focus to its field', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await addFurther(site, enrolled, SECOND);
  for (const form of [site.changePassword, site.stepUp('generate')]) {
    if (form === site.changePassword) await site.changePassword.open();
    else await site.askToGenerate();
    await press(page, page.getByRole('button', { name: SECOND, exact: true }));
    await expect(form.code).toBeFocused();
    await press(page, form.useBackupCode);
    await expect(form.backupCode).toBeFocused();
    await press(page, page.getByRole('button', { name: FIRST, exact: true }));
    await expect(form.code).toBeFocused();
  }
});
