import { expect, type Locator, type Page } from '@playwright/test';
import { CodeScreen, Menu, Screen, SecondFactorScreen } from './screen';

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
  /** The submit button while it waits. */
  readonly busy = this.button('Signing in…');

  async fill(email: string, password: string): Promise<void> {
    // Firefox appends Playwright's text in a field of type email, so the field is emptied first.
    // Keys work also if the app takes over the form in between; a selection by script would be an
    // error then.
    await this.email.press('ControlOrMeta+a');
    await this.email.press('Delete');
    await this.email.fill(email);
    await this.password.fill(password);
  }
}

export class SignInCode extends SecondFactorScreen {
  readonly path = '/sign-in/verify';
  readonly lostDevice = this.button('Lost your device?');
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
  readonly changePassword = this.page.getByRole('link', { name: 'Change password', exact: true });
  readonly settings = this.page.getByRole('region', { name: 'MFA settings', exact: true });
  readonly addMethod = this.settings.getByRole('button', { name: 'Add new method', exact: true });
  readonly generate = this.settings.getByRole('button', {
    name: 'Generate backup codes',
    exact: true,
  });

  readonly methodMenu = new Menu(this.page, 'MFA method menu');
  /** The name of the first method. */
  readonly methodName = this.settings.getByRole('heading', { level: 3 }).first();
  readonly name = this.settings.getByRole('textbox', { name: 'Name', exact: true });
  readonly save = this.settings.getByRole('button', { name: 'Save', exact: true });
  readonly testApp = this.settings.getByRole('button', {
    name: 'Test my authenticator',
    exact: true,
  });
  readonly code = this.settings.getByRole('textbox', { name: '6-digit code', exact: true });
  readonly enter = this.settings.getByRole('button', { name: 'Enter', exact: true });

  /** Returns the menu of one of several methods. */
  menuOf(name: string): Menu {
    return new Menu(this.page, `MFA method menu for ${name}`);
  }

  /** Returns the card of a method. */
  card(name: string): Locator {
    const heading = this.page.getByRole('heading', { level: 3, name, exact: true });
    return this.settings.locator('.method').filter({ has: heading });
  }

  /** Returns the value beside a term of the method's details. */
  detail(term: string): Locator {
    const name = this.settings.locator('dt', { hasText: new RegExp(`^\\s*${term}\\s*$`) });
    return name.locator('xpath=following-sibling::dd[1]');
  }
}

export class ChangePassword extends Screen {
  readonly path = '/profile/password';
  readonly title = 'Change password';
  readonly current = this.secret('Current password');
  readonly next = this.secret('New password');
  readonly code = this.textbox('6-digit code');
  readonly backupCode = this.textbox('Backup code');
  readonly useBackupCode = this.button('Use a backup code');
  readonly useApp = this.button('Use the authenticator app');
  readonly showPassword = this.button('Show password');
  readonly submit = this.button('Change password');
  readonly cancel = this.button('Cancel');

  /** Types both passwords and submits them. */
  async change(current: string, next: string): Promise<void> {
    await this.current.fill(current);
    await this.next.fill(next);
    await this.submit.click();
  }
}

export class NewMethod extends Screen {
  readonly path = '/profile/mfa/new';
  readonly title = 'New MFA method';
  readonly method = this.page.getByRole('combobox', { name: 'Select method', exact: true });
  readonly name = this.textbox('Name');
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
  readonly createPasskey = this.button('Create passkey');
  readonly useSecurityKey = this.button('Use security key');
  readonly next = this.button('Next');
  readonly cancel = this.button('Cancel');

  qrCode(email: string): Locator {
    return this.page.getByRole('img', { name: `QR code for ${email}`, exact: true });
  }

  /** Opens the key for manual entry and reads it, without the blanks. */
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
  readonly keepCurrent = this.button('Keep my current codes');

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
