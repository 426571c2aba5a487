import { expect, test } from '../support/run/fixtures';
import { loseFirst, LOSSES } from '../support/site/lost';
import { words } from '../support/pages/words';

const NEW = 'a wooden bridge across the fjord';

/** The server did it, the answer was lost, and the next try is refused because it was done. */
test.beforeEach(({ owner: _owner, guard }) => {
  guard.expectOutage();
  guard.expectRefusals(401, 403, 404, 409, 502);
});

for (const [what, lose] of LOSSES) {
  test(`p3 a change of password whose answer was lost: ${what}`, async ({ site }) => {
    const { changePassword: form, page, person } = site;
    await site.enter();
    await form.open();
    await loseFirst(page, 'profile/change_password', lose);
    await form.change(person.password, NEW);
    await expect(form.alert).toBeVisible();
    await form.submit.click();
    await expect(form.current).toHaveAccessibleDescription(words.perhapsChanged);
    await expect(form.next).toHaveValue(NEW);
    await form.arrive();
    await form.change(NEW, person.password);
    await expect(site.profile.status(words.passwordChanged)).toBeVisible();
  });
}

test('p3 a change of password whose answer took the new session along', async ({ site, context }) => {
  const { changePassword: form, page, person, signIn } = site;
  await site.enter();
  await form.open();
  const cookies = await context.cookies();
  await loseFirst(page, 'profile/change_password', async (route) => {
    // A lost answer set no cookie either.
    await context.clearCookies();
    await context.addCookies(cookies);
    await route.abort('connectionreset');
  });
  await form.change(person.password, NEW);
  await expect(form.alert).toBeVisible();
  await form.submit.click();
  await signIn.expectOpen();
  await expect(signIn.status(words.perhapsChanged)).toBeVisible();
  await expect(page.locator('.status')).toHaveClass(/status--warning/);
  await signIn.fill(person.email, NEW);
  await signIn.submit.click();
  await expect(signIn.heading).toHaveCount(0);
  await site.profile.open();
  await expect(page.getByText(words.perhapsChanged)).toHaveCount(0);
});

test('p3 a code at the sign-in whose answer was lost leads in', async ({ site, page, server }) => {
  const enrolled = await site.enrolledAtCode();
  await loseFirst(page, 'session/verify_code', (route) => route.fulfill({ status: 200, body: '' }));
  await site.signInCode.submit(site.code(enrolled));
  await expect(site.signInCode.alert.filter({ hasText: words.cutShort })).toBeVisible();
  await site.signInCode.enter.click();
  await site.home.expectOpen();
  expect(server.log()).not.toContain('panicked');
});

for (const kind of ['6-digit code', 'backup code'] as const) {
  test(`p3 a verification whose answer was lost goes on: ${kind}`, async ({ site, page, server }) => {
    const enrolled = await site.enrolledAtCode();
    await site.signInCode.submit(site.code(enrolled));
    await site.home.expectOpen();
    await site.askToGenerate();
    const stepUp = site.stepUp('generate');
    server.clock.toStep();
    const gateway = { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' };
    if (kind === '6-digit code') {
      await loseFirst(page, 'step_up/verify_code', (route) => route.fulfill(gateway));
      await stepUp.submit(site.code(enrolled));
    } else {
      await stepUp.useBackupCode.click();
      await loseFirst(page, 'step_up/verify_backup_code', (route) => route.fulfill(gateway));
      await stepUp.submitBackupCode(enrolled.codes[0] as string);
    }
    await expect(stepUp.alert.filter({ hasText: words.gatewayHere })).toBeVisible();
    await stepUp.enter.click();
    await site.backupCodes.expectOpen();
    expect(await site.backupCodes.read()).not.toContain(enrolled.codes[0]);
  });
}

test('p3 a test of the authenticator whose answer was lost tells why its code was used', async ({ site, page, server }) => {
  await site.enter();
  const enrolled = await site.haveMfa();
  server.clock.toStep();
  await site.profile.testApp.click();
  await loseFirst(page, 'mfa/test', (route) => route.fulfill({ status: 200, body: '' }));
  await site.profile.code.fill(site.code(enrolled));
  await site.profile.enter.click();
  await expect(site.profile.alert.filter({ hasText: words.cutShort })).toBeVisible();
  await site.profile.enter.click();
  await expect(site.profile.code).toHaveAccessibleDescription(words.usedByLostTry);
});
