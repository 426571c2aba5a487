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
