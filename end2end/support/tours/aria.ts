import { existsSync, readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';

/** Texts that differ between runs, and their replacements. */
const VOLATILE: readonly [RegExp, string][] = [
  [/\b[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\b/g, 'BACKUP-CODE'],
  [/\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b/g, 'KEY'],
  [/otpauth:\S+/g, 'otpauth:URI'],
  [/\/accounts\/[0-9a-zA-Z-]+/g, '/accounts/ID'],
  [/\bin (\d+ minutes?)?( ?\d+ seconds?)?$/gm, 'in A WHILE'],
  [/(textbox "[^"]*password"): .*/gi, '$1: PASSWORD'],
  [/(?<=- (time|row|rowheader|cell)\b.*)\b(now|\d+ (second|minute|hour)s? ago|this minute)\b/g, 'LATELY'],
  [/"\d{6}"/g, 'CODE'],
];

/**
 * Expects the same texts for a screen reader as in the snapshot.
 *
 * The whole text is compared, because `toMatchAriaSnapshot` would allow additions. Texts that
 * differ between runs are replaced first, so that `--update-snapshots` writes nothing to correct by
 * hand.
 */
export async function expectSameAria(page: Page, stop: string): Promise<void> {
  const name = `${stop.replace(/[^a-zA-Z0-9]+/g, '-')}.yml`;
  const before = test.info().snapshotPath(name);
  if (existsSync(before)) {
    // An answer may still be on its way to the page. The comparison that counts follows below.
    const isSame = async (): Promise<boolean> =>
      (await told(page)) === readFileSync(before, 'utf8');
    await expect
      .poll(isSame, { timeout: 5_000 })
      .toBe(true)
      .catch(() => undefined);
  }
  expect.soft(await told(page)).toMatchSnapshot(name);
}

async function told(page: Page): Promise<string> {
  // An open menu is part of the header, which is not compared at every stop.
  const isMenuOpen = await page.getByRole('menu').first().isVisible();
  const text = await page.locator(isMenuOpen ? 'body' : 'main').first().ariaSnapshot();
  return `${VOLATILE.reduce((stable, [pattern, word]) => stable.replace(pattern, word), text)}\n`;
}
