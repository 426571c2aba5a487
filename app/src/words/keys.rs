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
            "An application on your phone, which displays a 6-digit code for each sign-in."
        }
        MethodType::Passkey => {
            "Kept by your device or password manager, and unlocked by fingerprint, face or PIN: there is no code to type."
        }
        MethodType::SecurityKey => {
            "A small key that you plug in or hold to your device, and touch: there is no code to type."
        }
    }
}

/// Why no more methods of this type can be added.
#[must_use]
pub const fn no_room(kind: MethodType) -> &'static str {
    match kind {
        MethodType::Application => super::NO_MORE_METHODS,
        MethodType::Passkey | MethodType::SecurityKey => {
            "Ten passkeys and security keys are the most that you can have."
        }
    }
}

/// Why no key works in this page.
#[must_use]
pub const fn key_trouble(trouble: KeyTrouble) -> &'static str {
    match trouble {
        KeyTrouble::Browser => {
            "This browser can't use passkeys or security keys. Update it, or use another one."
        }
        KeyTrouble::Address => {
            "Passkeys and security keys need a secure address with a name, such as https://panel.example.com."
        }
    }
}

/// Says that the default method does not work in this page, where another one is asked for.
#[must_use]
pub fn default_unusable(name: &str, trouble: KeyTrouble) -> String {
    format!(
        "“{}” can't be used here. {}",
        named(name),
        key_trouble(trouble)
    )
}

/// What a new key is for, and what the browser will ask.
#[must_use]
pub const fn before_key(kind: MethodType) -> &'static str {
    match kind {
        MethodType::SecurityKey => {
            "Take your security key. Your browser asks you to plug it in or hold it to your device, and to touch it; it may ask for the key's PIN."
        }
        _ => {
            "Your browser asks where to keep the passkey, and for your fingerprint, face or PIN. You can choose this device, your phone or your password manager."
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
                "Use “{name}”: your browser asks you to plug it in or hold it to your device, and to touch it."
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
        "It was cancelled or took too long, or this device has one already. Try again, or choose another method."
    } else {
        "It was cancelled or took too long. Try again, or choose another method."
    }
}

/// The button while the browser asks.
pub const ASKING_KEY: &str = "Waiting for your browser…";
/// A key did not answer. Browsers do not say why.
pub const KEY_NOT_USED: &str = "That did not work: cancelled, too late, or no matching key here. Try again, or use another way.";
/// The key can't do what is asked.
pub const KEY_UNSUITED: &str =
    "This device or key can't do what is needed. Try another one, or add it as a security key.";
/// The answer of a key came too late.
pub const KEY_TOO_LATE: &str = "That took too long. Try again.";
/// Suggests a passkey beside an authenticator application.
pub const ADD_A_PASSKEY_TOO: &str = "Add a passkey as well: losing the phone is then no trouble.";
/// Leads to the wizard for a passkey.
pub const ADD_A_PASSKEY: &str = "Add a passkey";
/// Hides a suggestion for good.
pub const NOT_NOW: &str = "Not now";
