import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { ADA, joinAccount, MAX, OLE, type Person, seedMember, seedOwner, ZOE } from '../support/site/seed';
import { writeSmall } from './shrink';

const FOLDER = resolve(__dirname, '../../docs/pictures');
const DESK = { width: 1120, height: 640 };
/** High enough for the table above the dialog. */
const HIGH = { width: 1120, height: 980 };
const PHONE = { width: 390, height: 720 };

const account = 'Birch Studio';
const ada: Person = { ...ADA, account };
const max: Person = { ...MAX, account };
const zoe: Person = { ...ZOE, account };
const ole: Person = { ...OLE, account: 'Cedar Hosting' };

test('pictures of the README', async ({ site: anybody, server, guard, page }) => {
  guard.expectRefusals(401);
  await page.setViewportSize(DESK);
  mkdirSync(FOLDER, { recursive: true });
  seedOwner(server, ada);
  seedMember(server, max);
  seedMember(server, zoe);
  seedOwner(server, ole);
  joinAccount(server, ada, ole.account);

  await anybody.as(max).enter();
  await anybody.as(max).addMfa();
  await anybody.as(max).signOut();

  const site = anybody.as(ada);
  await site.enterAccount(account);
  await site.home.expectOpen();
  await site.askForSetup();
  await site.setup.expectOpen();
  await expect(site.setup.qrCode(ada.email)).toBeVisible();
  await take(page, 'set-up');

  const { key } = await site.setUpToCode();
  await site.methodCode.submit(site.code({ key }));
  await site.backupCodes.expectOpen();
  await site.backupCodes.read();
  await take(page, 'backup-codes');
  await site.finish();

  server.clock.advance(20 * 60);
  await site.profile.open();
  await expect(site.profile.settings).toContainText('backup codes left');
  await take(page, 'profile-phone', PHONE);

  await site.accounts.open();
  await site.accounts.rule(account).click();
  await expect(site.dialog(/^Require MFA/).box).toBeVisible();
  await take(page, 'mandatory', HIGH);
  await site.dialog(/^Require MFA/).button('Cancel').click();

  await site.signOut();
  await site.enterUpToCode();
  await expect(site.signInCode.code).toBeVisible();
  await site.signInCode.code.fill('284913');
  await take(page, 'verification-phone', PHONE);
});

/**
 * Takes a picture of the page in both themes: the full page at desk size, otherwise the visible
 * part.
 */
async function take(page: Page, name: string, size = DESK): Promise<void> {
  await page.setViewportSize(size);
  // Moves the pointer away, so that no control shows its hover state.
  await page.mouse.move(0, 0);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const fullPage = size === DESK;
    const png = await page.screenshot({ animations: 'disabled', caret: 'hide', fullPage });
    const bytes = await writeSmall(join(FOLDER, `${name}-${colorScheme}.png`), png);
    process.stdout.write(`${name}-${colorScheme}.png: ${Math.round(bytes / 1000)} KB\n`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(DESK);
}
