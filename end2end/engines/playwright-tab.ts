import type { Locator, Page } from '@playwright/test';
import { choicesOf } from './find';
import type { Choices, Tab, Target } from './tab';

/** A tab of an engine that Playwright drives. */
export class PlaywrightTab implements Tab {
  constructor(private readonly page: Page) {}

  async version(): Promise<string> {
    return this.page.context().browser()?.version() ?? '';
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async back(): Promise<void> {
    await this.page.goBack();
  }

  async url(): Promise<string> {
    return this.page.url();
  }

  title(): Promise<string> {
    return this.page.title();
  }

  click(target: Target): Promise<void> {
    return this.locate(target).click();
  }

  fill(target: Target, text: string): Promise<void> {
    return this.locate(target).fill(text);
  }

  press(target: Target, key: 'Enter' | 'Escape'): Promise<void> {
    return this.locate(target).press(key);
  }

  async select(target: Target, option: string): Promise<void> {
    await this.locate(target).selectOption({ label: option });
  }

  async read(target: Target): Promise<string[]> {
    return this.locate(target)
      .filter({ visible: true })
      .evaluateAll((elements) =>
        // An element such as a picture has no `innerText`.
        elements.map((one) => ((one as HTMLElement).innerText ?? '').replace(/\s+/g, ' ').trim()),
      );
  }

  isOn(target: Target): Promise<boolean> {
    return this.locate(target).isChecked();
  }

  value(target: Target): Promise<string> {
    return this.locate(target).inputValue();
  }

  choices(target: Target): Promise<Choices> {
    return this.locate(target).evaluate(choicesOf);
  }

  picture(): Promise<Buffer> {
    return this.page.screenshot();
  }

  private locate(target: Target): Locator {
    if ('label' in target) {
      return this.page.getByLabel(target.label, { exact: true });
    }
    const { role, name, text, within } = target;
    const scope = within === undefined ? this.page : this.locate(within);
    const found = scope.getByRole(role, name === undefined ? {} : { name, exact: true });
    return text === undefined ? found : found.filter({ hasText: text });
  }
}
