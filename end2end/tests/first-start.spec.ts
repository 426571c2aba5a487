import { expect, test } from '../support/run/fixtures';
import { ADA, seedOwner } from '../support/site/seed';
import type { Server } from '../support/site/server';
import type { Site } from '../support/site/site';
import { words } from '../support/pages/words';

/** Opens the printed link on a page without other pages of the product in its history. */
async function openLink({ page, firstStart }: Site, server: Server): Promise<void> {
  await page.goto(await server.setupLink());
  await expect(page.locator('body[data-ready]')).toBeAttached();
  await firstStart.expectOpen();
}

async function fillIn({ firstStart }: Site, password = ADA.password): Promise<void> {
  await firstStart.account.fill(ADA.account);
  await firstStart.name.fill(ADA.name);
  await firstStart.email.fill(ADA.email);
  await firstStart.password.fill(password);
}

test('the printed link creates the first owner, who is signed in at once', async ({
  server,
  site,
}) => {
  await openLink(site, server);
  await expect(site.page, 'the token has left the address bar').toHaveURL('/setup');
  await site.firstStart.arrive();

  await fillIn(site);
  await site.firstStart.create.click();

  await site.home.arrive();
  await expect(site.menu.button).toBeVisible();
});

test('an unacceptable password is refused beside its field and nothing typed is lost', async ({
  server,
  site,
  guard,
}) => {
  guard.expectRefusals(422);
  const { firstStart } = site;
  await openLink(site, server);
  await fillIn(site, 'fourteen chars');
  await firstStart.create.click();

  await expect(firstStart.password).toHaveAttribute('aria-invalid', 'true');
  await expect(firstStart.password).toHaveAccessibleDescription(words.passwordLength);
  await firstStart.arrive();
  await expect(firstStart.account).toHaveValue(ADA.account);
  await expect(firstStart.name).toHaveValue(ADA.name);
  await expect(firstStart.email).toHaveValue(ADA.email);
  await expect(firstStart.password).toHaveValue('fourteen chars');

  await firstStart.password.fill(ADA.password);
  await firstStart.create.click();
  await site.home.expectOpen();
});

test('a reload asks before what was typed is lost, and says then where the link is', async ({ server, site, guard }) => {
  guard.expectRefusals(404);
  await openLink(site, server);
  const asked: string[] = [];
  site.page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await site.firstStart.account.pressSequentially('Example');
  await site.firstStart.create.click();
  await expect(site.firstStart.name).toHaveAccessibleDescription('Enter a name.');
  await site.page.reload();
  expect(asked).toEqual(['beforeunload']);
  await expect(site.page.getByText(words.linkNotKept)).toContainText('If you have used it already, sign in.');
  await site.firstStart.arrive();
});

test('the link is dead once the first user exists', async ({
  server,
  site,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401, 403, 404, 409, 422);
  await openLink(site, server);
  await fillIn(site);
  await site.firstStart.create.click();
  await site.home.expectOpen();

  const late = site.on(await anotherDevice());
  await openLink(late, server);
  await expect(late.page.getByText(words.deadLink)).toBeVisible();
  await expect(late.firstStart.create).toHaveCount(0);
  await late.firstStart.arrive();
});

test('an invented link offers nothing', async ({ site, guard }) => {
  guard.expectRefusals(401, 403, 404, 409, 422);
  await site.page.goto('/setup#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
  await expect(site.page.getByText(words.deadLink)).toHaveText(words.newestLink);
  await expect(site.firstStart.create).toHaveCount(0);
  await site.firstStart.arrive();
});

test('each start prints a new link until somebody exists, and none afterwards', async ({
  server,
}) => {
  const first = await server.setupLink();
  expect(first).toMatch(/\/setup#\S{20,}$/);

  await server.stop();
  await server.start();
  const second = await server.setupLink();
  expect(second).toMatch(/\/setup#\S{20,}$/);
  expect(second).not.toBe(first);

  seedOwner(server);
  await server.stop();
  await server.start();
  // The command's success shows that this start has printed its greeting.
  expect(server.command(['user', 'list'])).toContain(ADA.email);
  expect(server.output).not.toContain('/setup');
});
