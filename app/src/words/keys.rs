//! Texts about passkeys and security keys.

use domain::second_factor::methods::MethodType;

use super::named;

/// Why no key works in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyTrouble {
    /// The browser knows no keys, or only an early form of them.
    Browser,
    /// The page has no secure address with a name.
    Address,
}

/// The name of a type of method.
#[must_use]
pub const fn method_type(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => super::AUTHENTICATOR_APPLICATION,
        MethodType::Passkey => "Passkey",
        MethodType::SecurityKey => "Security key",
    }
}

/// The name of a type of method within a sentence.
#[must_use]
pub const fn in_a_sentence(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => "authenticator application",
        MethodType::Passkey => "passkey",
        MethodType::SecurityKey => "security key",
    }
}

/// The second factor of a sign-in, for Home; `kind` is the type of the default method.
#[must_use]
pub const fn two_factors(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => {
            "You sign in with your password and a code of your authenticator application."
        }
        MethodType::Passkey => "You sign in with your password and your passkey.",
        MethodType::SecurityKey => "You sign in with your password and your security key.",
    }
}

/// The status of a method: where a key is kept, by whether its provider copies it to other devices.
#[must_use]
pub const fn status(is_synced: Option<bool>) -> &'static str {
    match is_synced {
        None => "Active",
        Some(true) => "Synced by its provider",
        Some(false) => "Only on this device",
    }
}

/// The question before the only method is deleted.
#[must_use]
pub fn delete_only(kind: MethodType) -> String {
    format!("Delete the {}?", in_a_sentence(kind))
}

/// What a type of method is, and what it needs.
#[must_use]
pub const fn about_type(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => {
            "An application on your phone that displays a 6-digit code for each sign-in."
        }
        MethodType::Passkey => {
            "Saved on your device or in your password manager, and unlocked with your fingerprint, face or PIN."
        }
        MethodType::SecurityKey => {
            "A small device that you plug in or hold to your computer or phone, and touch."
        }
    }
}

/// Why no more methods of this type can be added.
#[must_use]
pub const fn no_room(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => super::NO_MORE_METHODS,
        MethodType::Passkey | MethodType::SecurityKey => {
            "You have reached the limit of ten passkeys and security keys."
        }
    }
}

/// Why no key works in this page; `right` is the URL at which keys work, if it is known.
#[must_use]
pub fn key_trouble(trouble: KeyTrouble, right: Option<&str>) -> String {
    match (trouble, right) {
        (KeyTrouble::Browser, _) => {
            "This browser can't use passkeys or security keys. Update it, or use another one."
                .to_owned()
        }
        (KeyTrouble::Address, Some(right)) => format!(
            "Passkeys and security keys don't work at this address. Open {} instead.",
            named(right)
        ),
        (KeyTrouble::Address, None) => {
            "Passkeys and security keys need an https address with a name, not an IP address. Ask your operator."
                .to_owned()
        }
    }
}

/// Whether browsers allow keys at a URL: https, or this machine, and a name instead of an IP
/// address.
#[must_use]
pub fn may_have_keys(url: &str) -> bool {
    let is_name =
        |host: &str| !host.starts_with('[') && host.bytes().any(|byte| byte.is_ascii_alphabetic());
    url.strip_prefix("https://").is_some_and(is_name) || url.starts_with("http://localhost")
}

/// Says that the default method does not work in this page, where another one is asked for, and
/// why.
#[must_use]
pub fn default_unusable(name: &str, trouble: &str) -> String {
    format!("“{}” can't be used here. {trouble}", named(name))
}

/// What a new key is for, and what the browser will ask.
#[must_use]
pub const fn before_key(kind: MethodType) -> &'static str {
    match kind {
        MethodType::SecurityKey => {
            "Your browser asks you to plug in your security key or hold it to your device, then to touch it. It may ask for the key's PIN."
        }
        _ => {
            "Your browser asks where to save the passkey: this device, your phone or your password manager. Then it asks for your fingerprint, face or PIN."
        }
    }
}

/// The button that makes a new key.
#[must_use]
pub const fn make_key(kind: MethodType) -> &'static str {
    match kind {
        MethodType::SecurityKey => USE_SECURITY_KEY,
        _ => "Create passkey",
    }
}

/// The button that asks a key.
#[must_use]
pub const fn use_key(kind: MethodType) -> &'static str {
    match kind {
        MethodType::SecurityKey => USE_SECURITY_KEY,
        _ => "Use passkey",
    }
}

const USE_SECURITY_KEY: &str = "Use security key";

/// Asks for a key.
#[must_use]
pub fn ask_key(kind: MethodType, name: &str) -> String {
    let name = named(name);
    match kind {
        MethodType::SecurityKey => {
            format!(
                "Use “{name}”: your browser asks you to plug it in or hold it to your device, then to touch it."
            )
        }
        _ => format!("Use “{name}”: your browser asks for your fingerprint, face or PIN."),
    }
}

/// Asks for a key with a new password.
#[must_use]
pub fn key_confirms(name: &str) -> String {
    format!(
        "When you press Change password, your browser asks for “{}”.",
        named(name)
    )
}

/// The question to a new key was cancelled or took too long: browsers do not say which. Some say no
/// more than that if the device has a key already (`has_keys`: the user has some).
#[must_use]
pub const fn key_not_made(has_keys: bool) -> &'static str {
    if has_keys {
        "The set-up was cancelled or took too long, or this device or key is set up already. Try again, or choose another method."
    } else {
        "The set-up was cancelled or took too long. Try again, or choose another method."
    }
}

/// The button while the browser asks.
pub const ASKING_KEY: &str = "Waiting for your browser…";
/// A key did not answer. Browsers do not say why.
pub const KEY_NOT_USED: &str = "It was cancelled or took too long, or this device or key is not set up for you. Try again, or try another way.";
/// The key can't be what was chosen.
pub const KEY_UNSUITED: &str =
    "This device or key does not support this method. Use another one, or choose another method.";
/// The answer of a key came too late.
pub const KEY_TOO_LATE: &str = "That took too long. Try again.";
/// Suggests a passkey beside an authenticator application.
pub const ADD_A_PASSKEY_TOO: &str = "Add a passkey as well: losing the phone is then no trouble.";
/// Leads to the wizard for a passkey.
pub const ADD_A_PASSKEY: &str = "Add a passkey";
/// Hides a suggestion for good.
pub const NOT_NOW: &str = "Not now";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_carries_keys_is_named() {
        for url in [
            "https://panel.example.com",
            "https://panel.example.com:8443",
            "http://localhost:3000",
        ] {
            assert!(may_have_keys(url), "{url}");
        }
        for url in [
            "http://panel.example.com",
            "https://192.0.2.7",
            "https://192.0.2.7:3000",
            "https://[2001:db8::7]",
            "http://127.0.0.1:3000",
        ] {
            assert!(!may_have_keys(url), "{url}");
        }
    }

    #[test]
    fn the_right_address_is_named_if_it_is_known() {
        let known = key_trouble(KeyTrouble::Address, Some("https://panel.example.com"));
        assert_eq!(
            super::super::plain(&known),
            "Passkeys and security keys don't work at this address. Open https://panel.example.com instead."
        );
        let unknown = key_trouble(KeyTrouble::Address, None);
        assert!(unknown.ends_with("Ask your operator."), "{unknown}");
    }
}
