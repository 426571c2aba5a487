import { readFile } from 'node:fs/promises';
import { allowClipboard } from '../support/run/browser';
import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

test.beforeEach(async ({ owner: _owner, site }) => {
  await site.enter();
});

test('Finish says what is missing until the codes are saved', async ({ site }) => {
  const { backupCodes, profile } = site;
  await site.setUpToBackupCodes();
  await backupCodes.finish.click();
  await expect(backupCodes.alert.filter({ hasText: words.tickFirst })).toBeVisible();
  await backupCodes.arrive();

  await backupCodes.saved.check();
  await backupCodes.finish.click();
  await profile.expectOpen();
});

test('each step asks the server once at most', async ({ site, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) {
      asked.push(pathname);
    }
  });
  const step = async (todo: () => Promise<void>): Promise<string[]> => {
    asked.length = 0;
    await todo();
    await page.waitForLoadState('networkidle');
    return [...asked];
  };

  const { key } = await site.setUpToCode();
  expect(
    await step(async () => {
      await site.methodCode.submit(site.code({ key }));
      await site.backupCodes.expectOpen();
    }),
  ).toEqual(['/api/mfa/confirm']);
  await site.backupCodes.saved.check();
  expect(
    await step(async () => {
      await site.backupCodes.finish.click();
      await site.profile.expectOpen();
      await expect(site.profile.generate).toBeVisible();
    }),
  ).toEqual(['/api/mfa/finish']);
});

/**
 * Only the user sees whether a download or a print succeeded, so the messages of both say what to
 * look for (P17).
 */
test('Copy, Download and Print each save the codes and tick the checkbox', async ({
  site,
  context,
}) => {
  await allowClipboard(context);
  const { backupCodes, page } = site;
  const { codes } = await site.setUpToBackupCodes();
  await expect(backupCodes.saved).not.toBeChecked();

  await backupCodes.copy.click();
  await expect(backupCodes.saved).toBeChecked();
  const copied = await site.pasted();
  codes.forEach((code) => expect(copied).toContain(code));

  await backupCodes.saved.uncheck();
  const started = page.waitForEvent('download');
  await backupCodes.download.click();
  const download = await started;
  await expect(page.getByText(words.fileHandedOver)).toBeVisible();
  await expect(backupCodes.saved).toBeChecked();
  expect(download.suggestedFilename()).toMatch(
    /^backup-codes-customer[- ]control[- ]panel-\d{4}-\d{2}-\d{2}\.txt$/i,
  );
  const text = await readFile(await download.path(), 'utf8');
  expect(text).toContain(site.person.email);
  expect(text).toMatch(words.eachOnce);
  codes.forEach((code) => expect(text).toContain(code));

  await backupCodes.saved.uncheck();
  const printed = await page.evaluateHandle(() => {
    const counter = { calls: 0 };
    window.print = () => {
      counter.calls += 1;
    };
    return counter;
  });
  await backupCodes.print.click();
  await expect(page.getByText(words.printing)).toBeVisible();
  await expect(backupCodes.saved).toBeChecked();
  expect(await printed.evaluate(({ calls }) => calls)).toBe(1);
  await backupCodes.arrive();
});

test('the printed sheet holds the codes and no controls', async ({ site }) => {
  const { backupCodes, page } = site;
  await site.setUpToBackupCodes();
  await page.emulateMedia({ media: 'print' });
  await expect(backupCodes.list.first()).toBeVisible();
  await expect(page.locator('header')).toBeHidden();
  for (const control of [backupCodes.copy, backupCodes.print, backupCodes.finish]) {
    await expect(control).toBeHidden();
  }
});

test('where the clipboard is refused the codes are selected instead', async ({ site, page }) => {
  await page.addInitScript(() => {
    // The blank page before the first load has no clipboard.
    if (!isSecureContext) {
      return;
    }
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  const { codes } = await site.setUpToBackupCodes();
  await site.backupCodes.copy.click();
  const selected = (): Promise<string> => page.evaluate(() => String(window.getSelection()));
  for (const code of codes) {
    await expect.poll(selected).toContain(code);
  }
  await expect(site.backupCodes.saved).not.toBeChecked();
  await site.backupCodes.arrive();
});

test('codes are shown once: a reload shows a fresh set', async ({ site, page }) => {
  const { backupCodes } = site;
  const { codes } = await site.setUpToBackupCodes();
  await page.reload();
  await backupCodes.arrive();
  const fresh = await backupCodes.read();
  expect(fresh.filter((code) => codes.includes(code))).toEqual([]);

  await page.goBack();
  await site.dialog(words.leaveUnsaved).button('Leave').click();
  await expect(backupCodes.list).toHaveCount(0);
  await expect(site.methodCode.code).toHaveCount(0);
});

test('whoever never finished is reminded on My profile', async ({ site }) => {
  await site.setUpToBackupCodes();
  await site.profile.open();
  await expect(site.profile.settings.getByText(words.notSavedYet).first()).toBeVisible();
  await site.profile.arrive();
});

test('Back after Finish does not return to the wizard', async ({ site, page }) => {
  await site.addMfa();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    new RegExp(`^(${site.profile.title}|${site.person.account})$`),
  );
});
