//! How an application is shown.

use domain::{
    door::{ApplicationAccess, MfaDemand, UserHeader},
    ports::ApplicationRecord,
};
use serde_json::{Value, json};

use super::quoted_names;
use crate::{cli::output::report::joined, system::utc::utc};

/// Whether no one may enter, because every account was removed.
pub fn is_for_no_one(application: &ApplicationRecord) -> bool {
    match &application.access {
        ApplicationAccess::Everyone => false,
        ApplicationAccess::Accounts(accounts) => accounts.is_empty(),
    }
}

/// Who may enter, without a full stop.
pub fn access(application: &ApplicationRecord) -> String {
    if is_for_no_one(application) {
        return "no one, because its accounts were removed".to_owned();
    }
    match &application.access {
        ApplicationAccess::Everyone => "everyone who can sign in".to_owned(),
        ApplicationAccess::Accounts(_) => {
            let names = quoted_names(&application.account_names);
            format!("members of {}", joined(&names))
        }
    }
}

/// Who needs MFA.
const fn mfa(mfa: MfaDemand) -> &'static str {
    match mfa {
        MfaDemand::Always => "required from everyone",
        MfaDemand::Account => "as the account requires",
    }
}

/// What `Remote-User` holds.
const fn user_header(header: UserHeader) -> &'static str {
    match header {
        UserHeader::Email => "the email address",
        UserHeader::Id => "the user's id",
    }
}

/// The line of a list.
pub fn line(application: &ApplicationRecord) -> String {
    let ApplicationRecord { name, origin, .. } = application;
    format!(
        "{name}: {origin}, for {}, MFA {}",
        access(application),
        mfa(application.mfa)
    )
}

/// All of it.
pub fn lines(application: &ApplicationRecord) -> Vec<String> {
    let rows = [
        ("name", application.name.to_string()),
        ("address", application.origin.to_string()),
        ("id", application.id.to_string()),
        ("who may enter", access(application)),
        ("MFA", mfa(application.mfa).to_owned()),
        (
            "Remote-User",
            user_header(application.user_header).to_owned(),
        ),
        ("added", utc(application.added_at)),
    ];
    let rows = rows.map(|(name, value)| format!("{name:<13}  {value}"));
    rows.into()
}

/// All of it, for scripts.
pub fn json(application: &ApplicationRecord) -> Value {
    let everyone = application.access == ApplicationAccess::Everyone;
    json!({
        "id": application.id, "name": application.name, "origin": application.origin.as_str(),
        "everyone": everyone, "accounts": application.account_names,
        "mfa": application.mfa.as_str(), "user_header": application.user_header.as_str(),
        "added_at": utc(application.added_at),
    })
}
