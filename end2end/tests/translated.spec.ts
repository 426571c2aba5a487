import { expectSameAria } from '../support/tours/aria';
import { expect, test } from '../support/run/fixtures';
import { BRAND } from '../support/pages/screen';
import type { Server } from '../support/site/server';
import type { Site } from '../support/site/site';
import { MAX, seedMember, seedOwner, ZOE } from '../support/site/seed';
import { isDeep } from '../support/tours/looks';
import { TOURS, TOURS_AT } from '../support/tours/tours';
import { givenAway, properNames, translate } from '../support/checks/translator';

test.use({ serverOptions: TOURS_AT });

test.beforeEach(async ({ context }) => {
  await translate(context);
});

/** The tours that have the most texts which change in place; the deep run takes all. */
const CHANGING = ['first steps', 'a method'];

/**
 * Every page and its states show the same words as untranslated: no outdated text, and no row of
 * another member.
 */
for (const [name, tour] of TOURS.filter(([name]) => isDeep || CHANGING.includes(name))) {
  test(`p1 a translated page stays right: ${name}`, async ({ site, server, guard }) => {
    test.setTimeout(240_000);
    await tour({
      site,
      server,
      guard,
      visit: (stop, page) =>
        test.step(stop, async () => {
          await expectSameAria(page, stop);
          expect.soft(await givenAway(page, properNames(server, BRAND)), stop).toEqual([]);
          expect(await page.locator('font').count(), 'the translator is at work').toBeGreaterThan(0);
        }),
    });
  });
}

/** Makes an account whose members all have MFA, and opens the list as their Owner. */
async function amongMembers(site: Site, server: Server): Promise<Site> {
  const owner = site.as(seedOwner(server));
  for (const person of [MAX, ZOE]) {
    const member = site.as(seedMember(server, person));
    await member.enter();
    await member.haveMfa();
    await member.signOut();
  }
  await owner.enter();
  await owner.haveMfa();
  await owner.accounts.open();
  await owner.accounts.membersOf(owner.person.account).click();
  await expect(owner.members.rows).toHaveCount(3);
  return owner;
}

test('p1 a search shows the person found, and Reset asks about that person', async ({ site, server }) => {
  const ada = await amongMembers(site, server);
  const { members } = ada;
  for (const { name } of [ZOE, MAX, ZOE]) {
    await members.search.fill(name);
    await expect(members.rows).toHaveCount(1);
    await expect(members.row(name)).toBeVisible();
    await members.reset(name).click();
    const dialog = ada.dialog(`Reset the MFA of ${name}?`);
    await expect(dialog.box).toContainText(`backup codes of ${name} stop working`);
    await dialog.button('Cancel').click();
  }
  await members.search.fill('nobody at all');
  await expect(members.rows).toHaveCount(0);
  await expect(ada.page.locator('font').filter({ hasText: ZOE.name })).toHaveCount(0);
  await members.clear.click();
  await expect(members.rows).toHaveCount(3);
});

test('p1 the field follows the switch between code and backup code', async ({ owner: _owner, site }) => {
  await site.enter();
  await site.haveMfa();
  await site.signOut();
  await site.enterUpToCode();
  const { signInCode } = site;
  for (let turn = 0; turn < 2; turn += 1) {
    await signInCode.useBackupCode.click();
    await expect(signInCode.backupCode).toBeVisible();
    await expect(signInCode.page.getByText('6-digit code')).toHaveCount(0);
    await signInCode.useApp.click();
    await expect(signInCode.code).toBeVisible();
    await expect(signInCode.page.getByText('Backup code', { exact: true })).toHaveCount(0);
  }
});

test('p1 newer rows leave the focus and an open question with their person', async ({ site, server, page }) => {
  const ada = await amongMembers(site, server);
  const { members } = ada;
  const row = await members.row(ZOE.name).elementHandle();
  const button = members.reset(ZOE.name);
  await button.focus();
  // The search loads newer rows while the focus stays here: rows before this one are removed and
  // added.
  const answers: string[] = [];
  page.on('response', (answer) => {
    if (answer.url().endsWith('/api/accounts/members')) {
      answers.push(answer.url());
    }
  });
  const type = (text: string): Promise<void> =>
    members.search.evaluate((field, value) => {
      (field as HTMLInputElement).value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
  await type('zoe');
  await expect(members.rows).toHaveCount(1);
  await expect(button).toBeFocused();
  await button.press('Enter');
  const dialog = ada.dialog(`Reset the MFA of ${ZOE.name}?`);
  await expect(dialog.box).toBeVisible();
  await type('');
  await expect(members.rows).toHaveCount(3);
  await expect(dialog.box).toContainText(`backup codes of ${ZOE.name} stop working`);
  await dialog.button('Cancel').click();
  await expect(button, 'given back to the row it came from').toBeFocused();
  expect(await row!.evaluate((element) => element.isConnected), 'the row is the same one').toBe(true);
  expect(answers.length).toBeGreaterThan(1);
});

for (const target of ['.countdown', '.countdown__time'] as const) {
  test(`p1 a countdown whose ${target} was written anew goes on`, async ({ owner: _owner, site, page, guard }) => {
    guard.expectRefusals(401, 429);
    await site.enter();
    await site.haveMfa();
    await site.signOut();
    await site.enterUpToCode();
    const { signInCode } = site;
    const countdown = page.locator('.countdown__time');
    // Wrong codes until the pause begins.
    for (let tries = 0; tries < 10 && (await countdown.count()) === 0; tries += 1) {
      await signInCode.submit('000000');
      await expect(signInCode.alert.first()).toBeVisible();
    }
    await expect(countdown).toContainText(/\d:\d\d/);
    await page.locator(target).evaluate((element) => {
      // A translator puts the same words into new elements.
      element.innerHTML = `<font><font>${element.innerHTML}</font></font>`;
    });
    const before = await countdown.first().innerText();
    await expect(countdown).toHaveCount(1);
    await expect(countdown).not.toHaveText(before);
    await expect(countdown).toContainText(/\d:\d\d/);
  });
}
