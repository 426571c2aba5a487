import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { expectAccessible } from '../support/checks/a11y';
import { expectRoom } from '../support/checks/layout';
import { holdApp } from '../support/site/boot';
import { ALL_LOOKS, inEachLook, inEachWidth } from '../support/tours/looks';
import { ARRIVED, ASKED, standInForTheDoor } from '../support/door/stand-in';
import {
  ADA,
  joinAccount,
  MAX,
  OLE,
  seedMember,
  seedOwner,
  setRule,
} from '../support/site/seed';

const DOOR = `/door/open${ASKED}`;

test.beforeEach(({ owner: _owner }) => undefined);

/** Expects that the application was reached once, at the place that was asked for. */
async function expectArrived(page: Page, arrived: string[]): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: ARRIVED, exact: true })).toBeVisible();
  expect(arrived).toEqual([ASKED]);
}

/** Answers the question who is signed in with these applications. */
async function listApplications(page: Page, applications: object[]): Promise<void> {
  await page.route('**/api/session/whoami', async (route) => {
    const response = await route.fetch();
    const viewer = (await response.json()) as object | null;
    await route.fulfill({ response, json: viewer === null ? null : { ...viewer, applications } });
  });
}

test('Home lists the applications by name and host, each with its link', async ({ site, page }) => {
  await site.enter();
  const list = page.getByRole('region', { name: 'Applications', exact: true });
  await expect(list, 'nothing without an application').toHaveCount(0);
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(1);
  await listApplications(page, [
    { name: 'Handbook', origin: 'https://handbook.example.com' },
    { name: 'Wiki', origin: 'https://wiki.example.com:8443' },
  ]);
  await page.reload();
  await site.home.arrive();
  const rows = list.getByRole('listitem');
  await expect(rows).toHaveText([/Handbook\s*handbook\.example\.com/, /wiki\.example\.com:8443/]);
  const link = list.getByRole('link', { name: 'Open Wiki', exact: true });
  await expect(link).toHaveText('Open');
  await expect(link).toHaveAttribute('href', 'https://wiki.example.com:8443');
});

test('thirty applications with long names fit every width and theme', async ({ site, page }, info) => {
  const long = 'Betriebsgenehmigungsverfahrensunterlagenverwaltung';
  const applications = Array.from({ length: 30 }, (_, index) => ({
    name: index % 3 === 0 ? `${long}${index}` : `Application ${index} of the operations team`,
    origin: `https://${index % 5 === 0 ? `${'long-'.repeat(11)}${index}.internal` : `app-${index}`}.example.com`,
  }));
  await site.enter();
  await listApplications(page, applications);
  await page.reload();
  await site.home.expectOpen();
  await expect(page.getByRole('link', { name: /^Open / })).toHaveCount(30);
  await inEachWidth(page, (width) => expectRoom(page, `${width} px`));
  await inEachLook(
    page,
    async ({ width, colorScheme }) => {
      await expectAccessible(page);
      const path = info.outputPath(`home-${width}-${colorScheme}.png`);
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    },
    ALL_LOOKS,
  );
});

test('a sign-in for an application leads back to it', async ({ site, page }) => {
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.arrive();
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await expectArrived(page, arrived);
});

test('a submit from before the app is there leads back too', async ({ site, page }) => {
  const arrived = await standInForTheDoor(page);
  const release = await holdApp(page);
  await page.goto(DOOR);
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await expect(site.signIn.busy).toBeVisible();
  await release();
  await expectArrived(page, arrived);
});

test('a reload at any step of the sign-in keeps the application', async ({ site, page, server }) => {
  const enrolled = await site.enrolledAndOut();
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.expectOpen();
  await page.reload();
  await site.signIn.expectOpen();
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.signInCode.expectOpen();
  await page.reload();
  await site.signInCode.expectOpen();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await expectArrived(page, arrived);
});

test('half a session comes back from the application to its second factor', async ({
  site,
  page,
  server,
}) => {
  const enrolled = await site.enrolledAtCode();
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signInCode.expectOpen();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await expectArrived(page, arrived);
});

test('a session that ends on the way begins again and still arrives', async ({
  site,
  page,
  server,
  guard,
}) => {
  guard.expectRefusals(401);
  const enrolled = await site.enrolledAndOut();
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.signInCode.expectOpen();
  await page.context().clearCookies();
  await site.signInCode.submit(site.code(enrolled));
  await site.signIn.expectOpen();
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.signInCode.expectOpen();
  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await expectArrived(page, arrived);
});

test('the account is chosen before the application opens', async ({ site, page, server }) => {
  seedOwner(server, OLE);
  joinAccount(server, ADA, OLE.account);
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.chooseAccount.arrive();
  await page.reload();
  await site.chooseAccount.choice(OLE.account).click();
  await expectArrived(page, arrived);
});

test('a forced set-up leads to the application, over reloads', async ({ site: ownersSite, page, server }) => {
  const site = ownersSite.as(seedMember(server));
  setRule(server, 'on');
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.setup.expectOpen();
  await page.reload();
  await site.setup.expectOpen();
  await site.proveSetup(await site.setup.readKey());
  await page.reload();
  await site.backupCodes.expectOpen();
  expect(arrived, 'the codes come first').toEqual([]);
  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expectArrived(page, arrived);
});

test('a forced set-up that is left to another account leads to the application', async ({
  site: ownersSite,
  page,
  server,
}) => {
  const site = ownersSite.as(seedMember(server));
  seedOwner(server, OLE);
  joinAccount(server, MAX, OLE.account);
  setRule(server, 'on');
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.chooseAccount.choice(ADA.account).click();
  await site.setup.expectOpen();
  await site.menu.choose('Change account');
  await site.chooseAccount.choice(OLE.account).click();
  await expectArrived(page, arrived);
});

test('the offer of new backup codes comes before the application', async ({ site, page }) => {
  const enrolled = await site.enrolledAndOut();
  for (const code of enrolled.codes.slice(0, 7)) {
    await site.useUp(code);
  }
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.fill(ADA.email, ADA.password);
  await site.signIn.submit.click();
  await site.signInCode.expectOpen();
  await site.signInCode.useBackupCode.click();
  await site.signInCode.submitBackupCode(enrolled.codes[7] as string);
  const offer = page.getByRole('dialog');
  await expect(offer).toBeVisible();
  expect(arrived).toEqual([]);
  await offer.getByRole('button', { name: 'Generate backup codes' }).click();
  await site.backupCodes.expectOpen();
  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expectArrived(page, arrived);
});

test('another page that the user opens, or a sign-out, forgets the application', async ({
  site: ownersSite,
  page,
  server,
}) => {
  const site = ownersSite.as(seedMember(server));
  const arrived = await standInForTheDoor(page);
  await page.goto(DOOR);
  await site.signIn.expectOpen();
  await page.goto(site.profile.path);
  await site.signIn.expectOpen();
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.profile.expectOpen();
  await site.signOut();

  setRule(server, 'on');
  await page.goto(DOOR);
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.setup.expectOpen();
  await site.signOut();
  setRule(server, 'off');
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();
  expect(arrived).toEqual([]);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test('pages that a cache serves instead of the door are not loaded for ever', async ({
  site,
  page,
}) => {
  await site.enter();
  const loads: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) {
      loads.push(request.url());
    }
  });
  // The server's own frame, as it is for a session that is not complete.
  await page.route('**/door/open?*', async (route) => {
    const frame = await page.request.get('/profile');
    await route.fulfill({ response: frame });
  });
  await page.goto(DOOR);
  await site.home.expectOpen();
  expect(loads).toHaveLength(2);
});
