use serde_json::{Value, json};

/// The request of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// These fields, with the values of [`well_formed`].
    Fields(&'static [&'static str]),
}
use Takes::{Fields, Nothing};

/// Every server function with its request. A test compares the list with the product's own table.
#[rustfmt::skip]
pub const FUNCTIONS: &[(&str, Takes)] = &[
    ("session/whoami", Nothing),
    ("session/sign_in", Fields(&["email", "password"])),
    ("session/verify_code", Fields(&["code"])),
    ("session/verify_backup_code", Fields(&["code"])),
    ("session/key_challenge", Nothing),
    ("session/verify_key", Fields(&["answer"])),
    ("session/sign_out", Nothing),
    ("session/confirm_password", Fields(&["password"])),
    ("session/check_setup_link", Fields(&["token"])),
    ("session/create_first_owner", Fields(&["token", "account", "name", "email", "password"])),
    ("session/check_invitation", Fields(&["token"])),
    ("session/accept_invitation", Fields(&["token", "password"])),
    ("session/helpers", Nothing),
    ("session/accounts", Nothing),
    ("session/choose_account", Fields(&["account"])),
    ("profile/view", Nothing),
    ("profile/change_password", Fields(&["current", "new", "code"])),
    ("mfa/set_up", Nothing),
    ("mfa/set_up_key", Fields(&["kind", "name", "is_default"])),
    ("mfa/pending", Nothing),
    ("mfa/confirm", Fields(&["code"])),
    ("mfa/confirm_key", Fields(&["answer"])),
    ("mfa/cancel", Nothing),
    ("mfa/backup_codes", Nothing),
    ("mfa/finish", Fields(&["set"])),
    ("mfa/keep_codes", Nothing),
    ("mfa/generate", Nothing),
    ("mfa/delete", Nothing),
    ("mfa/rename", Fields(&["name"])),
    ("mfa/make_default", Fields(&["method"])),
    ("mfa/test", Fields(&["code"])),
    ("mfa/key_challenge", Fields(&["method"])),
    ("mfa/test_key", Fields(&["answer"])),
    ("mfa/accepted_keys", Nothing),
    ("step_up/ask", Fields(&["action", "account", "member"])),
    ("step_up/asked", Nothing),
    ("step_up/verify_code", Fields(&["action", "account", "member", "code"])),
    ("step_up/verify_backup_code", Fields(&["action", "account", "member", "code"])),
    ("step_up/key_challenge", Nothing),
    ("step_up/verify_key", Fields(&["action", "account", "member", "answer"])),
    ("step_up/cancel", Nothing),
    ("accounts/list", Nothing),
    ("accounts/require_mfa", Fields(&["account"])),
    ("accounts/lift_rule", Fields(&["account"])),
    ("accounts/members", Fields(&["account", "search", "state", "page"])),
    ("accounts/export", Fields(&["account", "search", "state", "page"])),
    ("accounts/reset_member", Fields(&["account", "member"])),
];

/// The functions that a session without MFA may call while its account requires MFA: to set it up,
/// or to leave.
pub const SET_UP_ONLY: &[&str] = &[
    "session/whoami",
    "session/sign_in",
    "session/sign_out",
    "session/confirm_password",
    "session/check_setup_link",
    "session/create_first_owner",
    "session/check_invitation",
    "session/accept_invitation",
    "session/accounts",
    "session/choose_account",
    "mfa/set_up",
    "mfa/set_up_key",
    "mfa/pending",
    "mfa/confirm",
    "mfa/confirm_key",
    "mfa/cancel",
    "mfa/backup_codes",
    "mfa/finish",
    "mfa/keep_codes",
];

/// The functions that take a guessable secret: a password or a code.
pub const GUESSABLE: &[(&str, &str)] = &[
    ("session/sign_in", "password"),
    ("session/confirm_password", "password"),
    ("session/verify_code", "code"),
    ("session/verify_backup_code", "backup code"),
    ("mfa/confirm", "code"),
    ("mfa/test", "code"),
    ("profile/change_password", "password"),
    ("step_up/verify_code", "code"),
    ("step_up/verify_backup_code", "backup code"),
];

/// Returns a formally valid request about this account and member.
pub fn well_formed(function: &str, account: &Value, member: &Value) -> Value {
    let known = FUNCTIONS.iter().find(|(name, _)| *name == function);
    let Some((_, Fields(fields))) = known else {
        return json!({});
    };
    let value = |field: &str| match field {
        "account" if function == "session/create_first_owner" => json!("New Ltd"),
        "account" => account.clone(),
        "member" => member.clone(),
        "action" => json!("member-reset"),
        "code" if function.ends_with("backup_code") => json!("AAAA-AAAA-AAAA-AAAA"),
        "code" => json!("000000"),
        "email" => json!("nobody@example.com"),
        "password" | "current" | "new" => json!("no password of anybody"),
        "token" => json!("A".repeat(43)),
        "set" | "method" => json!("0".repeat(32)),
        "name" => json!("Phone"),
        "kind" => json!("passkey"),
        "is_default" => json!(false),
        "answer" => json!("{}"),
        "search" => json!(""),
        "page" => json!(0),
        _ => Value::Null,
    };
    let request: serde_json::Map<String, Value> = fields
        .iter()
        .map(|field| ((*field).to_owned(), value(field)))
        .collect();
    json!({ "request": request })
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    /// Fails for a function that is not attacked, or a guessable secret that is not tried.
    #[test]
    fn no_function_of_the_product_is_missing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/src/wire");
        let access = fs::read_to_string(root.join("access.rs")).unwrap();
        let paths = access
            .split("(\"/api/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap());
        assert_eq!(
            FUNCTIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            paths.collect::<Vec<_>>()
        );
        let secret = |takes: &Takes| matches!(takes, Fields(fields) if fields.contains(&"code") || fields.contains(&"password"));
        let guessable = FUNCTIONS
            .iter()
            .filter(|(_, takes)| secret(takes))
            .map(|(name, _)| *name);
        // With these links a user chooses a password, so there is nothing to guess.
        let chosen = ["session/create_first_owner", "session/accept_invitation"];
        let mut expected: Vec<&str> = guessable.filter(|name| !chosen.contains(name)).collect();
        let mut listed: Vec<&str> = GUESSABLE.iter().map(|(name, _)| *name).collect();
        expected.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, expected);
    }
}
