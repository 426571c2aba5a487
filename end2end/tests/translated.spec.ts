import { expectSameAria } from '../support/aria';
import { expect, test } from '../support/fixtures';
import { BRAND } from '../support/screen';
import { MAX, seedMember, seedOwner, ZOE } from '../support/seed';
import { TOURS } from '../support/tours';
import { givenAway, properNames, translate } from '../support/translator';

test.beforeEach(async ({ context }) => {
  await translate(context);
});

/** Every page and its states say what they say untranslated, word for word: no stale word, nobody else's row. */
for (const [name, tour] of TOURS) {
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

test('p1 a search shows the person found, and Reset asks about that person', async ({ site, server }) => {
  const ada = site.as(seedOwner(server));
  const max = site.as(seedMember(server, MAX));
  const zoe = site.as(seedMember(server, ZOE));
  for (const member of [max, zoe]) {
    await member.enter();
    await member.addMfa();
    await member.signOut();
  }
  await ada.enter();
  await ada.addMfa();
  await ada.accounts.open();
  await ada.accounts.membersOf(ada.person.account).click();
  const { members } = ada;
  await expect(members.rows).toHaveCount(3);
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
  await site.addMfa();
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
