import { expect, test } from '../support/run/fixtures';
import { words } from '../support/pages/words';

test.describe('with JavaScript off', () => {
  test.use({ javaScriptEnabled: false });

  test('the page says that it needs JavaScript', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText(words.javaScriptOff)).toBeVisible();
  });
});

test('with WebAssembly off the page says that it needs it', async ({ page, guard }) => {
  guard.expectPageError(/WebAssembly/);
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'WebAssembly');
  });
  await page.goto('/');
  await expect(page.getByText(words.webAssemblyOff)).toBeVisible();
});
