import { readFile } from 'node:fs/promises';
import { expect, test } from '../support/run/fixtures';
import {
  ADA,
  inviteMember,
  MAX,
  OLE,
  seedCrowd,
  seedMember,
  seedOwner,
  setRule,
  ZOE,
} from '../support/site/seed';
import { words } from '../support/pages/words';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('the members, their roles and how they stand with MFA', async ({
  site,
  server,
  page,
  anotherDevice,
}) => {
  seedMember(server, MAX);
  const zoe = site.as(seedMember(server, ZOE), await anotherDevice());
  await zoe.enter();
  await zoe.haveMfa();
  const { members, accounts } = site;
  await accounts.open();
  await expect(accounts.row(ADA.account)).toContainText('1 of 3');
  await accounts.membersOf(ADA.account).click();
  await members.arrive();

  await expect(members.rows).toHaveCount(3);
  await expect(members.row(ADA.name)).toContainText(/ada@example\.com\s*Owner\s*Off/);
  await expect(members.row(MAX.name)).toContainText(/max@example\.com\s*Member\s*Off/);
  await expect(members.row(ZOE.name)).toContainText(/zoe@example\.com\s*Member\s*On/);
  await expect(members.row(ZOE.name)).toContainText(words.justNow);
  await expect(members.reset(MAX.name), 'there is nothing to reset').toHaveCount(0);

  await site.haveMfa();
  setRule(server, 'on');
  await page.goBack();
  await accounts.open();
  await accounts.membersOf(ADA.account).click();
  await expect(members.row(MAX.name)).toContainText('Setup required');
  await page.reload();
  await members.arrive();
});

test('search by name or email, filter by state, and Clear', async ({ site, server }) => {
  seedMember(server, MAX);
  seedMember(server, ZOE);
  await site.haveMfa();
  const { members } = site;
  await site.accounts.open();
  await site.accounts.membersOf(ADA.account).click();
  await expect(members.rows).toHaveCount(3);

  await members.search.fill('MAX mem');
  await expect(members.rows).toHaveCount(1);
  await expect(members.row(MAX.name)).toBeVisible();
  await members.search.fill('zoe@');
  await expect(members.row(ZOE.name)).toBeVisible();
  await expect(members.rows).toHaveCount(1);

  await members.search.fill('');
  await members.filter.selectOption('On');
  await expect(members.rows).toHaveCount(1);
  await expect(members.row(ADA.name)).toBeVisible();
  await members.arrive();

  await members.filter.selectOption('Locked');
  await expect(site.page.getByText(words.nobodyMatches)).toBeVisible();
  await members.arrive();
  await members.clear.click();
  await expect(members.rows).toHaveCount(3);
  await expect(members.search).toBeFocused();
});

test('a search lasts over Reload and Back, and stands in no address', async ({ site, server, page }) => {
  seedMember(server, MAX);
  await site.haveMfa();
  const { members } = site;
  await site.accounts.open();
  await site.accounts.membersOf(ADA.account).click();
  await members.search.fill('max');
  await expect(members.rows).toHaveCount(1);
  await members.filter.selectOption('Off');
  const expectKept = async (): Promise<void> => {
    await expect(members.search).toHaveValue('max');
    await expect(members.filter).toHaveValue('off');
    await expect(members.rows).toHaveCount(1);
  };
  await page.reload();
  await expectKept();
  expect(page.url()).not.toContain('max');
  await page.getByRole('link', { name: 'All accounts', exact: true }).click();
  await site.accounts.expectOpen();
  await page.goBack();
  await expectKept();
  // The search belongs to that history entry, so the link opens the list without it.
  await page.getByRole('link', { name: 'All accounts', exact: true }).click();
  await site.accounts.membersOf(ADA.account).click();
  await expect(members.rows).toHaveCount(2);
  await expect(members.search).toHaveValue('');
});

test('the CSV holds all that match, and no formula', async ({ site, server, page }) => {
  inviteMember(server, { ...MAX, name: '=1+1', email: 'sum@example.com' });
  inviteMember(server, { ...MAX, name: 'Comma, "Quote"', email: '+plus@example.com' });
  seedCrowd(server, 52);
  const { members } = site;
  await site.accounts.open();
  await site.accounts.membersOf(ADA.account).click();
  await members.expectOpen();
  await expect(members.rows).toHaveCount(50);

  const started = page.waitForEvent('download');
  await members.download.click();
  const download = await started;
  expect(download.suggestedFilename()).toMatch(/^members-example-ltd-\d{4}-\d{2}-\d{2}\.csv$/);
  const text = await readFile(await download.path(), 'utf8');
  const lines = text.replace(/^\uFEFF/, '').trimEnd().split('\r\n');
  expect(text.startsWith('\uFEFF'), 'S6: spreadsheets know by it that the file is UTF-8').toBe(true);
  expect(lines[0]).toBe('Name,Email,Role,MFA,Added,Last used,Methods');
  expect(lines, 'the head and 55 members').toHaveLength(56);
  expect(lines).toContain("'=1+1,sum@example.com,Member,Off,,,");
  expect(lines).toContain('"Comma, ""Quote""",\'+plus@example.com,Member,Off,,,');
  expect(lines.find((line) => line.startsWith('Ada Owner,ada@example.com,Owner,Off'))).toBeTruthy();

  await members.search.fill('sum@');
  await expect(members.rows).toHaveCount(1);
  const narrowed = page.waitForEvent('download');
  await members.download.click();
  const found = await readFile(await (await narrowed).path(), 'utf8');
  expect(found.trimEnd().split('\r\n')).toHaveLength(2);
});

test('fifty members a page', async ({ site, server, page }) => {
  seedCrowd(server, 54);
  const { members } = site;
  await site.accounts.open();
  await expect(site.accounts.row(ADA.account)).toContainText('0 of 55');
  await site.accounts.membersOf(ADA.account).click();
  await members.expectOpen();
  await expect(members.rows).toHaveCount(50);
  await expect(page.getByText('1–50 of 55')).toBeVisible();
  await expect(members.previous).toBeDisabled();
  await members.arrive();

  await members.next.click();
  await expect(members.rows).toHaveCount(5);
  await expect(page.getByText('51–55 of 55')).toBeVisible();
  await expect(members.next).toBeDisabled();
  await expect(members.next, 'the focus is not lost').toBeFocused();
  await members.arrive();

  await members.search.fill('crowd 0');
  await expect(members.rows).toHaveCount(9);
  await expect(members.next).toHaveCount(0);
  await members.search.fill('');
  await expect(page.getByText('1–50 of 55')).toBeVisible();
});

test("another's account, and one that is none, is Page not found", async ({
  site,
  server,
  page,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(403, 404);
  seedOwner(server, OLE);
  const ole = site.as(OLE, await anotherDevice());
  await ole.enter();
  await ole.accounts.open();
  await ole.accounts.membersOf(OLE.account).click();
  await ole.members.expectOpen();
  const { pathname } = new URL(ole.page.url());

  await page.goto(pathname);
  await expect(site.notFound.heading).toBeVisible();
  await expect(page.getByText(OLE.account)).toHaveCount(0);
  await page.goto('/accounts/nothing');
  await expect(site.notFound.heading).toBeVisible();
});

test('for a member who owns nothing it is Page not found as well', async ({
  site,
  server,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(403, 404);
  await site.accounts.open();
  await site.accounts.membersOf(ADA.account).click();
  await site.members.expectOpen();
  const max = site.as(seedMember(server), await anotherDevice());
  await max.enter();
  await max.page.goto(new URL(site.page.url()).pathname);
  await expect(max.notFound.heading).toBeVisible();
});
