import { expect, test } from '../support/run/fixtures';
import { inviteMember, MAX } from '../support/site/seed';
import { Site } from '../support/site/site';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner }) => undefined);

test('an invited member chooses a password and signs in', async ({
  page,
  server,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401, 403, 404, 409, 422);
  const site = new Site(page, server.clock, MAX);
  const { invitation } = site;
  const link = inviteMember(server);
  expect(link.startsWith(`${server.url}/invitation#`)).toBe(true);

  await page.goto(link);
  await expect(page, 'the token has left the address bar').toHaveURL('/invitation');
  await invitation.arrive();

  await invitation.password.fill('fourteen chars');
  await invitation.save.click();
  await expect(invitation.password).toHaveAttribute('aria-invalid', 'true');
  await expect(invitation.password).toHaveAccessibleDescription(words.passwordLength);
  await expect(invitation.password).toHaveValue('fourteen chars');
  await invitation.arrive();

  // P18: a counter shows the progress until the rule is met, and then the error disappears.
  await expect(invitation.password).toHaveAttribute('minlength', '15');
  await expect(invitation.password).toHaveAttribute('passwordrules', /minlength: 15/);
  await expect(page.getByText('At least 15 characters: 14 so far')).toBeVisible();
  await invitation.password.pressSequentially('!');
  await expect(invitation.password).not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByText('At least 15 characters', { exact: true })).toBeVisible();

  await invitation.password.fill(MAX.password);
  await invitation.save.click();
  await site.signIn.expectOpen();
  await expect(site.signIn.status(words.passwordSaved)).toBeVisible();
  await site.signIn.arrive();
  await expect(site.signIn.email, 'the invited address goes along').toHaveValue(MAX.email);
  await site.signIn.password.fill(MAX.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();

  const late = site.on(await anotherDevice());
  await late.page.goto(link);
  const dead = late.page.getByText(words.deadLink);
  await expect(dead).toHaveText(words.askTheInviter);
  await expect(dead, 'who is invited runs no server').not.toHaveText(/server|operator|twinlock/i);
  await expect(late.invitation.save).toHaveCount(0);
  await late.invitation.arrive();
  // The page links to the sign-in, or to My profile for a signed-in user.
  await late.page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await late.signIn.expectOpen();
  await page.goto(link);
  await expect(page.getByText(words.deadLink)).toBeVisible();
  await page.getByRole('link', { name: 'Go to My profile', exact: true }).click();
  await site.profile.expectOpen();
});

test('a password whose answer was lost: the link was used, and the page leads to the sign-in', async ({
  page,
  server,
  guard,
}) => {
  guard.expectRefusals(502, 404);
  const site = new Site(page, server.clock, MAX);
  const { invitation } = site;
  await page.goto(inviteMember(server));
  await page.route(
    '**/api/session/accept_invitation',
    async (route) => {
      await route.fetch();
      await route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
    },
    { times: 1 },
  );
  await invitation.password.fill(MAX.password);
  await invitation.save.click();
  await expect(invitation.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await invitation.save.click();
  await expect(invitation.alert.filter({ hasText: words.askTheInviter })).toBeVisible();
  await invitation.arrive();
  await page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true }).click();
  await site.signIn.expectOpen();
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();
});

for (const [what, change] of [
  ['a no-break space', (link: string) => `${link}\u00a0`],
  ['a blank of no width within', (link: string) => `${link.slice(0, -9)}\u200b${link.slice(-9)}`],
  ['an escaped bracket and a full stop', (link: string) => `${link}%3E%29.`],
  ['a soft hyphen in Latin-1', (link: string) => `${link.slice(0, -9)}%AD${link.slice(-9)}`],
] as const) {
  test(`a link with ${what} opens as if it were whole`, async ({ page, server, site }) => {
    await page.goto(change(inviteMember(server)));
    await expect(page).toHaveURL('/invitation');
    await expect(site.invitation.password).toBeVisible();
  });
}

test('an invitation ends after seven days', async ({ page, server, site, guard }) => {
  guard.expectRefusals(401, 403, 404, 409);
  const link = inviteMember(server);
  server.clock.advance(7 * 24 * 60 * 60 + 1);
  await page.goto(link);
  await expect(page.getByText(words.deadLink)).toBeVisible();
  await expect(site.invitation.save).toHaveCount(0);
});

test('a reload of the invitation asks before what was typed is lost, and says then where the link is', async ({ page, server, site, guard }) => {
  guard.expectRefusals(404);
  await page.goto(inviteMember(server));
  const { invitation } = site;
  await expect(invitation.password).toBeVisible();
  const asked: string[] = [];
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type());
    await dialog.accept();
  });
  await invitation.password.pressSequentially('a quiet');
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  await expect(page.getByText(words.linkNotKept)).toBeVisible();
  await expect(page.getByRole('main').getByRole('link', { name: 'Sign in', exact: true })).toBeVisible();
  await invitation.arrive();
  // Nothing is typed here, so the browser does not ask before a reload.
  await page.reload();
  await expect(page.getByText(words.linkNotKept)).toBeVisible();
  expect(asked).toHaveLength(1);
});
