import { expect, test } from '../support/run/fixtures';
import { oathtool, wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner }) => undefined);

test('with MFA a code of the authenticator is asked for', async ({ site }) => {
  const enrolled = await site.enrolledAtCode();
  await site.signInCode.arrive();
  await expect(site.signInCode.code).toHaveAttribute('inputmode', 'numeric');
  await expect(site.signInCode.code).toHaveAttribute('autocomplete', 'one-time-code');
  await site.signInCode.submit(site.code(enrolled));
  await site.home.arrive();
});

test('a code of oathtool, typed with a blank, does as well', async ({ site }) => {
  const enrolled = await site.enrolledAtCode();
  const code = site.code(enrolled, oathtool);
  await site.signInCode.submit(`${code.slice(0, 3)} ${code.slice(3)}`);
  await site.home.expectOpen();
});

test('the code before is good for the first ten seconds of a step', async ({ site, server }) => {
  const enrolled = await site.enrolledAtCode();
  server.clock.toStep(3);
  await site.signInCode.submit(site.code(enrolled, oathtool, 30));
  await site.home.expectOpen();
});

test('a wrong code is refused where it was typed', async ({ site, server, guard }) => {
  guard.expectRefusals(401);
  const { key } = await site.enrolledAtCode();
  await site.signInCode.submit(wrongCode(key, server.clock.now()));
  await site.signInCode.expectRefused(words.wrongCode);
  await site.signInCode.arrive();

  await site.signInCode.submit(site.code({ key }));
  await site.home.expectOpen();
});

test('a code that has just expired is named so', async ({ site, server, guard }) => {
  guard.expectRefusals(401, 409);
  const enrolled = await site.enrolledAtCode();
  server.clock.toStep(15);
  await site.signInCode.submit(site.code(enrolled, undefined, 30));
  await site.signInCode.expectRefused(words.justExpired);
  await site.signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
});

test('a used code says to wait for the next one, and for how long', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(409);
  const enrolled = await site.enrolledAtCode();
  const code = site.code(enrolled);
  await site.signInCode.submit(code);
  await site.home.expectOpen();
  await site.signOut();

  await site.enterUpToCode();
  await site.signInCode.submit(code);
  await site.signInCode.expectRefused(words.alreadyUsed);
  await expect(site.page.getByRole('main'), 'a countdown').toContainText(words.timeLeft);
  await site.signInCode.arrive();

  server.clock.toStep();
  await site.signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
});

test('five wrong codes pause the sign-in for a quarter of an hour', async ({
  site,
  server,
  guard,
  anotherDevice,
}) => {
  guard.expectRefusals(401, 429);
  const { signInCode } = site;
  const { key } = await site.enrolledAtCode();
  const wrong = wrongCode(key, server.clock.now());
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await signInCode.submit(wrong);
    await signInCode.expectRefused(words.wrongCode);
  }
  await signInCode.submit(wrong);
  await expect(signInCode.alert.filter({ hasText: words.tooManyAttempts })).toBeVisible();
  await signInCode.arrive();

  // The pause belongs to this known browser. A sign-in on another device or the right code does not
  // end it.
  const enrolled = { key, codes: [] };
  const other = site.on(await anotherDevice());
  await other.enterWithCode(enrolled);
  await site.enterUpToCode();
  server.clock.toStep();
  await signInCode.submit(site.code(enrolled));
  await expect(signInCode.alert.filter({ hasText: words.tooManyAttempts })).toBeVisible();
  await expect(site.page.getByRole('main')).toContainText(words.timeLeft);

  server.clock.advance(15 * 60 + 1);
  await site.enterWithCode(enrolled);
});
