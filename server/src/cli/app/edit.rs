//! Changes an application.

use domain::{door::ApplicationAccess, ports::ApplicationEdit};
use serde_json::json;
use usecases::operator::{Operator, edit_application};

use super::{accounts, explain, find, parse_name, parse_origin, report};
use crate::{
    cli::{Failure, Report, args::EditAppArgs},
    config::{Address, PublicUrl},
};

pub async fn edit(operator: &Operator, args: &EditAppArgs) -> Result<Report, Failure> {
    let address = Address::new(&args.address)?;
    let own_host = address.set_public_url().map(PublicUrl::host);
    let before = find(operator, &args.application).await?;
    let access = match (args.everyone, args.accounts.is_empty()) {
        (true, _) => Some(ApplicationAccess::Everyone),
        (false, true) => None,
        (false, false) => Some(accounts(operator, &args.accounts).await?),
    };
    let edit = ApplicationEdit {
        name: args.new_name.as_deref().map(parse_name).transpose()?,
        origin: args.url.as_deref().map(parse_origin).transpose()?,
        access,
        mfa: args.mfa.map(Into::into),
        user_header: args.user_header.map(Into::into),
    };
    let origin = edit.origin.clone().unwrap_or(before.origin.clone());
    let name = edit.name.clone().unwrap_or(before.name.clone());
    let changed = match edit_application(operator, own_host, &before, edit).await {
        Ok(changed) => changed,
        Err(error) => return Err(explain(operator, &args.application, &origin, error).await),
    };
    let after = find(operator, name.as_str()).await?;
    let fact = if changed {
        "is changed"
    } else {
        "was like that already"
    };
    let mut lines = vec![format!("Application `{}` {fact}:", before.name)];
    lines.extend(report::lines(&after));
    if before.origin != after.origin {
        lines.push(format!(
            "Everyone has to enter again at {}: put that address into the proxy too.",
            after.origin
        ));
    }
    let mut json = report::json(&after);
    json["changed"] = json!(changed);
    Ok(Report::lines(lines, json))
}
