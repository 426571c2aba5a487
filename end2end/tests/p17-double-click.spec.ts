import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

/** A double click counts as one press: it gives one file, and one print. */
test.beforeEach(async ({ owner: _owner, site }) => site.enter());

/** Returns the number of downloads after a double click and a later click. */
async function files(page: Page, button: Locator): Promise<number> {
  let handed = 0;
  page.on('download', () => (handed += 1));
  await button.dblclick({ delay: 50 });
  await expect.poll(() => handed).toBe(1);
  const next = page.waitForEvent('download');
  await button.click();
  await next;
  return handed;
}

test('p17 a double click on Download gives one file, and a press after it another', async ({ site, page }) => {
  await site.setUpToBackupCodes();
  expect(await files(page, site.backupCodes.download)).toBe(2);
  await expect(page.getByText(words.fileHandedOver)).toBeVisible();
  await expect(site.backupCodes.saved).toBeChecked();
  // A press of a key is never the second half of a double click.
  const next = page.waitForEvent('download');
  await site.backupCodes.download.press('Enter');
  await next;
});

test('p17 a double click on Download CSV gives one file', async ({ site, page }) => {
  await site.accounts.open();
  await site.accounts.membersOf(site.person.account).click();
  await site.members.expectOpen();
  expect(await files(page, site.members.download)).toBe(2);
});

test('p17 a double click on Print asks once', async ({ site, page }) => {
  await site.setUpToBackupCodes();
  const asked = await page.evaluateHandle(() => {
    const counter = { calls: 0 };
    window.print = () => {
      counter.calls += 1;
    };
    return counter;
  });
  await site.backupCodes.print.dblclick({ delay: 50 });
  expect(await asked.evaluate((counter) => counter.calls)).toBe(1);
  await expect(site.backupCodes.saved).toBeChecked();
});
