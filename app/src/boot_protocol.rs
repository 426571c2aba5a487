//! The names that the app shares with the scripts of `index.html`.
//!
//! `frontend/boot/protocol.ts` has the same names, and says who writes and who reads them.
//! `xtask/tests/house/protocol.rs` compares both files with `index.html`.

/// The ids of elements that the app reads or removes.
pub(crate) mod element {
    /// The frame: all that is shown before the app's first page.
    pub(crate) const FRAME: &str = "boot";
    /// The sign-in form. Only the page for users who have to sign in has it.
    pub(crate) const SIGN_IN_FORM: &str = "boot-sign-in";
    /// The form's field for the email.
    pub(crate) const EMAIL: &str = "boot-email";
    /// The form's field for the password.
    pub(crate) const PASSWORD: &str = "boot-password";
}

/// Attributes.
pub(crate) mod attribute {
    /// Of `body`: the app shows a page.
    pub(crate) const READY: &str = "data-ready";
    /// Of the root: the colour theme that the user has chosen.
    pub(crate) const THEME: &str = "data-theme";
    /// Of the sign-in form's button: the form was submitted.
    pub(crate) const SUBMITTED: &str = "aria-busy";
}

/// Keys of `localStorage`.
pub(crate) mod storage_key {
    /// The colour theme that the user has chosen.
    pub(crate) const THEME: &str = "theme";
}

/// The themes that are stored and applied. No stored theme means the theme of the device.
pub(crate) mod theme {
    /// Dark on light.
    pub(crate) const LIGHT: &str = "light";
    /// Light on dark.
    pub(crate) const DARK: &str = "dark";
}

/// Events of the window.
pub(crate) mod page_event {
    /// The server has other pages than this one.
    pub(crate) const OUTDATED: &str = "twinlock:outdated";
}

/// Headers of responses.
pub(crate) mod header {
    /// The build of the pages that the server has now.
    pub(crate) const BUILD: &str = "x-build";
}

/// The names of `<meta>`s that the server fills.
pub(crate) mod meta {
    /// The operator's name for the product.
    pub(crate) const BRAND: &str = "brand";
    /// The path of the operator's logo, if there is one.
    pub(crate) const LOGO: &str = "logo";
    /// A link to the operator's support.
    pub(crate) const SUPPORT_URL: &str = "support-url";
    /// The URL that the operator has configured for the pages.
    pub(crate) const PUBLIC_URL: &str = "public-url";
}

/// The object of the window with the functions of `keys.ts`, and these functions.
pub(crate) mod key_script {
    /// The object.
    pub(crate) const OBJECT: &str = "twinlockKeys";
    /// Why no key works in this page; an empty text if they do.
    pub(crate) const TROUBLE: &str = "trouble";
    /// Asks a key. Returns its answer, or the name of an error.
    pub(crate) const ASK: &str = "ask";
    /// Ends the question.
    pub(crate) const STOP: &str = "stop";
    /// Tells the browser which keys the server accepts.
    pub(crate) const SIGNAL: &str = "signal";
}

/// Why no key works in a page.
pub(crate) mod key_trouble {
    /// The page has no secure address with a name.
    pub(crate) const ADDRESS: &str = "address";
    /// The browser knows no keys, or only an early form of them.
    pub(crate) const BROWSER: &str = "browser";
}

/// The names of the browser's errors that are told apart. All others mean: cancelled, too late, or
/// no key that fits.
pub(crate) mod key_fault {
    /// The page itself ended the question.
    pub(crate) const STOPPED: &str = "AbortError";
    /// The key is set up already.
    pub(crate) const KNOWN: &str = "InvalidStateError";
    /// The page is not at the address of the keys.
    pub(crate) const ADDRESS: &str = "SecurityError";
    /// The key can't do what is asked.
    pub(crate) const UNSUPPORTED: &str = "NotSupportedError";
    /// The key can't check its user, or keep a passkey.
    pub(crate) const CONSTRAINT: &str = "ConstraintError";
}
