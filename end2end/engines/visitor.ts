import { expect } from '@playwright/test';
import type { Action } from '../support/pages/account-pages';
import { BRAND } from '../support/pages/screen';
import { ADA, type Person } from '../support/site/seed';
import type { Server } from '../support/site/server';
import { otplib } from '../support/site/totp';
import { words } from '../support/pages/words';
import { button, type Control, message, type Tab, type Target, textbox } from './tab';

/** The secrets of a user with MFA: the app's key and the backup codes. */
export interface Enrolled {
  key: string;
  codes: string[];
}

const KEY = /(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/;
const BACKUP_CODE = /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/;

export const settings: Control = { role: 'region', name: 'MFA settings' };

/** One user in one tab, and the journeys through the pages. */
export class Visitor {
  constructor(
    readonly tab: Tab,
    readonly server: Server,
    readonly person: Person = ADA,
  ) {}

  /** Another user in the same tab. */
  as(person: Person): Visitor {
    return new Visitor(this.tab, this.server, person);
  }

  /** Expects that something is shown. */
  async see(target: Target): Promise<void> {
    await expect
      .poll(async () => (await this.tab.read(target)).length, { message: JSON.stringify(target) })
      .toBeGreaterThan(0);
  }

  /** Expects the page with this heading, and the heading in the window's title. */
  async arrive(heading: string, path?: string): Promise<void> {
    const shown = (): Promise<string[]> => this.tab.read({ role: 'heading', name: heading });
    await expect.poll(shown, `the page ${heading}`).toContain(heading);
    await expect.poll(() => this.tab.title()).toBe(`${heading} · ${BRAND}`);
    if (path !== undefined) {
      await expect.poll(async () => new URL(await this.tab.url()).pathname).toBe(path);
    }
  }

  /** Loads a page by its address. */
  open(path: string): Promise<void> {
    return this.tab.open(`${this.server.url}${path}`);
  }

  click(name: string, within?: Control): Promise<void> {
    return this.tab.click(button(name, within));
  }

  async choose(menu: string, item: string): Promise<void> {
    await this.click(menu);
    await this.tab.click({ role: 'menuitem', name: item });
  }

  /** Returns the authenticator app's code, in a time step that has not been used. */
  freshCode(key: string): string {
    this.server.clock.toStep();
    return otplib(key, this.server.clock.now());
  }

  /** Gives email and password; any page may follow. */
  async givePassword(): Promise<void> {
    await this.open('/sign-in');
    await this.arrive('Sign in');
    await this.tab.fill(textbox('Email'), this.person.email);
    await this.tab.fill({ label: 'Password' }, this.person.password);
    await this.click('Sign in');
  }

  /** Signs in a user without MFA. */
  async enter(): Promise<void> {
    await this.givePassword();
    await this.arrive(this.person.account, '/');
  }

  async giveCode(code: string): Promise<void> {
    await this.arrive('Identity verification');
    await this.tab.fill(textbox('6-digit code'), code);
    await this.click('Enter');
  }

  async giveBackupCode(code: string): Promise<void> {
    await this.arrive('Identity verification');
    await this.click('Use a backup code');
    await this.tab.fill(textbox('Backup code'), code);
    await this.click('Enter');
  }

  async enterWithCode(key: string): Promise<void> {
    await this.givePassword();
    await this.giveCode(this.freshCode(key));
    await this.arrive(this.person.account, '/');
  }

  async enterWithBackupCode(code: string): Promise<void> {
    await this.givePassword();
    await this.giveBackupCode(code);
    await this.arrive(this.person.account, '/');
  }

  async signOut(): Promise<void> {
    await this.choose(this.person.name, 'Sign out');
    await this.arrive('Sign in', '/sign-in');
  }

  async openProfile(): Promise<void> {
    await this.choose(this.person.name, 'My profile');
    await this.arrive('My profile', '/profile');
  }

  /** Goes from My profile to the page with the QR code. */
  async startSetup(): Promise<void> {
    await this.openProfile();
    await this.click('Add new method');
    await this.arrive('New MFA method', '/profile/mfa/new');
    await this.click('Next');
    await this.arrive('MFA method setup', '/profile/mfa/setup');
  }

  /** Reads the key for manual entry, beside the QR code. */
  async readKey(): Promise<string> {
    await this.see({ role: 'img', name: `QR code for ${this.person.email}` });
    await this.click("Can't scan the code?");
    const key = async (): Promise<string | undefined> =>
      KEY.exec((await this.tab.read({ role: 'main' })).join(' '))?.[0];
    await expect.poll(key, 'the key').toBeDefined();
    return ((await key()) as string).replace(/ /g, '');
  }

  async readCodes(): Promise<string[]> {
    const codes = async (): Promise<string[]> =>
      (await this.tab.read({ role: 'listitem' })).filter((text) => BACKUP_CODE.test(text));
    await expect.poll(async () => (await codes()).length, 'the backup codes').toBe(10);
    return codes();
  }

  /** Goes from the page with the QR code to the backup codes. */
  async proveSetup(): Promise<Enrolled> {
    const key = await this.readKey();
    await this.click('Next');
    await this.giveCode(this.freshCode(key));
    await this.arrive('Backup codes', '/profile/mfa/backup-codes');
    return { key, codes: await this.readCodes() };
  }

  async finish(): Promise<void> {
    await this.tab.click({ role: 'checkbox', name: 'I have saved these codes' });
    await this.click('Finish');
  }

  /** Runs the whole wizard: a signed-in user adds an authenticator app. */
  async addMfa(): Promise<Enrolled> {
    await this.startSetup();
    const enrolled = await this.proveSetup();
    await this.finish();
    await this.arrive('My profile', '/profile');
    await this.see(message('status', words.added));
    return enrolled;
  }

  /** Gives a fresh code where an action asks for one. */
  async verify(action: Action, key: string): Promise<void> {
    await this.arrive('Identity verification', `/verify/${action}`);
    await this.giveCode(this.freshCode(key));
  }

  /** Completes a required set-up, on a page that names the account. */
  async obeySetup(): Promise<Enrolled> {
    await this.arrive('MFA method setup', '/profile/mfa/setup');
    await this.see({ role: 'main', text: words.demanded(this.person.account) });
    const enrolled = await this.proveSetup();
    await this.finish();
    return enrolled;
  }
}
