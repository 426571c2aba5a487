//! Applications behind Twinlock, and who is let in (forward authentication).
//!
//! A reverse proxy asks Twinlock about each request for an application. `origin` and `target` say
//! which application and where in it, `admission` says whether a session may enter. `asked` reads
//! what a proxy asks, `navigation` how a browser sent the request, and `identity` writes what the
//! application gets to know.

mod admission;
mod asked;
mod cookies;
mod headers;
mod identity;
mod navigation;
mod origin;
mod queries;
mod target;

pub use admission::{
    ApplicationAccess, ApplicationEntry, MfaDemand, NotAdmitted, UserHeader, admit,
};
pub use asked::{AskError, AskedMethod, AskedPath, AskedRequest};
pub use cookies::only_token;
pub use headers::RequestHeaders;
pub use identity::Identity;
pub use navigation::{ends_by_link, is_navigation, is_top_level};
pub use origin::{ApplicationOrigin, OriginError};
pub use queries::{OpenQuery, QueryError, encode, read_code};
pub use target::Target;

use std::time::Duration;

/// How long a person may take from the application's first redirect to the portal and back: the
/// lifetime of the nonce cookie.
pub const NONCE_LIFETIME: Duration = Duration::from_mins(10);

/// How long a code opens an application, once.
pub const CODE_LIFETIME: Duration = Duration::from_mins(1);

/// How long an application may accept an assertion.
pub const ASSERTION_LIFETIME: Duration = Duration::from_mins(1);

/// The paths of an application's host that belong to Twinlock.
pub const OWN_PATHS: &str = "/.twinlock/";

/// The path that takes a code.
pub const OPEN_PATH: &str = "/.twinlock/open";

/// The path that ends an application session.
pub const SIGN_OUT_PATH: &str = "/.twinlock/sign-out";

/// The cookie of a session in an application, at the application's host.
pub const SESSION_COOKIE: &str = "__Host-twinlock-app";

/// The cookie of a browser on its way to the portal and back, at the application's host.
pub const NONCE_COOKIE: &str = "__Host-twinlock-door";
