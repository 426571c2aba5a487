import { expect, test } from '../support/run/fixtures';

test.beforeEach(({ owner: _owner }) => undefined);

test('the chosen theme lasts, whatever the device prefers', async ({ site, page }) => {
  const choice = page.getByRole('menuitemradio', { name: 'Dark', exact: true });
  await page.emulateMedia({ colorScheme: 'light' });
  await site.enter();
  await site.menu.choose('Theme');
  await choice.click();
  await expect(choice).toHaveAttribute('aria-checked', 'true');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await site.home.arrive();

  await page.reload();
  await site.home.arrive();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await site.signOut();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('with reduced motion another theme is there at once', async ({ site, page }) => {
  await site.signIn.open();
  const seen = await page.evaluateHandle(() => {
    const begun = { transitions: 0 };
    document.addEventListener('transitionrun', () => {
      begun.transitions += 1;
    });
    return begun;
  });
  await page.emulateMedia({ colorScheme: 'dark' });
  const after = await seen.evaluate(async (begun) => {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return begun.transitions;
  });
  expect(after).toBe(0);
});
