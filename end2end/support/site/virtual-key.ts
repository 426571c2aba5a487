import type { CDPSession, Page } from '@playwright/test';

/** What an authenticator is, in the words of Chromium's protocol. */
interface Model {
  /** Built into the device, or plugged in. */
  transport: 'internal' | 'usb';
  /** Whether it can keep passkeys. */
  hasResidentKey: boolean;
  /** Whether it can check its user by PIN, fingerprint or face. */
  hasUserVerification: boolean;
  /** Whether its user passes that check. */
  isUserVerified: boolean;
  /** Whether it is touched at once when it asks for it. */
  automaticPresenceSimulation: boolean;
  /** Whether its provider copies its keys to other devices. */
  defaultBackupEligibility: boolean;
  defaultBackupState: boolean;
}

/** A key as the authenticator keeps it. */
type StoredKey = Awaited<ReturnType<VirtualKey['stored']>>[number];

const LAPTOP: Model = {
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
  defaultBackupEligibility: false,
  defaultBackupState: false,
};

/** An authenticator that the browser of one tab believes to be real. */
export class VirtualKey {
  private constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  /** The device itself: a passkey needs its PIN. */
  static laptop(page: Page, model: Partial<Model> = {}): Promise<VirtualKey> {
    return this.plugIn(page, { ...LAPTOP, ...model });
  }

  /** A stick that is only touched. */
  static stick(page: Page, model: Partial<Model> = {}): Promise<VirtualKey> {
    return this.plugIn(page, {
      ...LAPTOP,
      transport: 'usb',
      hasResidentKey: false,
      hasUserVerification: false,
      isUserVerified: false,
      ...model,
    });
  }

  private static async plugIn(page: Page, model: Model): Promise<VirtualKey> {
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: { protocol: 'ctap2', ctap2Version: 'ctap2_1', ...model },
    });
    return new VirtualKey(session, authenticatorId);
  }

  /** Lets its user pass the check of PIN, fingerprint or face, or not. */
  async verifyUser(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }

  /** Touches it at once whenever it asks for it, or never. */
  async touch(enabled: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  }

  /** Returns the keys that it keeps. */
  async stored() {
    const { authenticatorId } = this;
    const { credentials } = await this.session.send('WebAuthn.getCredentials', { authenticatorId });
    return credentials;
  }

  /** Puts a copy of its only key, as it was after so many uses, in the key's place. */
  async becomeCopy(signCount: number): Promise<void> {
    const { authenticatorId } = this;
    const [key] = await this.stored();
    const { credentialId, isResidentCredential, rpId, privateKey, userHandle } = key as StoredKey;
    await this.session.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    await this.session.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: {
        credentialId,
        isResidentCredential,
        privateKey,
        signCount,
        ...(rpId === undefined ? {} : { rpId }),
        ...(userHandle === undefined ? {} : { userHandle }),
      },
    });
  }

  /** Unplugs it. */
  async unplug(): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  }
}
