import { expect, type Locator, type Page } from '@playwright/test';

/**
 * The notice at the edge of every page about the connection to the server and about new versions.
 */
export class Notice {
  readonly reload: Locator;
  private readonly box: Locator;

  constructor(private readonly page: Page) {
    this.box = page.locator('.notice');
    this.reload = this.box.getByRole('button', { name: 'Reload', exact: true });
  }

  status(text: RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** The window gets the focus again, so the page asks for the server at once. */
  async lookAgain(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  }

  /** Expects no notice and no Reload button. */
  async expectGone(): Promise<void> {
    // The page repeats its request every few seconds, and more seldom over time.
    await expect(this.box.getByRole('status')).toHaveText('', { timeout: 20_000 });
    await expect(this.reload).toHaveCount(0);
  }
}
