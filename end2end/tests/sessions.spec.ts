import { expect, test } from '../support/run/fixtures';

/** The name of the session cookie, which has a prefix with https. */
const SESSION = /^(__Host-)?twinlock(-\d+)?$/;

test.beforeEach(({ owner: _owner }) => undefined);

test('the later steps of the wizard lead to My profile when nothing is pending', async ({
  site,
  page,
}) => {
  await site.enter();
  for (const path of [site.methodCode.path, site.backupCodes.path]) {
    await page.goto(path);
    await site.profile.expectOpen();
  }
});

test('with a method the wizard leads to My profile', async ({ site, page }) => {
  await site.enter();
  await site.haveMfa();
  for (const screen of [site.newMethod, site.setup, site.methodCode, site.backupCodes]) {
    await page.goto(screen.path);
    await site.profile.expectOpen();
  }
});

test('an unknown address is answered with Page not found', async ({ site, guard }) => {
  guard.expectRefusals(404);
  await site.enter();
  await site.notFound.open();
  await site.notFound.arrive();
  await site.notFound.homeLink.click();
  await site.home.expectOpen();
});

test('a question for a code that nobody asked for leads to Sign in', async ({
  site,
  page,
  guard,
}) => {
  guard.expectRefusals(401);
  await page.goto(site.signInCode.path);
  await site.signIn.expectOpen();
});

test('after an idle hour the sign-in comes first, then the page again', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(401);
  await site.enter();
  server.clock.advance(60 * 60 + 1);
  await site.menu.choose('My profile');
  await site.signIn.arrive();
  await site.expectNothingPersonal();

  await site.signIn.fill(site.person.email, site.person.password);
  await site.signIn.submit.click();
  await site.profile.expectOpen();
});

test('a session ends after a day, however busy it is', async ({ site, server, page, guard }) => {
  guard.expectRefusals(401);
  await site.enter();
  for (let minutes = 0; minutes < 23 * 60; minutes += 50) {
    server.clock.advance(50 * 60);
    await page.reload();
    await site.home.expectOpen();
  }
  server.clock.advance(50 * 60);
  await page.reload();
  await site.signIn.expectOpen();
});

test('whoever takes ten minutes over the code starts again', async ({ site, server, guard }) => {
  guard.expectRefusals(401);
  const enrolled = await site.enrolledAtCode();
  server.clock.advance(10 * 60 + 1);
  await site.signInCode.submit(site.code(enrolled));
  await site.signIn.arrive();
});

test('adding MFA ends the sessions on other devices', async ({ site, anotherDevice, guard }) => {
  guard.expectRefusals(401);
  const elsewhere = site.on(await anotherDevice());
  await elsewhere.enter();
  await site.enter();
  await site.haveMfa();

  await elsewhere.menu.choose('My profile');
  await elsewhere.signIn.expectOpen();
  await site.profile.open();
  await site.profile.expectOpen();
});

test('the session token is out of reach for scripts and changes at the second factor', async ({
  site,
  context,
  page,
}) => {
  const enrolled = await site.enrolledAtCode();
  const half = await context.cookies();
  expect(half.length).toBeGreaterThan(0);
  for (const cookie of half) {
    expect(cookie).toMatchObject({ httpOnly: true, path: '/' });
    expect(['Strict', 'Lax']).toContain(cookie.sameSite);
  }
  expect(await page.evaluate(() => document.cookie)).toBe('');

  await site.signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
  const [before] = half.filter(({ name }) => SESSION.test(name));
  const [after] = (await context.cookies()).filter(({ name }) => SESSION.test(name));
  expect(before?.value).toBeTruthy();
  expect(after?.value).toBeTruthy();
  expect(after?.value).not.toBe(before?.value);
});
