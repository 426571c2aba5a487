//! Lists the accounts.

use domain::ports::AccountRecord;
use serde_json::{Value, json};
use usecases::operator::{Operator, list_accounts};

use crate::cli::{Failure, Report, account::members};

pub async fn list(operator: &Operator) -> Result<Report, Failure> {
    let accounts = list_accounts(operator).await?;
    Ok(Report::list(
        accounts.iter().map(listed),
        "There are no accounts. Add one with `twinlock account add NAME`.",
    ))
}

fn listed(account: &AccountRecord) -> (String, Value) {
    let AccountRecord {
        id,
        name,
        requires_mfa,
        members: count,
    } = account;
    let rule = if *requires_mfa {
        "MFA required"
    } else {
        "MFA optional"
    };
    let json = json!({ "id": id, "name": name, "members": count, "requires_mfa": requires_mfa });
    (format!("{name}: {}, {rule}", members(*count)), json)
}
