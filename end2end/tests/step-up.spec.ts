import { expect, test } from '../support/run/fixtures';
import type { Action } from '../support/pages/account-pages';
import { ADA, MAX, seedMember, setRule } from '../support/site/seed';
import type { Site } from '../support/site/site';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner }) => undefined);

test('the code that signed somebody in is refused, with a countdown to the next', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(409);
  const enrolled = await site.enrolledAtCode();
  const code = site.code(enrolled);
  await site.signInCode.submit(code);
  await site.home.expectOpen();

  const stepUp = site.stepUp('generate');
  await site.askToGenerate();
  await stepUp.submit(code);
  await stepUp.expectRefused(words.alreadyUsed);
  await expect(site.page.getByRole('main'), 'a countdown').toContainText(words.timeLeft);
  await stepUp.arrive();

  server.clock.toStep();
  await stepUp.submit(site.code(enrolled));
  await site.backupCodes.expectOpen();
});

test('wrong and expired codes are told apart, and nothing is done', async ({
  site,
  server,
  guard,
}) => {
  guard.expectRefusals(401);
  await site.enter();
  const enrolled = await site.haveMfa();
  const stepUp = site.stepUp('delete');
  await site.askToDelete();
  server.clock.advance(60);
  server.clock.toStep(15);
  await stepUp.submit(wrongCode(enrolled.key, server.clock.now()));
  await stepUp.expectRefused(words.wrongCode);
  await stepUp.arrive();
  await stepUp.submit(site.code(enrolled, undefined, 30));
  await stepUp.expectRefused(words.justExpired);
  await site.profile.open();
  await expect(site.profile.methodMenu.button).toBeVisible();
});

const WAYS: [Action, (site: Site) => Promise<void>, (site: Site) => Promise<void>][] = [
  ['reset', (site) => site.askToReset(), (site) => site.setup.arrive()],
  ['generate', (site) => site.askToGenerate(), (site) => site.backupCodes.arrive()],
  ['delete', (site) => site.askToDelete(), (site) => site.profile.arrive()],
];

for (const [action, ask, arrive] of WAYS) {
  test(`a backup code opens the way to ${action}, once`, async ({ site, guard }) => {
    guard.expectRefusals(401, 409);
    // A new session, because the one that drew the codes would have to confirm the password first.
    const enrolled = await site.enrolledAtCode();
    const { codes } = enrolled;
    await site.signInCode.submit(site.code(enrolled));
    await site.home.expectOpen();
    const stepUp = site.stepUp(action);
    await ask(site);
    await stepUp.useBackupCode.click();
    await expect(stepUp.backupCode).toBeFocused();
    await stepUp.arrive();
    await stepUp.submitBackupCode('7777-7777-7777-7777');
    await stepUp.expectRefused(words.wrongCode, stepUp.backupCode);
    await stepUp.submitBackupCode((codes[0] as string).toLowerCase());
    await arrive(site);

    if (action !== 'delete') {
      await site.profile.open();
      await expect(site.profile.settings).toContainText('9 of 10 backup codes left');
    }
  });
}

test('a backup code resets a member and lifts a rule', async ({ site, server, anotherDevice }) => {
  const enrolled = await site.enrolledAtCode();
  const { codes } = enrolled;
  await site.signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
  const max = site.as(seedMember(server), await anotherDevice());
  await max.enter();
  await max.haveMfa();
  setRule(server, 'on');
  const { accounts, members } = site;

  await accounts.open();
  await accounts.membersOf(ADA.account).click();
  await members.reset(MAX.name).click();
  await site.dialog(/^Reset/).button('Reset MFA').click();
  await site.stepUp('member-reset').useBackupCode.click();
  await site.stepUp('member-reset').submitBackupCode(codes[0] as string);
  await expect(members.status(words.memberReset(MAX.name))).toBeVisible();

  await accounts.open();
  await accounts.rule(ADA.account).click();
  await site.stepUp('rule-off').useBackupCode.click();
  await site.stepUp('rule-off').submitBackupCode(codes[1] as string);
  await expect(accounts.status(words.notRequired(ADA.account))).toBeVisible();
});

test('Cancel leads back, and a verification that was left is gone', async ({ site, page }) => {
  await site.enter();
  await site.haveMfa();
  await site.askToReset();
  await site.stepUp('reset').cancel.click();
  await site.profile.arrive();
  await page.goto(site.stepUp('reset').path);
  await site.profile.expectOpen();
});

test('an address that nobody asked for leads to My profile', async ({ site, page, guard }) => {
  guard.expectRefusals(404);
  await site.enter();
  for (const action of ['reset', 'rule-off'] as const) {
    await page.goto(site.stepUp(action).path);
    await site.profile.expectOpen();
  }
  await site.haveMfa();
  await site.askToGenerate();
  await page.goto(site.stepUp('delete').path);
  await site.profile.expectOpen();

  await page.goto('/verify/anything-else');
  await expect(site.notFound.heading).toBeVisible();
});

test('what was asked lapses after ten minutes', async ({ site, server, page }) => {
  await site.enter();
  await site.haveMfa();
  await site.askToReset();
  server.clock.advance(10 * 60 + 1);
  await page.reload();
  await site.profile.expectOpen();
});

test('after the action Back does not return to the verification', async ({ site, page }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  await site.askToDelete();
  await site.verify('delete', enrolled);
  await site.profile.expectOpen();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    new RegExp(`^(${site.profile.title}|${site.person.account})$`),
  );
});

test('a code that meets no server is still there, and the same press works later', async ({
  site,
  server,
  guard,
}) => {
  guard.expectOutage();
  await site.enter();
  const enrolled = await site.haveMfa();
  const stepUp = site.stepUp('generate');
  await site.askToGenerate();
  await expect(stepUp.code).toBeVisible();
  server.clock.toStep();
  await server.stop();
  const code = site.code(enrolled);
  await stepUp.submit(code);
  await expect(stepUp.tryAgain).toBeVisible();
  await expect(stepUp.code).toHaveValue(code);
  await stepUp.arrive();

  await server.start();
  await stepUp.enter.click();
  await site.backupCodes.expectOpen();
});
