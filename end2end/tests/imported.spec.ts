import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../support/run/fixtures';
import type { Server } from '../support/site/server';
import { MAX, type Person } from '../support/site/seed';
import { words } from '../support/pages/words';

const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
/** The passwords of another program, and its hashes by bcrypt. */
const LONG: Person = { ...MAX, password: 'seven quiet rivers at dawn' };
const SHORT: Person = { ...MAX, password: 'short' };
const HASH = {
  long: '$2b$04$2bU7.zdFkqzpgKmxxULV3.eydXF7k9EN/X6Dz5jzSoHvy0kIQ/60e',
  short: '$2y$04$xHx7u6XvhrZ6pq1EH0I63uQEQGU.9FdURhyUVLMvHe1SeZkfXfmLu',
};

/** Imports Max. In the last seconds of a step, no code of the next one counts after an import. */
function bring(server: Server, hash: string, totp: string): void {
  const { email, name, account } = MAX;
  const file = join(server.folder, 'people.jsonl');
  const line = { email, name, account, password_hash: hash, totp };
  writeFileSync(file, JSON.stringify(line), { mode: 0o600 });
  server.command(['user', 'import', file]);
  server.clock.toStep();
}

const WITH_APP = `otpauth://totp/Old:max?secret=${KEY}`;

test.beforeEach(({ owner: _owner }) => undefined);

test('an imported person signs in by both old factors, and is offered the first backup codes', async ({
  site,
  server,
  page,
}) => {
  bring(server, HASH.long, WITH_APP);
  const max = site.as(LONG);
  await max.enterUpToCode();
  site.toNextStep();
  await max.signInCode.submit(site.code({ key: KEY }));
  const offer = max.dialog(words.noCodesYet);
  await offer.arrive();
  await expect(offer.box).toContainText(words.firstCodesOffer);
  await expect(offer.button('Set up a new device')).toHaveCount(0);
  await offer.button('Later').click();
  await offer.expectClosed();
  await max.home.expectOpen();
  await page.reload();
  await max.home.expectOpen();
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await max.signOut();
  await max.enterUpToCode();
  site.toNextStep();
  await max.signInCode.submit(site.code({ key: KEY }));
  await offer.button('Generate backup codes').click();
  const verification = max.stepUp('generate');
  await verification.expectOpen();
  site.toNextStep();
  await verification.submit(site.code({ key: KEY }));
  await max.backupCodes.arrive();
  const codes = await max.backupCodes.read();
  await max.finish();
  await max.signOut();
  await max.enterWithBackupCode(codes[0] as string);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a weak password from another program signs in, and its owner is asked for a new one', async ({
  site,
  server,
}) => {
  bring(server, HASH.short, WITH_APP);
  const max = site.as(SHORT);
  await max.enterUpToCode();
  site.toNextStep();
  await max.signInCode.submit(site.code({ key: KEY }));
  await max.dialog(words.noCodesYet).button('Later').click();
  await expect(max.home.status(words.weakPassword)).toBeVisible();
  await max.home.arrive();
});
