import { expect, type Page } from '@playwright/test';
import { Accounts, type Action, ChooseAccount, Members, StepUp } from '../pages/account-pages';
import { Api } from './api';
import type { Clock } from './clock';
import * as pages from '../pages/pages';
import { Dialog, Menu } from '../pages/screen';
import { ADA, type Person } from './seed';
import { type Authenticator, otplib } from './totp';

/** The secrets of a user with MFA: the app's key and the backup codes. */
export interface Enrolled {
  key: string;
  codes: string[];
}

/** All pages for one user on one browser tab, and the journeys through them. */
export class Site {
  readonly firstStart: pages.FirstStart;
  readonly invitation: pages.Invitation;
  readonly signIn: pages.SignIn;
  readonly signInCode: pages.SignInCode;
  readonly confirmPassword: pages.ConfirmPassword;
  readonly profile: pages.Profile;
  readonly changePassword: pages.ChangePassword;
  readonly newMethod: pages.NewMethod;
  readonly setup: pages.MethodSetup;
  readonly methodCode: pages.MethodCode;
  readonly backupCodes: pages.BackupCodes;
  readonly notFound: pages.NotFound;
  readonly home: pages.Home;
  readonly chooseAccount: ChooseAccount;
  readonly accounts: Accounts;
  readonly members: Members;
  readonly menu: Menu;

  constructor(
    readonly page: Page,
    private readonly clock: Clock,
    readonly person: Person = ADA,
  ) {
    this.firstStart = new pages.FirstStart(page);
    this.invitation = new pages.Invitation(page);
    this.signIn = new pages.SignIn(page);
    this.signInCode = new pages.SignInCode(page);
    this.confirmPassword = new pages.ConfirmPassword(page);
    this.profile = new pages.Profile(page);
    this.changePassword = new pages.ChangePassword(page);
    this.newMethod = new pages.NewMethod(page);
    this.setup = new pages.MethodSetup(page);
    this.methodCode = new pages.MethodCode(page);
    this.backupCodes = new pages.BackupCodes(page);
    this.notFound = new pages.NotFound(page);
    this.home = new pages.Home(page, person.account);
    this.chooseAccount = new ChooseAccount(page);
    this.accounts = new Accounts(page);
    this.members = new Members(page, person.account);
    this.menu = new Menu(page, person.name);
  }

  /** Returns the pages for this user on another tab or device. */
  on(page: Page): Site {
    return new Site(page, this.clock, this.person);
  }

  /** Returns the pages for another user on this tab, or on another device. */
  as(person: Person, page: Page = this.page): Site {
    return new Site(page, this.clock, person);
  }

  /** The home page of an account other than the person's first. */
  homeOf(account: string): pages.Home {
    return new pages.Home(this.page, account);
  }

  stepUp(action: Action): StepUp {
    return new StepUp(this.page, action);
  }

  dialog(question: string | RegExp): Dialog {
    return new Dialog(this.page, question);
  }

  /** Returns the authenticator app's code at the server's time. */
  code({ key }: { key: string }, app: Authenticator = otplib, earlier = 0): string {
    return app(key, this.clock.now() - earlier * 1000);
  }

  /** Moves the server's clock into the next time step. */
  toNextStep(): void {
    this.clock.toStep();
  }

  /** Gives email and password; any page may follow. */
  async givePassword(): Promise<void> {
    await this.signIn.open();
    await this.signIn.fill(this.person.email, this.person.password);
    await this.signIn.submit.click();
  }

  /** Signs in a user without MFA. */
  async enter(): Promise<void> {
    await this.givePassword();
    await this.home.expectOpen();
  }

  /** Signs in a user with MFA up to the question for a code. */
  async enterUpToCode(): Promise<void> {
    await this.givePassword();
    await this.signInCode.expectOpen();
  }

  /** Signs in a user with MFA, in a fresh time step. */
  async enterWithCode(enrolled: Enrolled): Promise<void> {
    await this.enterUpToCode();
    this.clock.toStep();
    await this.signInCode.submit(this.code(enrolled));
    await this.home.expectOpen();
  }

  /** Signs in by a backup code; any page may follow. */
  async giveBackupCode(code: string): Promise<void> {
    await this.enterUpToCode();
    await this.signInCode.useBackupCode.click();
    await this.signInCode.submitBackupCode(code);
  }

  async enterWithBackupCode(code: string): Promise<void> {
    await this.giveBackupCode(code);
    await this.home.expectOpen();
  }

  /** Signs in and chooses one of several accounts. */
  async enterAccount(account: string): Promise<void> {
    await this.givePassword();
    await this.chooseAccount.expectOpen();
    await this.chooseAccount.choice(account).click();
  }

  async signOut(): Promise<void> {
    await this.menu.choose('Sign out');
    await this.signIn.expectOpen();
  }

  /**
   * Goes from My profile to the page of a new key; if the password is older, the server asks for it
   * first.
   */
  async askForSetup(): Promise<void> {
    await this.profile.open();
    await this.profile.addMethod.click();
    await this.newMethod.expectOpen();
    await this.newMethod.next.click();
  }

  /** Goes from My profile to the page with the QR code. */
  async startSetup(): Promise<void> {
    await this.askForSetup();
    await this.setup.expectOpen();
  }

  /** Goes from My profile to the question for the new app's code; returns the key. */
  async setUpToCode(): Promise<{ key: string }> {
    await this.startSetup();
    const key = await this.setup.readKey();
    await this.setup.next.click();
    await this.methodCode.expectOpen();
    await expect(this.methodCode.code).toBeVisible();
    this.clock.toStep();
    return { key };
  }

  /** Goes from My profile to the page with the backup codes. */
  async setUpToBackupCodes(): Promise<Enrolled> {
    const { key } = await this.setUpToCode();
    await this.methodCode.submit(this.code({ key }));
    await this.backupCodes.expectOpen();
    return { key, codes: await this.backupCodes.read() };
  }

  /** Confirms that the backup codes are saved and finishes; My profile follows. */
  async finish(): Promise<void> {
    await this.backupCodes.saved.check();
    await this.backupCodes.finish.click();
    await this.profile.expectOpen();
  }

  /** The server's functions, with the cookies of this tab. */
  get api(): Api {
    return new Api(this.page.request);
  }

  /** Gives a signed-in user an authenticator app without the wizard, and opens My profile. */
  async haveMfa(): Promise<Enrolled> {
    const enrolled = await this.enrol();
    await this.profile.open();
    await this.profile.expectOpen();
    return enrolled;
  }

  /** Runs the whole wizard: a signed-in user adds an authenticator app. */
  async addMfa(): Promise<Enrolled> {
    const enrolled = await this.setUpToBackupCodes();
    await this.finish();
    return enrolled;
  }

  /** Completes a required set-up. */
  async obeySetup(): Promise<Enrolled> {
    await this.setup.expectOpen();
    const key = await this.setup.readKey();
    const enrolled = await this.proveSetup(key);
    await this.backupCodes.saved.check();
    await this.backupCodes.finish.click();
    return enrolled;
  }

  /** Goes from the page with the QR code to the backup codes. */
  async proveSetup(key: string): Promise<Enrolled> {
    await this.setup.next.click();
    await this.methodCode.expectOpen();
    this.clock.toStep();
    await this.methodCode.submit(this.code({ key }));
    await this.backupCodes.expectOpen();
    return { key, codes: await this.backupCodes.read() };
  }

  /** Goes from My profile to the verification of an action on the method. */
  async askToReset(): Promise<void> {
    await this.profile.open();
    await this.profile.methodMenu.choose('Reset');
    await this.stepUp('reset').expectOpen();
  }

  async askToDelete(): Promise<void> {
    await this.profile.open();
    await this.profile.methodMenu.choose('Delete');
    await this.dialog(/^Delete/).button('Delete').click();
    await this.stepUp('delete').expectOpen();
  }

  async askToGenerate(): Promise<void> {
    await this.profile.open();
    await this.profile.generate.click();
    await this.stepUp('generate').expectOpen();
  }

  /** Gives a fresh code at the verification of an action. */
  async verify(action: Action, enrolled: { key: string }): Promise<void> {
    this.clock.toStep();
    await this.stepUp(action).submit(this.code(enrolled));
  }

  /** Goes from My profile to the QR code of the new app; returns its key. */
  async resetUpToSetup(enrolled: Enrolled): Promise<string> {
    await this.askToReset();
    await this.verify('reset', enrolled);
    await this.setup.expectOpen();
    return this.setup.readKey();
  }

  /** Goes from My profile to the backup codes of the new app. */
  async resetUpToBackupCodes(enrolled: Enrolled): Promise<Enrolled> {
    return this.proveSetup(await this.resetUpToSetup(enrolled));
  }

  /** Goes from My profile to ten new backup codes. */
  async generateUpToBackupCodes(enrolled: Enrolled): Promise<string[]> {
    await this.askToGenerate();
    await this.verify('generate', enrolled);
    await this.backupCodes.expectOpen();
    return this.backupCodes.read();
  }

  /** Enrols the user without a page, and leaves them signed out. */
  async enrolledAndOut(): Promise<Enrolled> {
    await this.api.call('session/sign_in', this.credentials());
    const enrolled = await this.enrol();
    await this.api.call('session/sign_out');
    return enrolled;
  }

  /** Enrols the user without a page, and signs in up to the question for a code. */
  async enrolledAtCode(): Promise<Enrolled> {
    const enrolled = await this.enrolledAndOut();
    await this.enterUpToCode();
    this.clock.toStep();
    return enrolled;
  }

  /** Signs in by a backup code and out again, without a page. */
  async useUp(code: string): Promise<void> {
    await this.api.call('session/sign_in', this.credentials());
    await this.api.call('session/verify_backup_code', { code });
    await this.api.call('session/sign_out');
  }

  /** Returns the text that a paste into another page gives. */
  async pasted(): Promise<string> {
    const elsewhere = await this.page.context().newPage();
    await elsewhere.setContent('<textarea autofocus></textarea>');
    const text = elsewhere.getByRole('textbox');
    await text.focus();
    await text.press('Control+V');
    const value = await text.inputValue();
    await elsewhere.close();
    await this.page.bringToFront();
    return value;
  }

  /** Adds an authenticator app to the open session and saves its backup codes, without a page. */
  private async enrol(): Promise<Enrolled> {
    const { key } = (await this.api.call('mfa/set_up')) as { key: string };
    this.clock.toStep();
    const code = this.code({ key });
    const sheet = (await this.api.call('mfa/confirm', { code })) as { set: string; codes: string[] };
    await this.api.call('mfa/finish', { set: sheet.set });
    return { key, codes: sheet.codes };
  }

  private credentials(): object {
    const { email, password } = this.person;
    return { email, password };
  }

  /** Expects that the page contains no name or address of the user. */
  async expectNothingPersonal(): Promise<void> {
    await expect(this.page.getByText(this.person.name)).toHaveCount(0);
    await expect(this.page.getByText(this.person.email)).toHaveCount(0);
  }
}
