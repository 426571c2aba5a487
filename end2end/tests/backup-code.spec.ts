import { expect, test } from '../support/run/fixtures';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

/** A well-formed code; with 2^80 possible codes, no set contains it. */
const NO_ONES_CODE = '7777-7777-7777-7777';

test.beforeEach(({ owner: _owner }) => undefined);

/** Returns a code as typed by a user who confuses O with 0, and I and L with 1. */
function carelessly(code: string): string {
  const letters = ['i', 'L'];
  return code
    .replaceAll('-', '')
    .toLowerCase()
    .replaceAll('0', 'o')
    .replace(/1/g, () => letters.reverse()[0] as string);
}

/** Returns one of the codes, if possible one with letters that can be confused. */
function ambiguous(codes: readonly string[]): string {
  return codes.find((code) => /[01]/.test(code)) ?? (codes[0] as string);
}

test('a backup code signs in, however it is typed, and only once', async ({ site, guard }) => {
  guard.expectRefusals(401, 409);
  const { signInCode } = site;
  const enrolled = await site.enrolledAtCode();
  const code = ambiguous(enrolled.codes);
  await signInCode.useBackupCode.click();
  await expect(signInCode.backupCode).toBeVisible();
  await signInCode.arrive();

  await signInCode.submitBackupCode(carelessly(code));
  await site.home.expectOpen();
  await expect(site.home.status(words.codesLeft(9))).toBeVisible();
  await site.home.arrive();
  await site.profile.open();
  await expect(site.profile.settings).toContainText('9 of 10 backup codes left');

  await site.signOut();
  await site.enterUpToCode();
  await signInCode.useBackupCode.click();
  await signInCode.submitBackupCode(code);
  await signInCode.expectRefused(words.backupCodeUsed, signInCode.backupCode);
  await signInCode.arrive();

  const [last] = enrolled.codes.filter((other) => other !== code).slice(-1);
  await signInCode.submitBackupCode(last as string);
  await site.home.expectOpen();
});

test('the page can be switched between the two kinds of code', async ({ site }) => {
  const { signInCode } = site;
  const enrolled = await site.enrolledAtCode();
  await signInCode.useBackupCode.click();
  await expect(signInCode.backupCode).toBeVisible();
  await expect(signInCode.code).toHaveCount(0);
  await signInCode.useApp.click();
  await expect(signInCode.code).toBeVisible();
  await expect(signInCode.backupCode).toHaveCount(0);
  await signInCode.submit(site.code(enrolled));
  await site.home.expectOpen();
});

// P14 and P16: a pasted code is recognised for what it is, or the page says why not.
test('a backup code pasted with its number, or into the other field, is taken', async ({
  site,
  guard,
}) => {
  guard.expectRefusals(401);
  const { signInCode } = site;
  const enrolled = await site.enrolledAtCode();
  const [first, second, third] = enrolled.codes as [string, string, string];
  await signInCode.submit(`3. ${first}`);
  await site.home.expectOpen();

  await site.signOut();
  await site.enterUpToCode();
  await signInCode.submit(NO_ONES_CODE);
  await signInCode.expectRefused(words.wrongCode, signInCode.backupCode);
  await expect(signInCode.backupCode).toHaveValue(NO_ONES_CODE);
  await signInCode.submitBackupCode(`${second} ${third}`);
  await signInCode.expectRefused(words.severalCodes, signInCode.backupCode);
  await expect(signInCode.backupCode).toHaveValue(`${second} ${third}`);
  await signInCode.submitBackupCode(site.code(enrolled));
  await site.home.expectOpen();
});

test('a switch takes a code of the other kind along', async ({ site }) => {
  const { signInCode } = site;
  const enrolled = await site.enrolledAtCode();
  await signInCode.code.fill(enrolled.codes[0] as string);
  await signInCode.useBackupCode.click();
  await expect(signInCode.backupCode).toHaveValue(enrolled.codes[0] as string);
  await signInCode.useApp.click();
  await expect(signInCode.code).toHaveValue('');
});

test('wrong codes of both kinds are counted together', async ({ site, server, guard }) => {
  guard.expectRefusals(401, 429);
  const { signInCode } = site;
  const enrolled = await site.enrolledAtCode();
  const wrong = wrongCode(enrolled.key, server.clock.now());

  await signInCode.useBackupCode.click();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await signInCode.submitBackupCode(NO_ONES_CODE);
    await signInCode.expectRefused(words.wrongCode, signInCode.backupCode);
  }
  await signInCode.useApp.click();
  for (let attempt = 4; attempt <= 5; attempt += 1) {
    await signInCode.submit(wrong);
    await signInCode.expectRefused(words.wrongCode);
  }

  // A right backup code is refused during the pause too, and stays unused.
  await site.enterUpToCode();
  await signInCode.useBackupCode.click();
  await signInCode.submitBackupCode(enrolled.codes[0] as string);
  await expect(signInCode.alert.filter({ hasText: words.tooManyAttempts })).toBeVisible();

  server.clock.advance(15 * 60 + 1);
  await site.enterUpToCode();
  await signInCode.useBackupCode.click();
  await signInCode.submitBackupCode(enrolled.codes[0] as string);
  await site.home.expectOpen();
});

test('a lost device: the page names who can help', async ({ site }) => {
  await site.enrolledAtCode();
  await site.signInCode.lostDevice.click();
  await expect(site.page.getByText(words.whoCanHelp).first()).toBeVisible();
  await site.signInCode.arrive();
});
