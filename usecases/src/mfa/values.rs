//! What goes in and comes out of the use cases of the MFA wizard. The pages send and read the same types.

use domain::{ids::CodeSetId, second_factor::enrolment::CodesFor, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{profile::Profile, secret_text::Disclosed, session::Viewer};

/// A pending key, as the set-up page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSetUp {
    /// The account in the authenticator: the user's address.
    pub email: String,
    /// The issuer in the authenticator: the brand.
    pub issuer: String,
    /// The key in base32, without blanks.
    pub key: Disclosed,
    /// The otpauth URI.
    pub uri: Disclosed,
    /// The URI as a QR code.
    pub qr: QrPath,
    /// Whether it takes the place of a key that was drawn before the password was confirmed: that one works no more, and the phone may
    /// have it.
    pub is_renewed: bool,
}

/// A QR code as one SVG path on a grid of modules, without the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrPath {
    /// Modules a side.
    pub size: u32,
    /// The path's `d`.
    pub path: Disclosed,
}

/// Ten backup codes, in the only answer that ever shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSheet {
    /// Which set this is.
    pub set: CodeSetId,
    /// What it is for.
    pub reason: CodesFor,
    /// How many codes from before work until `Finish`; none when these are valid as they are shown.
    pub old_left: Option<u32>,
    /// The user's address, for the download and the print-out.
    pub email: String,
    /// When they were made.
    pub made_at: Timestamp,
    /// The codes, `XXXX-XXXX-XXXX-XXXX` each.
    pub codes: Vec<Disclosed>,
    /// What the session may do by now, where the call that made them changed it and could look.
    pub viewer: Option<Viewer>,
}

/// The codes that their owner has saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedCodes {
    /// Which set.
    pub set: CodeSetId,
}

/// What the next page shows, in one answer with what leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What the session may do by now.
    pub viewer: Viewer,
    /// What My profile shows.
    pub profile: Profile,
}

/// A method's new name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewName {
    /// As typed.
    pub name: String,
}
