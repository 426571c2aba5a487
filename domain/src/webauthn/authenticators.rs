//! What a new key is called until its user renames it. The pages use this file too.

use serde::{Deserialize, Serialize};

use crate::people::names::suggested_method_name;

/// How a person set a key up. The two ask for different things (`options`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// A key that its device or password manager lists and that verifies its user by PIN,
    /// fingerprint or face.
    Passkey,
    /// A key to touch, which may verify nothing else.
    SecurityKey,
}

impl KeyKind {
    /// The name of a key whose maker is unknown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "Passkey",
            Self::SecurityKey => "Security key",
        }
    }

    /// Whether a new key of this kind must have verified its user.
    #[must_use]
    pub const fn requires_user_verification(self) -> bool {
        matches!(self, Self::Passkey)
    }
}

/// The model of an authenticator, as it says itself: 16 bytes, zero if it says nothing. No one
/// proves it, so it serves for names only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    /// Wraps the bytes as sent or stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The name of a well-known model.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let number = u128::from_be_bytes(self.0);
        let known = WELL_KNOWN.iter().find(|(aaguid, _)| *aaguid == number);
        known.map(|(_, name)| *name)
    }
}

/// Well-known passkey providers, as the community list of passkeydeveloper on GitHub names them
/// (`passkey-authenticator-aaguids`, commit 47b6f84 of 2026-08-07).
const WELL_KNOWN: [(u128, &str); 16] = [
    (
        0xea9b8d66_4d01_1d21_3ce4_b6b48cb575d4,
        "Google Password Manager",
    ),
    (0xfbfc3007_154e_4ecc_8c0b_6e020557d7bd, "Apple Passwords"),
    (0xdd4ec289_e01d_41c9_bb89_70fa845d4bf2, "iCloud Keychain"),
    (0xadce0002_35bc_c60a_648b_0b25f1f05503, "Chrome on Mac"),
    (0x08987058_cadc_4b81_b6e1_30de50dcbe96, "Windows Hello"),
    (0x9ddd1817_af5a_4672_a2b9_3e3dd95000a9, "Windows Hello"),
    (0x6028b017_b1d4_4c02_b4b3_afcdafc96bb2, "Windows Hello"),
    (
        0xd3452668_01fd_4c12_926c_83a4204853aa,
        "Microsoft Password Manager",
    ),
    (0xbada5566_a7aa_401f_bd96_45619a55120d, "1Password"),
    (0xd548826e_79b4_db40_a3d8_11116f7e8349, "Bitwarden"),
    (0x531126d6_e717_415c_9320_3d9aa6981239, "Dashlane"),
    (0x50726f74_6f6e_5061_7373_50726f746f6e, "Proton Pass"),
    (0xfdb141b2_5d84_443e_8a35_4698c205a502, "KeePassXC"),
    (0x53414d53_554e_4700_0000_000000000000, "Samsung Pass"),
    (0xb84e4048_15dc_4dd0_8640_f4f60813c8af, "NordPass"),
    (0x0ea242b4_43c4_4a1b_8b17_dd6d0b6baec6, "Keeper"),
];

/// Suggests a name that the user has not given yet: that of the model if it is well known, else
/// that of the kind, with a number from the second on.
#[must_use]
pub fn suggested_name(kind: KeyKind, aaguid: Aaguid, is_taken: impl Fn(&str) -> bool) -> String {
    suggested_method_name(aaguid.name().unwrap_or(kind.name()), is_taken)
}

/// The name of a new key: `chosen`, unless that is only the suggestion of its kind. Then the model,
/// which is known only now, may say more.
#[must_use]
pub fn final_name(
    kind: KeyKind,
    aaguid: Aaguid,
    chosen: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let is_suggestion = chosen == suggested_name(kind, Aaguid::default(), &is_taken);
    if is_suggestion && aaguid.name().is_some() {
        suggested_name(kind, aaguid, is_taken)
    } else {
        chosen.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::names::MethodName;

    const BITWARDEN: Aaguid = Aaguid::from_bytes([
        0xd5, 0x48, 0x82, 0x6e, 0x79, 0xb4, 0xdb, 0x40, 0xa3, 0xd8, 0x11, 0x11, 0x6f, 0x7e, 0x83,
        0x49,
    ]);

    #[test]
    fn a_well_known_model_has_its_name() {
        let suggestion = suggested_name(KeyKind::Passkey, BITWARDEN, |_| false);
        assert_eq!(suggestion, "Bitwarden");
    }

    #[test]
    fn any_other_model_has_the_name_of_its_kind() {
        for aaguid in [Aaguid::default(), Aaguid::from_bytes([0xff; 16])] {
            let name = |kind| suggested_name(kind, aaguid, |_| false);
            assert_eq!(name(KeyKind::Passkey), "Passkey");
            assert_eq!(name(KeyKind::SecurityKey), "Security key");
        }
    }

    #[test]
    fn the_second_of_a_name_has_a_number() {
        let taken = ["Bitwarden", "Bitwarden 2", "Bitwarden 4", "Passkey"];
        let is_taken = |name: &str| taken.contains(&name);
        let suggestion = suggested_name(KeyKind::Passkey, BITWARDEN, is_taken);
        assert_eq!(suggestion, "Bitwarden 3");
        let suggestion = suggested_name(KeyKind::Passkey, Aaguid::default(), is_taken);
        assert_eq!(suggestion, "Passkey 2");
    }

    #[test]
    fn a_typed_name_stays_and_a_suggested_one_names_the_model() {
        let named = |chosen: &str, aaguid| {
            final_name(KeyKind::Passkey, aaguid, chosen, |name| name == "Passkey")
        };
        assert_eq!(named("Passkey 2", BITWARDEN), "Bitwarden");
        assert_eq!(named("Passkey 2", Aaguid::default()), "Passkey 2");
        assert_eq!(named("My laptop", BITWARDEN), "My laptop");
    }

    #[test]
    fn every_suggestion_is_a_name_and_no_model_stands_there_twice() {
        for (place, (aaguid, name)) in WELL_KNOWN.iter().enumerate() {
            assert!(name.parse::<MethodName>().is_ok(), "{name}");
            let first = WELL_KNOWN.iter().position(|(known, _)| known == aaguid);
            assert_eq!(first, Some(place), "{name}");
        }
    }
}
