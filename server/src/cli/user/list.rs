//! Lists the users.

use domain::ports::UserRecord;
use serde_json::{Value, json};
use usecases::operator::{Operator, list_users};

use crate::{
    cli::{Failure, Report},
    system::utc::utc,
};

pub async fn list(operator: &Operator) -> Result<Report, Failure> {
    let users = list_users(operator).await?;
    Ok(Report::list(
        users.iter().map(listed),
        "There are no users. Add one with `twinlock user add`.",
    ))
}

fn listed(user: &UserRecord) -> (String, Value) {
    let UserRecord {
        id,
        email,
        name,
        disabled,
        has_password,
        has_mfa,
        accounts,
        last_sign_in,
        ..
    } = user;
    let locked = user.is_locked();
    let places: Vec<String> = accounts
        .iter()
        .map(|(account, role)| format!("{} of `{}`", role.as_str(), account.name))
        .collect();
    let mfa = if *has_mfa { "MFA on" } else { "MFA off" };
    let mut facts = vec![
        if places.is_empty() {
            "in no account".to_owned()
        } else {
            places.join(" and ")
        },
        mfa.to_owned(),
    ];
    facts.extend(locked.then(|| "locked".to_owned()));
    facts.extend((!has_password).then(|| "invited".to_owned()));
    facts.extend(disabled.then(|| "disabled".to_owned()));
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|(account, role)| json!({ "name": account.name, "role": role }))
        .collect();
    let json = json!({
        "id": id, "email": email, "name": name, "disabled": disabled, "has_password": has_password, "has_mfa": has_mfa, "locked": locked,
        "accounts": accounts, "last_sign_in": last_sign_in.map(utc),
    });
    (format!("{email} ({name}): {}", facts.join(", ")), json)
}
