/**
 * Asks passkeys and security keys for the app. Here and not in the app, because the bindings of
 * web-sys would cost three times as much.
 *
 * The answer is written by hand: `toJSON` and `instanceof` fail with the extensions of some
 * password managers.
 */

import { KeyScript, KeyTrouble, KeyFault } from './protocol';

declare global {
  interface Window {
    /** What the app calls. */
    [KeyScript.Object]?: {
      [KeyScript.Trouble]: () => KeyTrouble | '';
      [KeyScript.Ask]: (options: string, makes: boolean) => Promise<string>;
      [KeyScript.Stop]: () => void;
      [KeyScript.Signal]: (credentials: string, user: string) => void;
    };
  }
}

/** The answers of both ceremonies, as far as they are read. */
interface Answer extends Pick<PublicKeyCredential, 'rawId'> {
  response: Partial<
    Record<(typeof PARTS)[number], ArrayBuffer | null> &
      Pick<AuthenticatorAttestationResponse, 'getTransports'>
  >;
}

const PARTS = [
  'clientDataJSON',
  'attestationObject',
  'authenticatorData',
  'signature',
  'userHandle',
] as const;

/** Extensions may still answer when the browser's own time has passed. */
const GRACE_MS = 5000;

/** Writes bytes in base64url without padding. */
const encoded = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');

let running: AbortController | undefined;

const stop = (): void => running?.abort();

const run = async (options: never, makes: boolean, signal: AbortSignal): Promise<string> => {
  const { credentials } = navigator;
  const { rawId, response } = (await (makes
    ? credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        signal,
      })
    : credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        signal,
      }))) as unknown as Answer;
  const written: Record<string, unknown> = { transports: response.getTransports?.() };
  for (const part of PARTS) {
    const bytes = response[part];
    if (bytes) written[part] = encoded(bytes);
  }
  const id = encoded(rawId);
  return JSON.stringify({ id, rawId: id, type: 'public-key', response: written });
};

window[KeyScript.Object] = {
  [KeyScript.Trouble]: () => {
    const isAddress = /^\[|^[\d.]+$/.test(location.hostname);
    if (!isSecureContext || isAddress) return KeyTrouble.Address;
    // Older browsers have none of it.
    const known: Partial<typeof PublicKeyCredential> | undefined = window.PublicKeyCredential;
    return known?.parseRequestOptionsFromJSON ? '' : KeyTrouble.Browser;
  },

  // Returns the answer, or the name of the browser's error; none if the browser never answers.
  [KeyScript.Ask]: (options, makes) => {
    stop();
    const controller = (running = new AbortController());
    return new Promise((settle) => {
      const parsed = JSON.parse(options);
      controller.signal.onabort = () => settle(KeyFault.Stopped);
      setTimeout(() => {
        settle('');
        controller.abort();
      }, parsed.timeout + GRACE_MS);
      run(parsed as never, makes, controller.signal).then(settle, (error) =>
        settle(`${error?.name}`),
      );
    });
  },

  [KeyScript.Stop]: stop,

  // Fire and forget: browsers without these functions keep the keys that they list.
  [KeyScript.Signal]: async (credentials, user) => {
    try {
      await PublicKeyCredential.signalAllAcceptedCredentials(JSON.parse(credentials));
      await PublicKeyCredential.signalCurrentUserDetails(JSON.parse(user));
    } catch {}
  },
};
