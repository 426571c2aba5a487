import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { expectRoom } from '../support/checks/layout';
import { joinAccount, type Person, seedMember, seedOwner, setRule } from '../support/site/seed';

/**
 * Names of maximum length without a blank: no text is cut off, and nothing moves out of its place.
 */
const BRAND = 'Kundenverwaltungssteuerungsoberflaechenzugangsbereichsseite';
const LONG: Person = {
  name: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewaren'.slice(0, 90),
  email: `${'adalovelacebyronkingnoelmilbanke'.repeat(2).slice(0, 60)}@${'kundenverwaltung'.repeat(3)}.example.com`,
  password: 'correct horse battery staple',
  account: 'DonaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaftmbH',
};
const OTHER = `${LONG.account.slice(0, 80)}Zwei`;

test.use({ serverOptions: { settings: { TWINLOCK_BRAND: BRAND } } });

/** Expects no text that is wider than its box with hidden overflow. */
async function expectWhole(page: Page, what: string): Promise<void> {
  for (const width of [320, 375, 640, 1280]) {
    await page.setViewportSize({ width, height: 720 });
    await expectRoom(page, `${what}, ${width} px`);
    const cut = await page.evaluate(() =>
      [...document.body.querySelectorAll<HTMLElement>('*')]
        .filter((element) => element.checkVisibility() && element.children.length === 0 && element.textContent?.trim())
        .filter((element) => !element.matches('option, select, input, .visually-hidden') && getComputedStyle(element).clipPath === 'none')
        .filter((element) => getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
        .map((element) => (element.cloneNode(false) as Element).outerHTML),
    );
    expect.soft(cut, `${what}, ${width} px`).toEqual([]);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}

test('long names wrap on every page', async ({ site: ada, server, page, guard }) => {
  test.setTimeout(240_000);
  guard.expectRefusals(401, 404);
  seedOwner(server, LONG);
  const member = { ...LONG, name: `${LONG.name.slice(0, 80)}Zwei`, email: `zwei${LONG.email.slice(4)}` };
  seedMember(server, member);
  server.command(['account', 'add', OTHER]);
  joinAccount(server, LONG, OTHER, 'owner');
  const site = ada.as(LONG);
  const { signIn } = site;
  await page.goto('/sign-in');
  await expectWhole(page, 'sign-in');
  await signIn.fill(LONG.email, LONG.password);
  await signIn.submit.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Choose an account' })).toBeVisible();
  await expectWhole(page, 'choose an account');
  await site.chooseAccount.choice(LONG.account).click();
  await expect(page.getByRole('heading', { level: 1, name: LONG.account })).toBeVisible();
  await expectWhole(page, 'home');
  await page.getByRole('button', { name: LONG.name, exact: true }).click();
  await expectWhole(page, 'user menu');
  await page.keyboard.press('Escape');
  await page.goto('/profile');
  await expect(site.profile.addMethod).toBeVisible();
  await expectWhole(page, 'profile');
  await site.profile.addMethod.click();
  await site.newMethod.next.click();
  await site.setup.cannotScan.click();
  await expectWhole(page, 'set-up');
  const key = (await site.setup.key.innerText()).replace(/\s/g, '');
  await site.setup.next.click();
  await expect(site.methodCode.code).toBeVisible();
  server.clock.toStep();
  await site.methodCode.submit(site.code({ key }));
  await expect(site.backupCodes.saved).toBeVisible();
  await expectWhole(page, 'backup codes');
  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expect(site.profile.methodMenu.button).toBeVisible();
  await site.profile.methodMenu.choose('Rename');
  await site.profile.name.fill('Pneumonoultramicroscopicsilicovolcanoconiosistelefon'.repeat(2).slice(0, 100));
  await site.profile.save.click();
  await expect(site.profile.methodMenu.button).toBeVisible();
  await expectWhole(page, 'profile with a method');
  await page.goto('/accounts');
  await expect(site.accounts.rule(LONG.account)).toBeVisible();
  await expectWhole(page, 'accounts');
  await site.accounts.rule(LONG.account).click();
  await site.dialog(/^Require MFA/).arrive();
  await expectWhole(page, 'dialog of the rule');
  await site.dialog(/^Require MFA/).button('Require MFA').click();
  await expect(site.accounts.status(/now required/)).toBeVisible();
  await expectWhole(page, 'accounts with a banner');
  await site.accounts.membersOf(LONG.account).click();
  await expect(site.members.row(member.name)).toBeVisible();
  await expectWhole(page, 'members');
  await expectAccessible(page);
  await site.menu.choose('Sign out');

  const demanded = ada.as(member);
  setRule(server, 'on', LONG.account);
  await page.goto('/sign-in');
  await demanded.signIn.fill(member.email, member.password);
  await demanded.signIn.submit.click();
  await expect(page.getByText(/requires MFA/).first()).toBeVisible();
  await expectWhole(page, 'forced set-up');
});

test('long names wrap in the invitation', async ({ site, server, page }) => {
  seedOwner(server, LONG);
  const printed = server.command(['user', 'add', `neu${LONG.email.slice(3)}`, '--name', LONG.name, '--account', LONG.account, '--role', 'member']);
  await page.goto(/\S+\/invitation#\S+/.exec(printed)![0]);
  await expect(site.invitation.password).toBeVisible();
  await expectWhole(page, 'invitation');
});
