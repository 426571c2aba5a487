//! Puts an application behind Twinlock, and says what is still to be done for it.

use domain::door::ApplicationAccess;
use serde_json::json;
use usecases::operator::{AddApplication, Operator, add_application};

use super::{accounts, explain, parse_name, parse_origin, report};
use crate::{
    cli::{Failure, Report, args::AddAppArgs},
    config::{Address, PublicUrl},
};

pub async fn add(operator: &Operator, args: &AddAppArgs) -> Result<Report, Failure> {
    let address = Address::new(&args.address)?;
    let public_url = address.set_public_url();
    let name = parse_name(&args.name)?;
    let origin = parse_origin(&args.url)?;
    let access = if args.accounts.is_empty() {
        ApplicationAccess::Everyone
    } else {
        accounts(operator, &args.accounts).await?
    };
    let new = AddApplication {
        name,
        origin: origin.clone(),
        access,
        mfa: args.mfa.into(),
        user_header: args.user_header.into(),
    };
    let added = match add_application(operator, public_url.map(PublicUrl::host), new).await {
        Ok(added) => added,
        Err(error) => return Err(explain(operator, &args.name, &origin, error).await),
    };
    let warning = missing_url(public_url);
    let mut lines = vec![
        format!(
            "Application `{}` added at {}, for {}.",
            added.name,
            added.origin,
            report::access(&added)
        ),
        "Next: let its proxy ask Twinlock. docs/APPLICATIONS.md has a recipe for nginx, Caddy, Traefik, HAProxy and Envoy.".to_owned(),
        "The server needs TWINLOCK_TRUSTED_PROXIES with the proxy's address, because it answers no one else.".to_owned(),
    ];
    lines.extend(warning.clone());
    lines.push(format!(
        "Then check it from outside: `twinlock doctor --app {}`",
        added.origin
    ));
    let mut json = report::json(&added);
    if let Some(warning) = warning {
        json["warning"] = json!(warning);
    }
    Ok(Report::lines(lines, json))
}

/// What is missing if people can't be sent to Twinlock by https.
pub fn missing_url(public_url: Option<&PublicUrl>) -> Option<String> {
    let problem = match public_url {
        None => "TWINLOCK_PUBLIC_URL is not set".to_owned(),
        Some(url) if !url.is_https() => format!("TWINLOCK_PUBLIC_URL is {url}"),
        Some(_) => return None,
    };
    Some(format!(
        "{problem}: the server lets no one into an application until it is an https address, such as https://panel.example.com."
    ))
}
