//! People from another program: how the lines of a file are read and judged. Each line is a person.
//! Nothing here repeats a hash or a key: both types have no `Debug`, and no error holds them.

mod csv;
mod error;
mod json;
mod lines;
mod otpauth;
mod person;
mod secret_like;

use std::fmt;

use zeroize::Zeroizing;

use crate::people::email::Email;

pub use error::LineError;
pub use lines::{LineReader, MAX_LINE_BYTES, MAX_LINES};
pub use otpauth::{KeyError, read_uri};
pub use person::{Loss, Note, Person};
pub use secret_like::looks_like_secret;

use error::shortened;

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A field of a line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Field {
            $($(#[$doc])* $name,)+
        }

        impl Field {
            /// All fields.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in a file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

fields! {
    /// The address to sign in with.
    Email = "email",
    /// The full name.
    Name = "name",
    /// The name of an existing account.
    Account = "account",
    /// `owner` or `member`.
    Role = "role",
    /// The password's hash, as the other program stored it.
    PasswordHash = "password_hash",
    /// The authenticator's key, as an otpauth URI.
    Totp = "totp",
    /// The name of the authenticator.
    MfaName = "mfa_name",
    /// Whether the person can't sign in.
    Disabled = "disabled",
}

/// Names that other programs give to fields, in small letters and without other characters.
const OTHER_NAMES: [(&str, Field); 25] = [
    ("mail", Field::Email),
    ("emailaddress", Field::Email),
    ("useremail", Field::Email),
    ("fullname", Field::Name),
    ("displayname", Field::Name),
    ("username", Field::Name),
    ("company", Field::Account),
    ("accountname", Field::Account),
    ("organisation", Field::Account),
    ("organization", Field::Account),
    ("tenant", Field::Account),
    ("roles", Field::Role),
    ("password", Field::PasswordHash),
    ("passwd", Field::PasswordHash),
    ("userpass", Field::PasswordHash),
    ("hash", Field::PasswordHash),
    ("hashedpassword", Field::PasswordHash),
    ("encryptedpassword", Field::PasswordHash),
    ("otp", Field::Totp),
    ("otpauth", Field::Totp),
    ("totpuri", Field::Totp),
    ("totpsecret", Field::Totp),
    ("secret", Field::Totp),
    ("devicename", Field::MfaName),
    ("isdisabled", Field::Disabled),
];

impl Field {
    /// The field of this name, in any case.
    fn find(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|field| field.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Why a name is refused: it looks like a secret, it is nearly the name of a field, or neither.
    fn unknown(name: &str) -> LineError {
        if looks_like_secret(name) {
            return LineError::SecretName;
        }
        match Self::meant(name) {
            Some(field) => LineError::Misnamed(shortened(name.trim()), field),
            None => LineError::UnknownField(shortened(name.trim())),
        }
    }

    /// The field that another name most likely means.
    fn meant(name: &str) -> Option<Self> {
        let letters = |name: &str| -> String {
            let letters = name.chars().filter(char::is_ascii_alphanumeric);
            letters.map(|c| c.to_ascii_lowercase()).collect()
        };
        let name = letters(name);
        let mut fields = Self::ALL.iter().copied();
        let other = || OTHER_NAMES.iter().find(|(other, _)| *other == name);
        fields
            .find(|field| letters(field.as_str()) == name)
            .or_else(|| other().map(|(_, field)| *field))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}`", self.as_str())
    }
}

/// The fields of a line as texts. An absent field and an empty one are the same. The type has no
/// `Debug`, because hashes and keys are in it.
#[derive(Default)]
pub struct Row(Vec<(Field, Zeroizing<String>)>);

impl Row {
    /// Adds a field.
    fn put(&mut self, field: Field, text: Zeroizing<String>) -> Result<(), LineError> {
        if self.0.iter().any(|(known, _)| *known == field) {
            return Err(LineError::Twice(field));
        }
        self.0.push((field, text));
        Ok(())
    }

    /// The trimmed text of a field; `None` if it is absent, empty, or the null of a database
    /// (`\N`, and `NULL` where that can't be a name).
    fn get(&self, field: Field) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| *known == field)?;
        let text = found.1.trim();
        let is_required = matches!(field, Field::Email | Field::Name | Field::Account);
        let is_null = text == r"\N" || (!is_required && text.eq_ignore_ascii_case("null"));
        (!text.is_empty() && !is_null).then_some(text)
    }

    /// The person's address, if the line has a valid one.
    #[must_use]
    pub fn email(&self) -> Option<Email> {
        self.get(Field::Email)
            .and_then(|text| Email::new(text).ok())
    }
}

#[cfg(test)]
mod tests;
