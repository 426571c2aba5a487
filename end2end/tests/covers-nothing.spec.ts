import type { Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { Notice } from '../support/pages/notice';
import { allowClipboard } from '../support/run/browser';
import { wrongCode } from '../support/site/totp';
import { words } from '../support/pages/words';

test.beforeEach(({ owner: _owner, guard }) => guard.expectOutage());

const WINDOWS = [
  { width: 320, height: 568 },
  { width: 1280, height: 720 },
] as const;

/**
 * Returns what covers a control where the control can be scrolled to, and where the keyboard brings
 * it (WCAG 2.4.11).
 */
async function covered(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const describe = (element: Element): string => (element.cloneNode(false) as Element).outerHTML.slice(0, 100);
    const look = (control: HTMLElement, how: string): void => {
      const { left, top, width, height } = control.getBoundingClientRect();
      for (const [x, y] of [
        [left + width / 2, top + height / 2],
        [left + 3, top + 3],
        [left + width - 3, top + height - 3],
      ] as const) {
        if (y < 0 || y >= innerHeight) {
          continue;
        }
        const front = document.elementFromPoint(x, y);
        const isOwn = front !== null && (control.contains(front) || front.contains(control) || front.closest('label') !== null);
        // The field keeps room free for a button inside it.
        if (!isOwn && front?.parentElement !== control.parentElement) {
          found.push(`${how}: ${describe(control)} behind ${front === null ? 'nothing' : describe(front)}`);
        }
      }
    };
    const controls = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select')].filter(
      (control) => control.checkVisibility() && !control.matches('.skip-link') && control.getBoundingClientRect().width > 2,
    );
    for (const scroll of [0, document.documentElement.scrollHeight]) {
      scrollTo(0, scroll);
      controls.forEach((control) => look(control, `scrolled to ${scroll}`));
    }
    for (const control of controls) {
      control.focus();
      look(control, 'focused');
    }
    return found;
  });
}

for (const size of WINDOWS) {
  const window = `${size.width} x ${size.height}`;

  test(`nothing lies over what a person must reach: the notices, ${window}`, async ({ site, page, server, context }) => {
    await page.setViewportSize(size);
    const notice = new Notice(page);
    const { signIn } = site;
    await signIn.open();
    await signIn.fill(site.person.email, site.person.password);
    await server.stop();
    await signIn.submit.click();
    await expect(notice.status(words.noServer)).toBeVisible();
    expect(await covered(page)).toEqual([]);
    await server.start();
    await notice.lookAgain();
    await notice.expectGone();

    await page.route('**/api/session/sign_in', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<p>Hotel' }), { times: 1 });
    await signIn.submit.click();
    await expect(notice.reload).toBeVisible();
    expect(await covered(page)).toEqual([]);

    await context.setOffline(true);
    await expect(notice.status(words.offline)).toBeVisible();
    expect(await covered(page)).toEqual([]);
    await context.setOffline(false);
  });

  test(`nothing lies over what a person must reach: a new version, ${window}`, async ({ site, page, server, guard }) => {
    guard.expectRefusals(401);
    await page.setViewportSize(size);
    await site.enter();
    const { key } = await site.setUpToCode();
    await server.redeploy({ supportUrl: 'https://example.com/next' });
    // A link would load the new version, so the test submits a code instead.
    await site.methodCode.submit(wrongCode(key, server.clock.now()));
    await expect(new Notice(page).status(words.newVersion)).toBeVisible();
    expect(await covered(page)).toEqual([]);
  });

  test(`nothing lies over what a person must reach: what Copy says, ${window}`, async ({ site, page, context }) => {
    await page.setViewportSize(size);
    await allowClipboard(context);
    await site.enter();
    await site.setUpToBackupCodes();
    await site.backupCodes.copy.click();
    const said = page.getByText('Copied', { exact: true });
    await expect(said).toBeVisible();
    const [own, over] = [await site.backupCodes.copy.boundingBox(), await said.boundingBox()];
    expect(over!.x).toBeGreaterThanOrEqual(own!.x - 1);
    expect(over!.y).toBeGreaterThanOrEqual(own!.y - 1);
    expect(over!.x + over!.width).toBeLessThanOrEqual(own!.x + own!.width + 1);
    expect(over!.y + over!.height).toBeLessThanOrEqual(own!.y + own!.height + 1);
    expect(await covered(page)).toEqual([]);
    await page.evaluate(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
    await site.backupCodes.copy.click();
    const by = page.getByText(words.copyByHand);
    await expect(by).toBeVisible();
    const box = (await by.boundingBox())!;
    for (const control of [site.backupCodes.copy, site.backupCodes.download, site.backupCodes.print, site.backupCodes.finish, site.backupCodes.saved]) {
      const other = (await control.boundingBox())!;
      const wide = Math.min(box.x + box.width, other.x + other.width) - Math.max(box.x, other.x);
      const high = Math.min(box.y + box.height, other.y + other.height) - Math.max(box.y, other.y);
      expect(Math.min(wide, high)).toBeLessThanOrEqual(0);
    }
    expect(await covered(page)).toEqual([]);
  });
}
