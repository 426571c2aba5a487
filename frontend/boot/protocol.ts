/**
 * The names that the scripts of `index.html` share with the app in WebAssembly.
 * `app/src/boot_protocol.rs` has the same names; xtask/tests/house/protocol.rs compares
 * both with `index.html`. esbuild replaces each name by its value, so an unused name costs nothing.
 *
 * How it works: the scripts write and the app reads, except for `Attribute.Ready`.
 * 1. `theme.ts` applies the stored theme. The app changes it later, under the same key.
 * 2. `early-requests.ts` sends the first requests. The app's first call gets that response.
 * 3. `start.ts` keeps the sign-in form working. The app takes over what was typed and submitted.
 * 4. The app removes the frame and sets `Attribute.Ready`. It then reports its errors itself.
 * 5. `answers.ts` compares the build in each response. The app hears of another one by an event.
 * 6. `keys.ts` has the functions by which the app asks passkeys and security keys.
 */

/** The ids of elements that the app reads or removes. */
export const enum Element {
  /** The frame: all that is shown before the app's first page. */
  Frame = 'boot',
  /** The sign-in form. Only the page for users who have to sign in has it. */
  SignInForm = 'boot-sign-in',
  Email = 'boot-email',
  Password = 'boot-password',
}

/** Attributes. */
export const enum Attribute {
  /** Of `body`: the app shows a page. */
  Ready = 'data-ready',
  /** Of the root: the colour theme that the user has chosen. */
  Theme = 'data-theme',
  /** Of the sign-in form's button: the form was submitted. */
  Submitted = 'aria-busy',
}

/** Keys of `localStorage`. */
export const enum StorageKey {
  Theme = 'theme',
}

/** The themes that are stored and applied. No stored theme means the theme of the device. */
export const enum Theme {
  Light = 'light',
  Dark = 'dark',
}

/** Events of the window. */
export const enum PageEvent {
  /** The server has other pages than this one. It comes before the response is read. */
  Outdated = 'twinlock:outdated',
}

/** Headers of responses. */
export const enum Header {
  /** The build of the pages that the server has now. */
  Build = 'x-build',
}

/** The names of `<meta>`s that the server fills. */
export const enum Meta {
  Brand = 'brand',
  /** Only present if the operator has set a logo. */
  Logo = 'logo',
  SupportUrl = 'support-url',
  PublicUrl = 'public-url',
}

/** The object of the window with the functions of `keys.ts`, and these functions. */
export const enum KeyScript {
  Object = 'twinlockKeys',
  /** Why no key works in this page; an empty text if they do. */
  Trouble = 'trouble',
  /** Asks a key. Returns its answer, or the name of an error. */
  Ask = 'ask',
  /** Ends the question. */
  Stop = 'stop',
  /** Tells the browser which keys the server accepts. */
  Signal = 'signal',
}

/** Why no key works in a page. */
export const enum KeyTrouble {
  /** The page has no secure address with a name. */
  Address = 'address',
  /** The browser knows no keys, or only an early form of them. */
  Browser = 'browser',
}

/**
 * The names of the browser's errors that are told apart. All others mean: cancelled, too late, or
 * no key that fits.
 */
export const enum KeyFault {
  /** The page itself ended the question. */
  Stopped = 'AbortError',
  /** The key is set up already. */
  Known = 'InvalidStateError',
  /** The page is not at the address of the keys. */
  Address = 'SecurityError',
  /** The key can't do what is asked. */
  Unsupported = 'NotSupportedError',
  /** The key can't check its user, or keep a passkey. */
  Constraint = 'ConstraintError',
}
