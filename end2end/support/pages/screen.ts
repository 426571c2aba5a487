import { expect, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from '../checks/a11y';

export const BRAND = 'Customer Control Panel';

/** One page of the product: its address, its heading, and its controls by role and name. */
export abstract class Screen {
  abstract readonly path: string;
  abstract readonly title: string;

  constructor(readonly page: Page) {}

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1, name: this.title, exact: true });
  }

  /** The message about what was refused or is missing. */
  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  get tryAgain(): Locator {
    return this.button('Try again');
  }

  /** The message about the result of the last action. */
  status(text: string | RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** Loads the page by its address. */
  async open(): Promise<void> {
    await this.page.goto(this.path);
    await expect(this.page.locator('body[data-ready]')).toBeAttached();
  }

  /** Expects that the page is shown. */
  async expectOpen(): Promise<void> {
    await expect(this.heading).toBeVisible();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(this.page).toHaveURL(({ pathname }) => this.isAt(pathname));
    await expect(this.page).toHaveTitle(`${this.title} · ${BRAND}`);
  }

  /** Expects that the page is shown and axe has no findings. */
  async arrive(): Promise<void> {
    await this.expectOpen();
    await expectAccessible(this.page);
  }

  /** Returns whether the page has this address. */
  protected isAt(pathname: string): boolean {
    return pathname === this.path;
  }

  protected button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  protected textbox(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  /** Returns a password field by its label, because it has no role. */
  protected secret(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }
}

/** A page that asks for a 6-digit code. */
export abstract class CodeScreen extends Screen {
  readonly title = 'Identity verification';
  readonly code = this.textbox('6-digit code');
  readonly enter = this.button('Enter');

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.enter.click();
  }

  /** Expects that the code was refused for this reason, and that the field is marked accessibly. */
  async expectRefused(reason: RegExp, field = this.code): Promise<void> {
    await expect(this.alert.filter({ hasText: reason })).toBeVisible();
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(reason);
  }
}

/** A page that also takes a backup code, for users without the device. */
export abstract class SecondFactorScreen extends CodeScreen {
  readonly backupCode = this.textbox('Backup code');
  readonly useBackupCode = this.button('Use a backup code');
  readonly useApp = this.button('Use the authenticator app');
  readonly usePasskey = this.button('Use passkey');
  readonly useSecurityKey = this.button('Use security key');
  readonly otherWays = this.page.getByRole('heading', { name: 'Try another way', exact: true });

  /** Returns the button that asks for another method. */
  way(method: string): Locator {
    return this.button(method);
  }

  async submitBackupCode(code: string): Promise<void> {
    await this.backupCode.fill(code);
    await this.enter.click();
  }
}

/** A dialog, named by its question. */
export class Dialog {
  readonly box: Locator;

  constructor(
    private readonly page: Page,
    question: string | RegExp,
  ) {
    this.box = page.getByRole('dialog', { name: question });
  }

  button(name: string): Locator {
    return this.box.getByRole('button', { name, exact: true });
  }

  async expectClosed(): Promise<void> {
    await expect(this.box).toHaveCount(0);
  }

  /** Expects that the dialog is shown, has the focus, and axe has no findings. */
  async arrive(): Promise<void> {
    await expect(this.box).toBeVisible();
    await expect(this.box.locator(':focus')).toHaveCount(1);
    await expectAccessible(this.page);
  }
}

/** A button that opens a list of items. */
export class Menu {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  get button(): Locator {
    return this.page.getByRole('button', { name: this.name, exact: true });
  }

  item(name: string): Locator {
    return this.page.getByRole('menuitem', { name, exact: true });
  }

  async choose(name: string): Promise<void> {
    await this.button.click();
    await this.item(name).click();
  }
}
