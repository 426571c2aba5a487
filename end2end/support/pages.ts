import { expect, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './a11y';

export const BRAND = 'Customer Control Panel';

/** One page of the product: where it is, what its heading says, its controls by role and name. */
abstract class Screen {
  abstract readonly path: string;
  abstract readonly title: string;

  constructor(readonly page: Page) {}

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1, name: this.title, exact: true });
  }

  /** What was refused or is missing, said at once. */
  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  get tryAgain(): Locator {
    return this.button('Try again');
  }

  /** The result of the last action. */
  status(text: string | RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** Loads the page by its address. */
  async open(): Promise<void> {
    await this.page.goto(this.path);
    await expect(this.page.locator('body[data-ready]')).toBeAttached();
  }

  /** The page is shown. */
  async expectOpen(): Promise<void> {
    await expect(this.heading).toBeVisible();
    await expect(this.page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(this.page).toHaveURL(({ pathname }) => pathname === this.path);
    await expect(this.page).toHaveTitle(`${this.title} · ${BRAND}`);
  }

  /** The page is shown and axe has no objection to it. */
  async arrive(): Promise<void> {
    await this.expectOpen();
    await expectAccessible(this.page);
  }

  protected button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  protected textbox(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true });
  }

  /** A password field has no role, so it is found by its label. */
  protected secret(name: string): Locator {
    return this.page.getByLabel(name, { exact: true });
  }
}

export class FirstStart extends Screen {
  readonly path = '/setup';
  readonly title = 'Create the first owner';
  readonly account = this.textbox('Account name');
  readonly name = this.textbox('Your name');
  readonly email = this.textbox('Email');
  readonly password = this.secret('Password');
  readonly create = this.button('Create');
}

export class Invitation extends Screen {
  readonly path = '/invitation';
  readonly title = 'Choose a password';
  readonly password = this.secret('New password');
  readonly save = this.button('Save password');
}

export class SignIn extends Screen {
  readonly path = '/sign-in';
  readonly title = 'Sign in';
  readonly email = this.textbox('Email');
  readonly password = this.secret('Password');
  readonly showPassword = this.button('Show password');
  readonly submit = this.button('Sign in');

  async fill(email: string, password: string): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
  }
}

/** Asks for a 6-digit code; the sign-in and the wizard have one each. */
abstract class CodeScreen extends Screen {
  readonly title = 'Identity verification';
  readonly code = this.textbox('6-digit code');
  readonly enter = this.button('Enter');

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.enter.click();
  }

  /** The code was refused for this reason, and the field says so to everybody. */
  async expectRefused(reason: RegExp, field = this.code): Promise<void> {
    await expect(this.alert.filter({ hasText: reason })).toBeVisible();
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(reason);
  }
}

export class SignInCode extends CodeScreen {
  readonly path = '/sign-in/verify';
  readonly backupCode = this.textbox('Backup code');
  readonly useBackupCode = this.button('Use a backup code');
  readonly useApp = this.button('Use the authenticator app');
  readonly lostDevice = this.button('Lost your device?');

  async submitBackupCode(code: string): Promise<void> {
    await this.backupCode.fill(code);
    await this.enter.click();
  }
}

export class ConfirmPassword extends Screen {
  readonly path = '/confirm-password';
  readonly title = 'Confirm your password';
  readonly password = this.secret('Password');
  readonly proceed = this.button('Continue');
}

export class Home extends Screen {
  readonly path = '/';
  readonly profileLink = this.page
    .getByRole('main')
    .getByRole('link', { name: 'My profile', exact: true });

  constructor(
    page: Page,
    readonly title: string,
  ) {
    super(page);
  }
}

export class Profile extends Screen {
  readonly path = '/profile';
  readonly title = 'My profile';
  readonly settings = this.page.getByRole('region', { name: 'MFA settings', exact: true });
  readonly addMethod = this.settings.getByRole('button', { name: 'Add new method', exact: true });
  readonly generate = this.settings.getByRole('button', {
    name: 'Generate backup codes',
    exact: true,
  });

  /** The value beside a term of the method's details. */
  detail(term: string): Locator {
    const name = this.settings.locator('dt', { hasText: new RegExp(`^\\s*${term}\\s*$`) });
    return name.locator('xpath=following-sibling::dd[1]');
  }
}

export class NewMethod extends Screen {
  readonly path = '/profile/mfa/new';
  readonly title = 'New MFA method';
  readonly method = this.page.getByRole('combobox', { name: 'Select method', exact: true });
  readonly isDefault = this.page.getByRole('checkbox', { name: 'Default', exact: true });
  readonly next = this.button('Next');
  readonly cancel = this.button('Cancel');
}

export class MethodSetup extends Screen {
  readonly path = '/profile/mfa/setup';
  readonly title = 'MFA method setup';
  readonly cannotScan = this.button("Can't scan the code?");
  readonly key = this.page.getByText(/^(?:[A-Z2-7]{4}\s*){8}$/);
  readonly copyKey = this.button('Copy key');
  readonly appLink = this.page.getByRole('link', { name: 'Open in authenticator app', exact: true });
  readonly next = this.button('Next');
  readonly cancel = this.button('Cancel');

  qrCode(email: string): Locator {
    return this.page.getByRole('img', { name: `QR code for ${email}`, exact: true });
  }

  /** Opens the key for typing in by hand, and reads it, without the blanks. */
  async readKey(): Promise<string> {
    await this.cannotScan.click();
    await expect(this.key).toBeVisible();
    return (await this.key.innerText()).replace(/\s/g, '');
  }
}

export class MethodCode extends CodeScreen {
  readonly path = '/profile/mfa/verify';
  readonly back = this.button('Back');
}

export class BackupCodes extends Screen {
  readonly path = '/profile/mfa/backup-codes';
  readonly title = 'Backup codes';
  readonly list = this.page.getByRole('main').getByRole('list').getByRole('listitem').filter({
    hasText: /^\s*[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\s*$/,
  });
  readonly copy = this.button('Copy');
  readonly download = this.button('Download');
  readonly print = this.button('Print');
  readonly saved = this.page.getByRole('checkbox', { name: 'I have saved these codes', exact: true });
  readonly finish = this.button('Finish');

  /** Reads the ten codes. */
  async read(): Promise<string[]> {
    await expect(this.list).toHaveCount(10);
    return (await this.list.allInnerTexts()).map((code) => code.trim());
  }
}

export class NotFound extends Screen {
  readonly title = 'Page not found';
  readonly path = '/no-such-page';
  readonly homeLink = this.page.getByRole('main').getByRole('link');
}

/** The button with the user's name in the header, and the menu it opens. */
export class UserMenu {
  constructor(
    private readonly page: Page,
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
