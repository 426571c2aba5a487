import { expect, type Page } from '@playwright/test';
import type { Clock } from './clock';
import * as pages from './pages';
import { ADA, type Person } from './seed';
import { type Authenticator, otplib } from './totp';

/** What somebody holds who has set up MFA: the app's key and the backup codes. */
export interface Enrolled {
  key: string;
  codes: string[];
}

/** All pages as one person sees them on one browser tab, and the ways through them. */
export class Site {
  readonly firstStart: pages.FirstStart;
  readonly invitation: pages.Invitation;
  readonly signIn: pages.SignIn;
  readonly signInCode: pages.SignInCode;
  readonly confirmPassword: pages.ConfirmPassword;
  readonly profile: pages.Profile;
  readonly newMethod: pages.NewMethod;
  readonly setup: pages.MethodSetup;
  readonly methodCode: pages.MethodCode;
  readonly backupCodes: pages.BackupCodes;
  readonly notFound: pages.NotFound;
  readonly home: pages.Home;
  readonly menu: pages.UserMenu;

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
    this.newMethod = new pages.NewMethod(page);
    this.setup = new pages.MethodSetup(page);
    this.methodCode = new pages.MethodCode(page);
    this.backupCodes = new pages.BackupCodes(page);
    this.notFound = new pages.NotFound(page);
    this.home = new pages.Home(page, person.account);
    this.menu = new pages.UserMenu(page, person.name);
  }

  /** The same person's view of another tab or device. */
  on(page: Page): Site {
    return new Site(page, this.clock, this.person);
  }

  /** The code an authenticator app shows at this moment of the server's clock. */
  code({ key }: { key: string }, app: Authenticator = otplib, earlier = 0): string {
    return app(key, this.clock.now() - earlier * 1000);
  }

  /** Email and password, up to whatever comes after them. */
  async givePassword(): Promise<void> {
    await this.signIn.open();
    await this.signIn.fill(this.person.email, this.person.password);
    await this.signIn.submit.click();
  }

  /** Signs in somebody without MFA. */
  async enter(): Promise<void> {
    await this.givePassword();
    await this.home.expectOpen();
  }

  /** Signs in somebody with MFA up to the question for a code. */
  async enterUpToCode(): Promise<void> {
    await this.givePassword();
    await this.signInCode.expectOpen();
  }

  /** Signs in somebody with MFA, in a fresh time step. */
  async enterWithCode(enrolled: Enrolled): Promise<void> {
    await this.enterUpToCode();
    this.clock.toStep();
    await this.signInCode.submit(this.code(enrolled));
    await this.home.expectOpen();
  }

  async signOut(): Promise<void> {
    await this.menu.choose('Sign out');
    await this.signIn.expectOpen();
  }

  /** From My profile to where a new key would be shown, if the password was given lately. */
  async askForSetup(): Promise<void> {
    await this.profile.open();
    await this.profile.addMethod.click();
    await this.newMethod.expectOpen();
    await this.newMethod.next.click();
  }

  /** From My profile up to the page with the QR code. */
  async startSetup(): Promise<void> {
    await this.askForSetup();
    await this.setup.expectOpen();
  }

  /** From My profile up to the question for the new app's code; returns the key. */
  async setUpToCode(): Promise<{ key: string }> {
    await this.startSetup();
    const key = await this.setup.readKey();
    await this.setup.next.click();
    await this.methodCode.expectOpen();
    this.clock.toStep();
    return { key };
  }

  /** From My profile up to the page with the backup codes. */
  async setUpToBackupCodes(): Promise<Enrolled> {
    const { key } = await this.setUpToCode();
    await this.methodCode.submit(this.code({ key }));
    await this.backupCodes.expectOpen();
    return { key, codes: await this.backupCodes.read() };
  }

  /** The whole wizard: somebody who is signed in adds an authenticator app. */
  async addMfa(): Promise<Enrolled> {
    const enrolled = await this.setUpToBackupCodes();
    await this.backupCodes.saved.check();
    await this.backupCodes.finish.click();
    await this.profile.expectOpen();
    return enrolled;
  }

  /** Somebody with MFA who is signed out, at the question for a code. */
  async enrolledAtCode(): Promise<Enrolled> {
    await this.enter();
    const enrolled = await this.addMfa();
    await this.signOut();
    await this.enterUpToCode();
    this.clock.toStep();
    return enrolled;
  }

  /** What a person gets who pastes somewhere else. */
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

  /** A page is shown that tells a visitor nothing about the person. */
  async expectNothingPersonal(): Promise<void> {
    await expect(this.page.getByText(this.person.name)).toHaveCount(0);
    await expect(this.page.getByText(this.person.email)).toHaveCount(0);
  }
}
