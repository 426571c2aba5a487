import type { Locator } from '@playwright/test';
import { expect, test } from '../support/run/fixtures';
import { ADA } from '../support/site/seed';
import { scan } from '../support/site/totp';

test.beforeEach(async ({ owner: _owner, page }) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
});

/**
 * Returns a screenshot of a part of the page as a string; equal strings mean that the looks can't
 * be distinguished.
 */
async function look(part: Locator): Promise<string> {
  return (await part.screenshot({ animations: 'disabled' })).toString('base64');
}

/** Returns the width of the border, which remains when the system removes the backgrounds. */
function edge(part: Locator, pseudo?: string): Promise<number> {
  return part.evaluate((element, which) => {
    const { borderTopWidth, borderTopStyle } = getComputedStyle(element, which);
    return borderTopStyle === 'none' ? 0 : parseFloat(borderTopWidth);
  }, pseudo);
}

test('controls keep their edge, states their shape, the focus its ring', async ({
  site,
  page,
  guard,
}) => {
  guard.expectRefusals(401);
  const { signIn, accounts, profile } = site;
  await signIn.open();
  expect(await edge(signIn.submit)).toBeGreaterThan(0);
  expect(await edge(signIn.email)).toBeGreaterThan(0);
  await signIn.password.focus();
  const resting = await look(signIn.submit);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(signIn.submit).toBeFocused();
  await expect(signIn.submit).toHaveCSS('outline-style', 'solid');
  expect(await look(page.getByRole('main')), 'the focus is seen').not.toBe(resting);

  await site.enter();
  await profile.open();
  const off = profile.settings.getByText('Off', { exact: true });
  expect(await edge(off)).toBeGreaterThan(0);
  expect(await edge(off, '::before'), 'a ring').toBe(2);
  expect(await edge(profile.generate), 'a button that is disabled').toBeGreaterThan(0);
  await site.haveMfa();
  const on = profile.settings.getByText('On', { exact: true });
  expect(await edge(on, '::before'), 'a disc').toBe(4);

  await accounts.open();
  const rule = accounts.rule(ADA.account);
  await expect(rule).not.toBeChecked();
  const unchecked = await look(rule);
  await rule.click();
  const dialog = site.dialog(/^Require MFA/);
  expect(await edge(dialog.box)).toBeGreaterThan(0);
  await dialog.button('Require MFA').click();
  await expect(rule).toBeChecked();
  await rule.blur();
  await page.mouse.move(0, 0);
  expect(await look(rule), 'on looks other than off').not.toBe(unchecked);
  await site.menu.button.click();
  expect(await edge(page.getByRole('menu', { name: ADA.name }))).toBeGreaterThan(0);
});

test('the QR code stays black on white', async ({ site }) => {
  await site.enter();
  await site.startSetup();
  expect(await scan(site.setup.qrCode(ADA.email))).toContain('otpauth://totp/');
});
