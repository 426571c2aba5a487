import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { By, error, Key, type WebDriver, type WebElement } from 'selenium-webdriver';
import { choicesOf, find, type Wire, wire } from './find';
import type { Choices, Tab, Target } from './tab';

const PATIENCE_MS = 10_000;

/** Testing Library finds elements by role and name as Playwright does, because WebDriver can't. */
const LIBRARY = readFileSync(
  require.resolve('@testing-library/dom/dist/@testing-library/dom.umd.min.js'),
  'utf8',
);

/** Errors while a page renders: the element is not there yet, or not any more. */
const PASSING = [
  error.StaleElementReferenceError,
  error.ElementNotInteractableError,
  error.ElementClickInterceptedError,
  error.NoSuchElementError,
];

/** A tab of an engine that speaks WebDriver. */
export class WebDriverTab implements Tab {
  constructor(private readonly driver: WebDriver) {}

  async version(): Promise<string> {
    return (await this.driver.getCapabilities()).getBrowserVersion() ?? '';
  }

  open(url: string): Promise<void> {
    return this.driver.get(url);
  }

  reload(): Promise<void> {
    return this.driver.navigate().refresh();
  }

  back(): Promise<void> {
    return this.driver.navigate().back();
  }

  url(): Promise<string> {
    return this.driver.getCurrentUrl();
  }

  title(): Promise<string> {
    return this.driver.getTitle();
  }

  click(target: Target): Promise<void> {
    return this.act(target, (element) => element.click());
  }

  fill(target: Target, text: string): Promise<void> {
    return this.act(target, async (element) => {
      await element.clear();
      await element.sendKeys(text);
    });
  }

  press(target: Target, key: 'Enter' | 'Escape'): Promise<void> {
    return this.act(target, (element) => element.sendKeys(key === 'Enter' ? Key.ENTER : Key.ESCAPE));
  }

  select(target: Target, option: string): Promise<void> {
    return this.act(target, async (element) => {
      await element.findElement(By.xpath(`.//option[normalize-space() = "${option}"]`)).click();
    });
  }

  async read(target: Target): Promise<string[]> {
    return (await this.find(target)).map(({ text }) => text);
  }

  isOn(target: Target): Promise<boolean> {
    return this.act(target, async (element) => {
      const state = await element.getAttribute('aria-checked');
      return state === null ? element.isSelected() : state === 'true';
    });
  }

  value(target: Target): Promise<string> {
    return this.act(target, (element) => element.getProperty('value') as Promise<string>);
  }

  choices(target: Target): Promise<Choices> {
    return this.act(target, (field) => this.driver.executeScript<Choices>(choicesOf, field));
  }

  async picture(): Promise<Buffer> {
    return Buffer.from(await this.driver.takeScreenshot(), 'base64');
  }

  /** Acts on the one matching element, once it is there and can be used. */
  private async act<T>(target: Target, work: (element: WebElement) => Promise<T>): Promise<T> {
    let result: { value: T } | undefined;
    const attempt = async (): Promise<string> => {
      const [first, ...others] = await this.find(target);
      if (first === undefined || others.length > 0) {
        return `found ${first === undefined ? 0 : others.length + 1} times`;
      }
      try {
        result = { value: await work(first.element) };
        return 'done';
      } catch (failure) {
        if (PASSING.some((kind) => failure instanceof kind)) {
          return String(failure);
        }
        throw failure;
      }
    };
    await expect.poll(attempt, { message: describe(target), timeout: PATIENCE_MS }).toBe('done');
    return (result as { value: T }).value;
  }

  private async find(target: Target): Promise<{ element: WebElement; text: string }[]> {
    const question: Wire = wire(target);
    try {
      const found = await this.driver.executeScript<Found | null>(find, question);
      if (found !== null) {
        return found;
      }
      await this.driver.executeScript(LIBRARY);
      return (await this.driver.executeScript<Found | null>(find, question)) ?? [];
    } catch (failure) {
      if (PASSING.some((kind) => failure instanceof kind)) {
        return [];
      }
      throw failure;
    }
  }
}

type Found = { element: WebElement; text: string }[];

function describe(target: Target): string {
  return 'label' in target
    ? `field ${target.label}`
    : [target.role, target.name, target.text].filter((part) => part !== undefined).join(' ');
}
