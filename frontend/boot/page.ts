/** The names that only the scripts, `index.html`, the styles and the server share, and elements. */

/** The ids of elements of the page. */
export const enum Note {
  /** The page could not be loaded. */
  Failed = 'boot-failed',
  /** Why: a part is missing. */
  Missing = 'boot-missing',
  /** Why: the browser is too old. */
  Old = 'boot-old',
  /** The page is still loading. */
  Slow = 'boot-slow',
  /** The app has stopped while it ran. This dialog is outside of the frame. */
  Stopped = 'stopped',
}

/** Attributes. */
export const enum Mark {
  /** Of the root: the scripts run. Without it the styles show `#boot-changed`. */
  Scripts = 'data-scripts',
  /** Of a button: it reloads the page. */
  Reload = 'data-reload',
}

/** Texts that the server replaces in the page. */
export const enum Placeholder {
  Build = '__BUILD__',
}

/** What the app calls first, by `app/src/wire/access.rs`. */
export const enum Endpoint {
  Viewer = '/api/session/whoami',
  Profile = '/api/profile/view',
  Accounts = '/api/accounts/list',
}

/** The session of a viewer, by `domain/src/session/policy.rs`. */
export const enum Standing {
  /** Signed in, and not asked for anything else. */
  Full = 'full',
}

/** Pages that call an endpoint once the session is known, by `app/src/routes.rs`. */
export const enum PagePath {
  Profile = '/profile',
  Accounts = '/accounts',
}

/** Returns an element of the page. Elements of the frame are gone once the app shows a page. */
export const find = (id: string): HTMLElement | null => document.getElementById(id);

/** Resolves after a second. */
export const later = (): Promise<void> => new Promise((go) => setTimeout(go, 1000));
