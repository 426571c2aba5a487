import { expect, type Page, type Route } from '@playwright/test';
import { Notice } from '../pages/notice';
import { joinAccount, type Person, seedMember, seedOwner, setRule } from '../site/seed';
import type { Server } from '../site/server';
import type { Site } from '../site/site';
import { wrongCode } from '../site/totp';
import type { Stop, Tour } from './tour';
import { words } from '../pages/words';

const LONG: Person = {
  name: 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Maximiliana Theodora',
  email: 'maximiliana.wolfeschlegelsteinhausenbergerdorff@a-very-long-name.example.com',
  password: 'the longest river has no end',
  account: 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk and Daughters Ltd',
};
const SAM: Person = {
  name: 'Sam Vale',
  email: 'sam@example.com',
  password: 'gravel under a slow wheel',
  account: LONG.account,
};
const ROD: Person = {
  name: 'Rod Strand',
  email: 'rod@example.com',
  password: 'no harbour for this ship yet',
  account: 'Short Ltd',
};

/** Rare or short states: waits, long names, empty lists, a locked-out user. */
export async function states({ site, server, guard, visit: look }: Tour): Promise<void> {
  guard.expectRefusals(401, 403, 409, 429);
  guard.expectOutage();
  const visit = (stop: string): Promise<void> => look(stop, site.page);
  const long = site.as(seedOwner(server, LONG));
  const sam = site.as(seedMember(server, SAM));
  await starting(site.page, visit);
  await lockOut(sam, server);
  await longNames(long, server, visit);
  await nothing(site, server, visit);
}

/** Holds the next answer to a path until the returned function is called. */
async function hold(page: Page, path: string): Promise<() => void> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answerLater = async (route: Route): Promise<void> => {
    await held;
    await route.continue();
  };
  await page.route(path, answerLater, { times: 1 });
  return () => release();
}

async function starting(page: Page, visit: Stop): Promise<void> {
  const release = await hold(page, '**/*.wasm');
  await page.goto('/profile', { waitUntil: 'commit' });
  await expect(page.locator('#boot')).toBeVisible();
  await visit('app on its way');
  release();
  await expect(page.locator('body[data-ready]')).toBeAttached();
}

async function lockOut(site: Site, server: Server): Promise<void> {
  await site.enter();
  const { key } = await site.haveMfa();
  await site.signOut();
  // In a browser that is known to the user, the guesses would lock that browser only.
  await site.page.context().clearCookies();
  for (let round = 1; round <= 2; round += 1) {
    await site.enterUpToCode();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await site.signInCode.submit(wrongCode(key, server.clock.now()));
      await site.signInCode.expectRefused(words.wrongCode);
    }
    server.clock.advance(15 * 60 + 1);
  }
}

async function longNames(site: Site, server: Server, visit: Stop): Promise<void> {
  const { page, signIn, accounts, members, profile } = site;
  await signIn.open();
  await signIn.fill(site.person.email, site.person.password);
  await signIn.showPassword.click();
  await visit('password shown');
  let release = await hold(page, '**/api/session/sign_in');
  await signIn.submit.click();
  await expect(page.locator('[aria-busy=true]')).toBeVisible();
  await visit('sign in, on its way');
  release();
  await site.home.expectOpen();
  await visit('home, long names');
  const enrolled = await site.addMfa();
  await visit('profile, long names');
  await profile.generate.click();
  await site.stepUp('generate').submit(site.code(enrolled));
  await expect(page.getByText(words.alreadyUsed).first()).toBeVisible();
  await visit('verification, counting down');
  setRule(server, 'on', LONG.account);
  joinAccount(server, SAM, seedOwner(server, ROD).account);
  joinAccount(server, LONG, ROD.account);
  release = await hold(page, '**/api/accounts/members');
  await site.chooseAccount.open();
  await expect(site.chooseAccount.choices).toHaveCount(2);
  await visit('choose an account, long names');
  await site.chooseAccount.choice(LONG.account).click();
  await site.home.expectOpen();
  await site.menu.choose('Accounts');
  await expect(accounts.rule(LONG.account)).toBeChecked();
  await visit('accounts, long names');
  await accounts.membersOf(LONG.account).click();
  await expect(page.getByText(words.loading)).toBeAttached();
  await visit('members, on their way');
  release();
  await expect(members.row(SAM.name)).toContainText('Locked');
  await visit('members, long names, one locked');
  await site.menu.button.click();
  await site.menu.item('Theme').click();
  await expect(page.getByRole('menuitemradio', { name: 'Dark', exact: true })).toBeVisible();
  await visit('theme choices');
  await page.keyboard.press('Escape');
  await site.signOut();
}

async function nothing(site: Site, server: Server, visit: Stop): Promise<void> {
  const { page } = site;
  const alone = site.as({ ...SAM, name: 'Lou Moor', email: 'lou@example.com', account: ROD.account });
  seedMember(server, alone.person);
  server.command(['member', 'remove', alone.person.email, ROD.account]);
  await alone.givePassword();
  const home = page.getByRole('heading', { level: 1, name: 'No account yet' });
  await expect(home).toBeVisible();
  await visit('home, in no account');
  await alone.accounts.open();
  await alone.accounts.expectOpen();
  await expect(page.getByText(words.noAccount)).toBeVisible();
  await visit('accounts, none');
  await server.stop();
  await page.getByRole('link', { name: 'Customer Control Panel' }).click();
  await expect(home).toBeVisible();
  await alone.menu.choose('My profile');
  await expect(alone.profile.tryAgain.first()).toBeVisible();
  await visit('profile, server stopped');
  await server.start();
  await new Notice(page).lookAgain();
  await expect(alone.profile.settings).toBeVisible();
}
