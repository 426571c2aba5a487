//! `twinlock doctor --app`: attacks an application from outside, as a stranger could.
//!
//! Each check is one line. A failure of DNS, TCP or TLS ends the checks, because later ones would
//! blame the proxy for it.

mod checks;
mod client;
mod judge;

use std::collections::BTreeMap;

use domain::{door::ApplicationOrigin, ports::ApplicationRecord};
use serde_json::json;
use usecases::operator::{Operator, find_application_at, list_applications};

use crate::{
    cli::{Failure, Report, app::parse_origin, args::DoctorArgs, on},
    config::{Address, DatabaseArgs, PublicUrl, SettingError},
};
use checks::{Check, Doors};
use client::TlsClient;

/// The name of the first check.
const REGISTERED: &str = "registered";

pub(in crate::cli) async fn run(
    url: &str,
    args: &DoctorArgs,
    database: &DatabaseArgs,
) -> Result<Report, Failure> {
    let origin = parse_origin(url)?;
    let address = Address::new(&args.address)?;
    let public_url = portal(&address)?;
    let client = TlsClient::new(args.ca.as_deref()).map_err(Failure::refused)?;
    on(database, None, async |operator| {
        let Some(application) = find_application_at(operator, &origin).await? else {
            let failed = Check::failed(REGISTERED, unregistered(operator, &origin).await?);
            return Ok(report(&[failed]));
        };
        let registered = Check::passed(REGISTERED);
        let doors = Doors::new(&application, &public_url).map_err(Failure::refused)?;
        let client = client.clone();
        let attack = tokio::task::spawn_blocking(move || checks::all(&client, &doors));
        let found = attack
            .await
            .map_err(|_| Failure::refused("the checks ended early"))?;
        Ok(report(&[vec![registered], found].concat()))
    })
    .await
}

/// The public URL of the server, which the checks need: people are sent there.
fn portal(address: &Address) -> Result<PublicUrl, SettingError> {
    let set = address.set_public_url().filter(|url| url.is_https());
    set.cloned().ok_or_else(|| {
        let problem = "set it, or give --public-url, to the https address of the server, as the server has it: an application sends people there to sign in";
        SettingError::new("TWINLOCK_PUBLIC_URL", problem.to_owned())
    })
}

/// What to do about an address that is not an application's.
async fn unregistered(operator: &Operator, origin: &ApplicationOrigin) -> Result<String, Failure> {
    let known = list_applications(operator).await?;
    let known: Vec<&str> = known
        .iter()
        .map(|ApplicationRecord { origin, .. }| origin.as_str())
        .collect();
    let known = if known.is_empty() {
        "there are no applications yet".to_owned()
    } else {
        format!("there are {}", known.join(", "))
    };
    Ok(format!(
        "no application has the address {origin}, so Twinlock lets no one in there; {known}; `twinlock app add NAME --url {origin}` adds it"
    ))
}

fn report(checks: &[Check]) -> Report {
    let count = checks.len();
    let faults: Vec<&str> = checks
        .iter()
        .filter(|check| check.fault.is_some())
        .map(|check| check.name)
        .collect();
    let said = (!faults.is_empty()).then(|| {
        let noun = if count == 1 { "check" } else { "checks" };
        format!(
            "{} of {count} {noun} failed: {}",
            faults.len(),
            faults.join(", ")
        )
    });
    let words: BTreeMap<&str, &str> = checks
        .iter()
        .map(|check| (check.name, check.word()))
        .collect();
    let mut value = json!(words);
    if said.is_some() {
        let remedies = checks
            .iter()
            .filter_map(|check| Some((check.name, check.fault.as_deref()?)));
        value["remedies"] = json!(remedies.collect::<BTreeMap<_, _>>());
    }
    let lines = checks.iter().map(|check| {
        let fault = check.fault.as_ref().map(|fault| format!(": {fault}"));
        format!(
            "{:<10}  {}{}",
            check.name,
            check.word(),
            fault.unwrap_or_default()
        )
    });
    Report::lines(lines.collect(), value).failing(said)
}
