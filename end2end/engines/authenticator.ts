import type { Page, PlaywrightWorkerOptions } from '@playwright/test';
import { VirtualKey } from '../support/site/virtual-key';
import type { Marionette } from './marionette';

/** The device's own authenticator, which the browser believes to be real. */
export interface Authenticator {
  /** Lets its user pass the check of PIN, fingerprint or face, or not. */
  verifyUser(isUserVerified: boolean): Promise<void>;
  /** Puts another one in its place, which keeps no key. */
  replace(): Promise<void>;
}

type LaunchOptions = PlaywrightWorkerOptions['launchOptions'];

/** The options of a Firefox that takes virtual authenticators, by Marionette at this port. */
export function withAuthenticators(options: LaunchOptions, port: number): LaunchOptions {
  return {
    ...options,
    args: [...(options.args ?? []), '--marionette'],
    firefoxUserPrefs: {
      ...options.firefoxUserPrefs,
      'marionette.port': port,
      // With the other values Firefox waits for a real key.
      'security.webauth.webauthn_enable_softtoken': true,
      'security.webauth.webauthn_enable_usbtoken': false,
    },
  };
}

/** Chromium's virtual authenticator, which ends with its page. */
export class ChromiumAuthenticator implements Authenticator {
  private constructor(
    private readonly page: Page,
    private key: VirtualKey,
  ) {}

  static async plugIn(page: Page): Promise<ChromiumAuthenticator> {
    return new ChromiumAuthenticator(page, await VirtualKey.laptop(page));
  }

  verifyUser(isUserVerified: boolean): Promise<void> {
    return this.key.verifyUser(isUserVerified);
  }

  async replace(): Promise<void> {
    await this.key.unplug();
    this.key = await VirtualKey.laptop(this.page);
  }
}

/** Firefox's virtual authenticator, which all tabs of the browser share. */
export class FirefoxAuthenticator implements Authenticator {
  private constructor(
    private readonly marionette: Marionette,
    private authenticatorId: string,
  ) {}

  static async plugIn(marionette: Marionette): Promise<FirefoxAuthenticator> {
    return new FirefoxAuthenticator(marionette, await addTo(marionette));
  }

  async verifyUser(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.marionette.send('WebAuthn:SetUserVerified', { authenticatorId, isUserVerified });
  }

  async replace(): Promise<void> {
    await this.unplug();
    this.authenticatorId = await addTo(this.marionette);
  }

  /** Takes it away, so that the next test finds none. */
  async unplug(): Promise<void> {
    const { authenticatorId } = this;
    await this.marionette.send('WebAuthn:RemoveVirtualAuthenticator', { authenticatorId });
  }
}

/** Adds an authenticator and returns its id. */
async function addTo(marionette: Marionette): Promise<string> {
  const added = await marionette.send('WebAuthn:AddVirtualAuthenticator', {
    protocol: 'ctap2_1',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserConsenting: true,
    isUserVerified: true,
  });
  return (added as { value: string }).value;
}
