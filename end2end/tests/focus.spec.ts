import type { ElementHandle, Page } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { press, tabTo } from '../support/checks/keyboard';
import { ADA, MAX, seedMember } from '../support/site/seed';

test.beforeEach(({ owner: _owner }) => undefined);

/** Returns the names of the controls that Tab reaches from the top of the page. */
async function tabOrder(page: Page, stops: number): Promise<string[]> {
  const names: string[] = [];
  for (let stop = 0; stop < stops; stop += 1) {
    await page.keyboard.press('Tab');
    names.push(
      await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement;
        const label = focused instanceof HTMLInputElement ? focused.labels?.[0] : undefined;
        return (focused.getAttribute('aria-label') ?? (label ?? focused).innerText).trim();
      }),
    );
  }
  return names;
}

test('Tab goes through the page as it is read', async ({ site, page }) => {
  await site.signIn.open();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  expect(await tabOrder(page, 6)).toEqual([
    'Skip to content',
    'Customer Control Panel',
    'Email',
    'Password',
    'Show password',
    'Sign in',
  ]);
});

test('the first stop leads past the header', async ({ site, page }) => {
  await site.enter();
  await site.home.open();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').locator(':focus')).toHaveCount(1);
});

test('a dialog keeps the focus while it is open and gives it back', async ({
  site,
  page,
  server,
}) => {
  seedMember(server, MAX);
  await site.enter();
  const { accounts } = site;
  await site.accounts.open();
  const rule = accounts.rule(ADA.account);
  await press(page, rule);
  const dialog = site.dialog(/^Require MFA/);
  await expect(dialog.box.locator(':focus')).toHaveCount(1);
  for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(key);
    // Beyond the dialog's ends the focus is in the browser itself, never in the page behind.
    await expect(page.locator('body :focus:not(dialog *, dialog)')).toHaveCount(0);
  }
  await tabTo(page, dialog.button('Cancel'));
  await page.keyboard.press('Enter');
  await dialog.expectClosed();
  await expect(rule).toBeFocused();

  await page.keyboard.press('Space');
  await expect(dialog.box).toBeVisible();
  await page.keyboard.press('Escape');
  await dialog.expectClosed();
  await expect(rule).toBeFocused();
});

// The browser reports a closing in a task of its own, which a fast key overtakes.
test('a dialog that is opened again before its closing is reported stays open', async ({
  site,
  page,
  server,
}) => {
  seedMember(server, MAX);
  await site.enter();
  const { accounts } = site;
  await accounts.open();
  const rule = accounts.rule(ADA.account);
  await press(page, rule);
  const dialog = site.dialog(/^Require MFA/);
  await expect(dialog.box).toBeVisible();
  await page.evaluate(
    async ({ box, cancel, rule }) => {
      const reported = new Promise((resolve) => {
        box.addEventListener('close', resolve, { once: true });
      });
      cancel.click();
      while (box.open) await Promise.resolve();
      rule.click();
      await reported;
    },
    {
      box: (await dialog.box.elementHandle()) as ElementHandle<HTMLDialogElement>,
      cancel: (await dialog.button('Cancel').elementHandle()) as ElementHandle<HTMLElement>,
      rule: (await rule.elementHandle()) as ElementHandle<HTMLElement>,
    },
  );
  await expect(dialog.box).toBeVisible();
  await tabTo(page, dialog.button('Cancel'));
  await page.keyboard.press('Enter');
  await dialog.expectClosed();
});

test('a menu that is left by Tab closes, and the focus goes on from its button', async ({
  site,
  page,
}) => {
  await site.enter();
  await press(page, site.menu.button);
  await expect(site.menu.item('My profile')).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(site.menu.button).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(site.menu.item('My profile')).toBeHidden();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('main').locator(':focus')).toHaveCount(1);
});
