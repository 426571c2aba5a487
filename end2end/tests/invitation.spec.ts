import { expect, test } from '../support/fixtures';
import { inviteMember, MAX } from '../support/seed';
import { Site } from '../support/site';
import { words } from '../support/words';

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

  // P18: the rule counts along while it is not met, and what was said goes once it is.
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
  await site.signIn.fill(MAX.email, MAX.password);
  await site.signIn.submit.click();
  await site.home.expectOpen();

  const late = site.on(await anotherDevice());
  await late.page.goto(link);
  await expect(late.page.getByText(words.deadLink)).toBeVisible();
  await expect(late.invitation.save).toHaveCount(0);
  await late.invitation.arrive();
});

test('an invitation ends after seven days', async ({ page, server, site, guard }) => {
  guard.expectRefusals(401, 403, 404, 409);
  const link = inviteMember(server);
  server.clock.advance(7 * 24 * 60 * 60 + 1);
  await page.goto(link);
  await expect(page.getByText(words.deadLink)).toBeVisible();
  await expect(site.invitation.save).toHaveCount(0);
});
