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
