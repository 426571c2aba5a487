//! Why a line is refused, and in what an existing person differs from it.

use std::fmt;

use domain::{
    imports::{LineError, looks_like_secret},
    people::{
        names::{AccountName, PersonName},
        roles::Role,
    },
};

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The line can't be read, or describes no possible person.
    Line(LineError),
    /// There is no such account.
    NoAccount(AccountName),
    /// An earlier line has the same address.
    SameAddress {
        /// The earlier line.
        line: usize,
    },
    /// An earlier line has the same authenticator key, so that each of the two people could sign in
    /// with the other's codes.
    SameKey {
        /// The earlier line.
        line: usize,
    },
    /// The person exists with other data, which an import never overwrites.
    Conflict(Vec<Difference>),
}

/// In what an existing person differs from the line. No difference holds a hash or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The name.
    Name {
        /// The stored one.
        here: PersonName,
        /// The one of the line.
        file: PersonName,
    },
    /// The person is no member of this account.
    Account(AccountName),
    /// The role in the account.
    Role {
        /// The stored one.
        here: Role,
        /// The one of the line.
        file: Role,
    },
    /// Whether the person can sign in.
    Status {
        /// Whether they are disabled here, and enabled in the file.
        is_disabled_here: bool,
    },
    /// The password.
    Password(Mismatch),
    /// The authenticator.
    Method(Mismatch),
}

/// Where a password or an authenticator is. It is compared only while its person can't have changed
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    /// Only the file has one that can be taken, as where a damaged export was corrected.
    OnlyInFile,
    /// The file has none that can be taken.
    OnlyHere,
    /// Both have one, and they are not the same.
    Other,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(error) => error.fmt(out),
            Self::NoAccount(name) => write!(
                out,
                "there is no account `{name}`: `twinlock account add` makes one"
            ),
            Self::SameAddress { line } => write!(
                out,
                "line {line} has the same address; keep one of them (`twinlock member add` adds a person to a further account)"
            ),
            Self::SameKey { line } => write!(
                out,
                "line {line} has the same authenticator key, so an export gave one of them the key of the other; correct it, or leave `totp` out of both"
            ),
            Self::Conflict(differences) => conflict(differences, out),
        }
    }
}

fn conflict(differences: &[Difference], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    out.write_str("they exist already, and an import overwrites nothing: ")?;
    for (number, difference) in differences.iter().enumerate() {
        if number > 0 {
            out.write_str("; ")?;
        }
        write!(out, "{difference}")?;
    }
    let is_secret =
        |one: &Difference| matches!(one, Difference::Password(_) | Difference::Method(_));
    out.write_str(if differences.iter().any(is_secret) {
        ": `twinlock user remove EMAIL`, then import again"
    } else {
        ": write it in the file as it is here, or leave the line out"
    })
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // An older program may have taken a hash for a name.
            Self::Name { here, file } if looks_like_secret(here.as_str()) => {
                write!(
                    out,
                    "the name here looks like a hash or a key, and is `{file}` in the file"
                )
            }
            Self::Name { here, file } => {
                write!(out, "the name is `{here}` here and `{file}` in the file")
            }
            Self::Account(account) => write!(out, "they are no member of `{account}` here"),
            Self::Role { here, file } => write!(
                out,
                "the role is {} here and {} in the file",
                here.as_str(),
                file.as_str()
            ),
            Self::Status {
                is_disabled_here: true,
            } => out.write_str("the person is disabled here and enabled in the file"),
            Self::Status {
                is_disabled_here: false,
            } => out.write_str("the person is enabled here and disabled in the file"),
            Self::Password(mismatch) => mismatch.write("password", out),
            Self::Method(mismatch) => mismatch.write("authenticator", out),
        }
    }
}

impl Mismatch {
    fn write(self, what: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyInFile => write!(out, "they have no {what} here, and the file has one"),
            Self::OnlyHere => write!(
                out,
                "their {what} is here, and the file has none that can be taken"
            ),
            Self::Other => write!(out, "their {what} here is not the one of the file"),
        }
    }
}
