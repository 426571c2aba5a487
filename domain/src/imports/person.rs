//! Judges the fields of a line.

use std::fmt;

use thiserror::Error;

use super::{
    Field, KeyError, LineError, Row, error::shortened, looks_like_secret, otpauth,
    secret_like::has_mark,
};
use crate::{
    people::{
        email::{Email, EmailError},
        names::{AccountName, MethodName, PersonName},
        roles::Role,
    },
    second_factor::totp::TotpKey,
    secrets::imported_hash::{Argon2Cost, HashError, TakenHash},
};

/// The name of an authenticator for which the file has none.
const DEFAULT_MFA_NAME: &str = "Authenticator application";

/// A person as a line describes them. The type has no `Debug`.
pub struct Person {
    /// The address to sign in with.
    pub email: Email,
    /// The full name.
    pub name: PersonName,
    /// The name of the account.
    pub account: AccountName,
    /// The role in the account.
    pub role: Role,
    /// The password's hash; none if the file has none, or one that can't be taken.
    pub password: Option<TakenHash>,
    /// The authenticator's key and name; none if the file has none, or one that can't be taken.
    pub method: Option<(TotpKey, MethodName)>,
    /// Whether the person can't sign in.
    pub disabled: bool,
    /// What the person loses.
    pub losses: Vec<Loss>,
}

/// What can't be taken of a person, and what that means for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Loss {
    /// The hash can't be taken.
    #[error("the password can't be taken, because {0}; they need a link to choose one")]
    Password(HashError),
    /// There is no hash.
    #[error("there is no password; they need a link to choose one")]
    NoPassword,
    /// The key can't be taken.
    #[error("the authenticator can't be taken, because {0}")]
    Method(KeyError),
}

/// What a person loses, and what that means for them in their account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// What they lose.
    pub loss: Loss,
    /// Whether a password comes along.
    pub has_password: bool,
    /// Whether their account requires MFA.
    pub requires_mfa: bool,
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.loss.fmt(out)?;
        if !matches!(self.loss, Loss::Method(_)) {
            return Ok(());
        }
        out.write_str(match (self.has_password, self.requires_mfa) {
            (true, false) => {
                "; they must set MFA up again, and until then their password alone signs them in"
            }
            (true, true) => {
                "; their next sign-in leads them to the set-up, and until then their password alone is enough to enrol a device"
            }
            (false, false) => "; they must set MFA up again, once they have a password",
            (false, true) => {
                "; their first sign-in leads them to the set-up, once they have a password"
            }
        })
    }
}

impl Person {
    /// What the person loses, in an account that requires MFA or does not.
    #[must_use]
    pub fn notes(&self, requires_mfa: bool) -> Vec<Note> {
        let note = |loss: &Loss| Note {
            loss: *loss,
            has_password: self.password.is_some(),
            requires_mfa,
        };
        self.losses.iter().map(note).collect()
    }

    /// Judges the fields of a line. `own` is the cost of this program's own hashes.
    ///
    /// # Errors
    /// [`LineError`], if there can be no such person.
    pub fn judge(row: &Row, own: Argon2Cost) -> Result<Self, LineError> {
        let email = address(required(row, Field::Email)?)?;
        let name = shown(Field::Name, required(row, Field::Name)?)?;
        let account = shown(Field::Account, required(row, Field::Account)?)?;
        let mfa_name = row.get(Field::MfaName).unwrap_or(DEFAULT_MFA_NAME);
        let mfa_name: MethodName = shown(Field::MfaName, mfa_name)?;
        let role = match row.get(Field::Role) {
            Some(role) => word(Field::Role, role)?
                .parse::<Role>()
                .map_err(|error| invalid(Field::Role, &error))?,
            None => Role::Member,
        };
        let disabled = match row.get(Field::Disabled) {
            None => false,
            Some(text) => match word(Field::Disabled, text)?.as_str() {
                "false" => false,
                "true" => true,
                _ => return Err(LineError::Type(Field::Disabled, "`true` or `false`")),
            },
        };
        let mut losses = Vec::new();
        let password = match row.get(Field::PasswordHash).filter(|hash| is_hash(hash)) {
            None => Err(Loss::NoPassword),
            Some(hash) if hash.to_ascii_lowercase().starts_with("otpauth:") => {
                return Err(LineError::Shifted(Field::PasswordHash, "an otpauth URI"));
            }
            Some(hash) => TakenHash::read(hash, own).map_err(Loss::Password),
        };
        let totp = row.get(Field::Totp);
        if totp.is_some_and(|totp| totp.contains('$') && has_mark(totp) && !totp.contains("://")) {
            return Err(LineError::Shifted(Field::Totp, "a password hash"));
        }
        let method = totp.map(otpauth::read_uri).transpose();
        let method = method.map_err(Loss::Method);
        losses.extend(password.as_ref().err());
        losses.extend(method.as_ref().err());
        Ok(Self {
            email,
            name,
            account,
            role,
            password: password.ok(),
            method: method.ok().flatten().map(|key| (key, mfa_name)),
            disabled,
            losses,
        })
    }
}

fn required(row: &Row, field: Field) -> Result<&str, LineError> {
    row.get(field).ok_or(LineError::Missing(field))
}

fn invalid(field: Field, error: &dyn std::error::Error) -> LineError {
    LineError::Invalid(field, error.to_string())
}

fn address(text: &str) -> Result<Email, LineError> {
    Email::new(text).map_err(|error| match error {
        _ if looks_like_secret(text) => LineError::Secret(Field::Email),
        EmailError::Form => LineError::Email(shortened(text)),
        error @ EmailError::Sign(_) => invalid(Field::Email, &error),
    })
}

/// A word of a fixed set, in small letters: spreadsheets write `TRUE`.
fn word(field: Field, text: &str) -> Result<String, LineError> {
    if looks_like_secret(text) {
        return Err(LineError::Secret(field));
    }
    Ok(text.to_ascii_lowercase())
}

/// Whether a text stands for a password. Programs write `!…` and `*` for none.
fn is_hash(text: &str) -> bool {
    !text.starts_with('!') && !matches!(text, "*" | "*LK*")
}

/// A name that people will see, also in a spreadsheet with the members of an account.
fn shown<T: std::str::FromStr<Err: std::error::Error>>(
    field: Field,
    text: &str,
) -> Result<T, LineError> {
    // An existing account may be called like a key, so its name is looked up first.
    if has_mark(text) || (field != Field::Account && looks_like_secret(text)) {
        return Err(LineError::Secret(field));
    }
    if let Some(sign @ ('=' | '+' | '-' | '@')) = text.chars().next() {
        return Err(LineError::Formula(field, sign));
    }
    text.parse().map_err(|error| invalid(field, &error))
}
