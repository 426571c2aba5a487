import type { BrowserContext } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { base32, findLeaks, type Secret } from '../support/checks/leaks';
import { ADA } from '../support/site/seed';

test.use({ serverOptions: { log: 'trace' } });

/** Records the browser's present cookies, because each step up replaces them. */
async function noteCookies(secrets: Secret[], context: BrowserContext): Promise<void> {
  const tokens = (await context.cookies()).filter(({ value }) => value.length >= 16);
  for (const { name, value } of tokens) {
    secrets.push({ name: `cookie ${name}`, text: value, bytes: Buffer.from(value, 'base64url') });
  }
}

function noteBackupCodes(secrets: Secret[], set: string, codes: readonly string[]): void {
  for (const [n, code] of codes.entries()) {
    secrets.push({ name: `backup code ${n}, ${set}`, text: code });
    secrets.push({ name: `backup code ${n}, ${set}, no dashes`, text: code.replaceAll('-', '') });
  }
}

test('neither the database nor the log at its most talkative holds a secret', async ({
  server,
  site,
  context,
  page,
}) => {
  const link = await server.setupLink();
  const secrets: Secret[] = [
    { name: 'password', text: ADA.password },
    { name: 'set-up link', text: link.replace(/^.*#/, '') },
  ];
  const { firstStart, methodCode, signInCode, backupCodes } = site;

  await page.goto(link);
  await firstStart.account.fill(ADA.account);
  await firstStart.name.fill(ADA.name);
  await firstStart.email.fill(ADA.email);
  await firstStart.password.fill(ADA.password);
  await firstStart.create.click();
  await site.home.expectOpen();
  await noteCookies(secrets, context);

  const { key } = await site.setUpToCode();
  secrets.push({ name: 'key', text: key, bytes: base32(key) });
  const setUpCode = site.code({ key });
  secrets.push({ name: 'code of the set-up', text: setUpCode });
  await methodCode.submit(setUpCode);
  const codes = await backupCodes.read();
  await noteCookies(secrets, context);
  await backupCodes.saved.check();
  await backupCodes.finish.click();
  await site.profile.expectOpen();
  await site.signOut();

  await site.enterUpToCode();
  await noteCookies(secrets, context);
  server.clock.toStep();
  const signInCodeText = site.code({ key });
  secrets.push({ name: 'code of the sign-in', text: signInCodeText });
  await signInCode.submit(signInCodeText);
  await site.home.expectOpen();
  await noteCookies(secrets, context);
  await site.signOut();

  await site.enterUpToCode();
  await signInCode.useBackupCode.click();
  await signInCode.submitBackupCode(codes[0] as string);
  await site.home.expectOpen();
  await noteCookies(secrets, context);
  noteBackupCodes(secrets, 'set-up', codes);

  // A sign-in by backup code carries a grant; a session without a grant asks for a code.
  await site.signOut();
  await site.enterWithCode({ key, codes });
  await site.askToGenerate();
  server.clock.toStep();
  const stepUpCode = site.code({ key });
  secrets.push({ name: 'code of the Identity verification', text: stepUpCode });
  await site.stepUp('generate').submit(stepUpCode);
  noteBackupCodes(secrets, 'generated', await backupCodes.read());
  await site.finish();

  const reset = await site.resetUpToBackupCodes({ key, codes });
  secrets.push({ name: 'key after the reset', text: reset.key, bytes: base32(reset.key) });
  noteBackupCodes(secrets, 'reset', reset.codes);
  await noteCookies(secrets, context);
  await site.finish();

  expect(server.log(), 'the log is talkative').toContain('TRACE');
  const proof = findLeaks(server.folder, [{ name: 'proof', text: ADA.email }]);
  expect(proof.join(), 'the search finds what is there').toContain('proof (text) in twinlock.db');
  expect(findLeaks(server.folder, secrets)).toEqual([]);
  await server.stop();
  expect(findLeaks(server.folder, secrets)).toEqual([]);
});
