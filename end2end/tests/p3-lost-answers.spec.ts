import { expectAccessible, expectNoSidewaysScroll } from '../support/checks/a11y';
import { expect, test } from '../support/run/fixtures';
import { gateway, loseFirst, LOSSES } from '../support/site/lost';
import { Notice } from '../support/pages/notice';
import { MAX, seedMember } from '../support/site/seed';
import { words } from '../support/pages/words';

/** Lost or cut-off answers: the page's message, and the way on. */
test.beforeEach(({ owner: _owner, guard }) => guard.expectOutage());

for (const [what, answer, said] of [
  ['an empty 200', { status: 200, body: '' }, words.cutShort],
  ['an empty 200 that is called JSON', { status: 200, contentType: 'application/json', body: '' }, words.cutShort],
  ['JSON cut in the middle', { status: 200, contentType: 'application/json', body: '{"email":"ada@exa' }, words.cutShort],
  ['a refusal cut in the middle', { status: 401, contentType: 'application/json', body: '{"kind":"wrong_cred' }, words.cutShort],
  ['204', { status: 204 }, words.cutShort],
  ['429 with a page', { status: 429, contentType: 'text/html', body: '<h1>Slow down</h1>' }, words.throttled],
  ['429 with JSON of others', { status: 429, contentType: 'application/json', body: '{"error":"rate limited"}' }, words.throttled],
  ['429 with nothing', { status: 429, body: '' }, words.throttled],
  ['403 with nothing', { status: 403, body: '' }, words.blocked],
  ['502 with nothing', { status: 502, body: '' }, words.gatewayHere],
] as const) {
  test(`p3 ${what} is said as what it is`, async ({ site, page, guard }) => {
    guard.expectRefusals(401, 403, 429, 502);
    const { signIn } = site;
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    await page.route('**/api/session/sign_in', (route) => route.fulfill(answer), { times: 1 });
    await signIn.submit.click();
    await expect(signIn.alert.filter({ hasText: said })).toBeVisible();
    await expect(signIn.tryAgain).toHaveCount(0);
    await expect(signIn.password).toHaveValue(site.person.password);
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page);
    }
    await expectAccessible(page);
    await signIn.submit.click();
    await site.home.expectOpen();
  });
}

test('p3 a connection that breaks in the middle of an answer is no other page', async ({ site, page, server }) => {
  // A balancer that closes connections leaves a body shorter than announced.
  await site.enter();
  await page.route('**/api/profile/view', (route) =>
    route.fulfill({ status: 200, contentType: 'application/json', body: '{"name":"Ada Ow' }),
  );
  await site.menu.choose('My profile');
  await expect(site.profile.alert.filter({ hasText: words.cutShort })).toBeVisible();
  await expect(new Notice(page).status(words.otherPage)).toHaveCount(0);
  await page.unroute('**/api/profile/view');
  await site.profile.tryAgain.click();
  await expect(site.profile.settings).toBeVisible();
  expect(server.log()).not.toContain('panicked');
});

for (const [what, lose, said] of LOSSES) {
  test(`p3 new codes whose answer was lost are replaced by codes that are shown: ${what}`, async ({ site, page, guard }) => {
    guard.expectRefusals(403, 502);
    await site.enter();
    const enrolled = await site.haveMfa();
    await site.askToGenerate();
    await loseFirst(page, 'mfa/generate', lose);
    await site.verify('generate', enrolled);
    await expect(site.stepUp('generate').alert.filter({ hasText: said })).toBeVisible();
    const again = page.getByRole('button', { name: /^(Try again|Continue)$/ });
    await expect(again).toBeVisible();
    await again.click();
    await site.backupCodes.expectOpen();
    await expect(page.getByText(words.drawnAnew)).toBeVisible();
    const shown = await site.backupCodes.read();
    expect(shown.filter((code) => enrolled.codes.includes(code))).toEqual([]);
    await site.finish();
    await site.signOut();
    await site.enterWithBackupCode(shown[0] as string);
  });
}

test('p3 new codes by a sign-in with a backup code, whose answer was lost: pressed again they are shown', async ({ site, page, guard }) => {
  guard.expectRefusals(502);
  await site.enter();
  const { codes } = await site.haveMfa();
  await site.signOut();
  await site.enterWithBackupCode(codes[0] as string);
  await site.profile.open();
  await loseFirst(page, 'mfa/generate', gateway);
  await site.profile.generate.click();
  await expect(site.profile.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await site.profile.generate.click();
  await site.backupCodes.expectOpen();
  await expect(page.getByText(words.drawnAnew)).toBeVisible();
  await site.finish();
});

test('p3 a Finish whose answer was lost is no work of another tab', async ({ site, page, guard }) => {
  guard.expectRefusals(409, 502);
  await site.enter();
  const { codes } = await site.setUpToBackupCodes();
  await loseFirst(page, 'mfa/finish', gateway);
  await site.backupCodes.saved.check();
  await site.backupCodes.finish.click();
  await expect(site.backupCodes.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await site.backupCodes.finish.click();
  await site.profile.expectOpen();
  await expect(site.profile.status(words.added)).toBeVisible();
  await site.signOut();
  await site.enterWithBackupCode(codes[0] as string);
});

test('p3 a reset of a member whose answer was lost says that it may have been done', async ({ site, page, server, guard }) => {
  guard.expectRefusals(403, 409, 502);
  const max = site.as(seedMember(server, MAX));
  await max.enter();
  await max.haveMfa();
  await max.signOut();
  await site.enter();
  const enrolled = await site.haveMfa();
  await site.accounts.open();
  await site.accounts.membersOf(site.person.account).click();
  await site.members.reset(MAX.name).click();
  await site.dialog(`Reset the MFA of ${MAX.name}?`).button('Reset MFA').click();
  await site.stepUp('member-reset').expectOpen();
  await loseFirst(page, 'accounts/reset_member', gateway);
  await site.verify('member-reset', enrolled);
  const again = page.getByRole('button', { name: /^(Try again|Continue)$/ });
  await again.click();
  await site.members.expectOpen();
  await expect(site.members.status(words.perhapsDone)).toBeVisible();
  await expect(page.locator('.status'), 'it looks like no success').toHaveClass(/status--warning/);
  await expect(site.members.row(MAX.name)).toContainText('Off');
});

test('p3 a reset of a member that failed after its verification names the member when it is asked for again', async ({ site, page, server, guard }) => {
  guard.expectRefusals(502);
  const max = site.as(seedMember(server, MAX));
  await max.enter();
  await max.haveMfa();
  await max.signOut();
  await site.enter();
  const enrolled = await site.haveMfa();
  const ask = async (): Promise<void> => {
    await site.accounts.open();
    await site.accounts.membersOf(site.person.account).click();
    await site.members.reset(MAX.name).click();
    await site.dialog(`Reset the MFA of ${MAX.name}?`).button('Reset MFA').click();
  };
  await ask();
  await site.stepUp('member-reset').expectOpen();
  await page.route('**/api/accounts/reset_member', gateway, { times: 1 });
  await site.verify('member-reset', enrolled);
  await expect(site.stepUp('member-reset').alert.filter({ hasText: words.gatewayHere })).toBeVisible();
  await ask();
  await expect(site.members.status(words.memberReset(MAX.name))).toBeVisible();
});

test('p3 what was said of a server that is back is gone, and what was typed is there', async ({ site, page, server }) => {
  const { changePassword } = site;
  await site.enter();
  await changePassword.open();
  await server.stop();
  await changePassword.change(site.person.password, 'a wooden bridge across the fjord');
  await expect(changePassword.tryAgain).toBeVisible();
  await changePassword.tryAgain.focus();
  await server.start();
  await new Notice(page).lookAgain();
  await expect(changePassword.alert).toHaveCount(0);
  await expect(changePassword.tryAgain).toHaveCount(0);
  await expect(changePassword.heading, 'the focus is not lost with the button').toBeFocused();
  await expect(changePassword.current).toHaveValue(site.person.password);
  await expect(changePassword.next).toHaveValue('a wooden bridge across the fjord');
  await changePassword.submit.click();
  await expect(site.profile.status(words.passwordChanged)).toBeVisible();
});

test('p3 rows that could not be loaded come by themselves', async ({ site, page, server }) => {
  await site.enter();
  await server.stop();
  await site.menu.choose('Accounts');
  await expect(site.accounts.tryAgain).toBeVisible();
  await server.start();
  await new Notice(page).lookAgain();
  await expect(site.accounts.row(site.person.account)).toBeVisible();
  await expect(site.accounts.alert).toHaveCount(0);
});
