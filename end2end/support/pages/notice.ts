import { expect, type Locator, type Page } from '@playwright/test';

/** What the edge of every page says of the way to the server and of newer versions. */
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

  /** The person comes back to the page: it asks for the server at once. */
  async lookAgain(): Promise<void> {
    await this.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  }

  /** There is nothing to say, and no room is taken. */
  async expectGone(): Promise<void> {
    // Asked again every few seconds, more seldom the longer it lasts.
    await expect(this.box.getByRole('status')).toHaveText('', { timeout: 20_000 });
    await expect(this.reload).toHaveCount(0);
  }
}
