//! Inputs and outputs of the use cases of the MFA wizard. The pages use the same types.

use domain::{
    ids::{CodeSetId, MethodId},
    second_factor::{enrolment::CodesFor, methods::MethodType},
    time::Timestamp,
    webauthn::authenticators::KeyKind,
};
use serde::{Deserialize, Serialize};

use crate::{
    profile::Profile,
    secret_text::ResponseSecret,
    session::{KeyOptions, Viewer},
};

/// A pending key, as the set-up page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingSetUp {
    /// The account name in the authenticator: the user's address.
    pub email: String,
    /// The issuer in the authenticator: the brand.
    pub issuer: String,
    /// The key in base32, without spaces.
    pub key: ResponseSecret,
    /// The otpauth URI.
    pub uri: ResponseSecret,
    /// The URI as a QR code.
    pub qr: QrPath,
    /// Whether the key replaces one that was drawn before the password was confirmed. That key no
    /// longer works, but the phone may have stored it.
    pub is_renewed: bool,
    /// What the key is for.
    pub purpose: SetUpPurpose,
}

/// A QR code as one SVG path on a grid of modules, without the quiet zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrPath {
    /// Modules on each side.
    pub size: u32,
    /// The path's `d`.
    pub path: ResponseSecret,
}

/// Ten backup codes. No other response shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSheet {
    /// The identifier of the set.
    pub set: CodeSetId,
    /// Why the codes are shown.
    pub reason: CodesFor,
    /// How many old codes work until `Finish`; none if the new ones are already valid.
    pub old_left: Option<u32>,
    /// The user's address, for the download and the print-out.
    pub email: String,
    /// When the codes were drawn.
    pub made_at: Timestamp,
    /// The codes, `XXXX-XXXX-XXXX-XXXX` each.
    pub codes: Vec<ResponseSecret>,
    /// What the session may do now, if the call changed it and could look it up.
    pub viewer: Option<Viewer>,
}

/// The codes that the user has saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedCodes {
    /// The identifier of the set.
    pub set: CodeSetId,
}

/// What the next page shows, returned with the call that leads there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPageData {
    /// What the session may do now.
    pub viewer: Viewer,
    /// What My profile shows.
    pub profile: Profile,
}

/// A method's new name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewName {
    /// The method; none for the default one.
    #[serde(default)]
    pub method: Option<MethodId>,
    /// As typed.
    pub name: String,
}

/// A method of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneMethod {
    /// The method.
    pub method: MethodId,
}

/// The result of a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedMethod {
    /// What the session may do now.
    pub viewer: Viewer,
    /// The name of the method that became the default because the deleted one was it.
    pub new_default: Option<String>,
}

/// What the user chose for a new method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodChoice {
    /// Its name, as typed.
    pub name: String,
    /// Whether it is to be the default.
    pub is_default: bool,
}

/// What a set-up is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetUpPurpose {
    /// The first method.
    First,
    /// One more method.
    Further,
    /// Another key for a method.
    Reset,
}

/// What the user chose for a new passkey or security key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyChoice {
    /// What it is to be.
    pub kind: KeyKind,
    /// Its name, as typed.
    pub name: String,
    /// Whether it is to be the default.
    pub is_default: bool,
}

/// A passkey or security key to be made, as its set-up page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySetUp {
    /// What it is to be.
    pub kind: KeyKind,
    /// What the browser needs to make it.
    pub options: KeyOptions,
    /// What it is for. A key is never for [`SetUpPurpose::Reset`].
    pub purpose: SetUpPurpose,
}

/// What the session is setting up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMethod {
    /// What it is to be.
    pub method_type: MethodType,
    /// What it is for.
    pub purpose: SetUpPurpose,
    /// Its name.
    pub name: String,
    /// Whether it is to be the default.
    pub is_default: bool,
}

/// The keys that the site accepts from a user, for the browser's
/// `PublicKeyCredential.signalAllAcceptedCredentials` and `signalCurrentUserDetails`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedKeys {
    /// The JSON text of `AllAcceptedCredentialsOptions`: RP ID, user handle and all ids.
    pub credentials: ResponseSecret,
    /// The JSON text of `CurrentUserDetailsOptions`: RP ID, user handle, address and name.
    pub user: ResponseSecret,
}
