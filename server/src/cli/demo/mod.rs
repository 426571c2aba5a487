//! `twinlock serve --demo`: three accounts and nine users, in every state that the pages have.
//!
//! Everything is done by the use cases that the commands and the pages call. Only the clock stands
//! in the past, so that no user's current code has been used already.

mod browser;
mod history;
mod people;
mod secrets;
mod sheet;
mod user;

use std::{
    io::{self, Write},
    sync::Arc,
};

use domain::{session::address_limit::LIMIT, time::Timestamp};
use usecases::{
    Services, Settings,
    operator::{Operator, is_empty},
};

use crate::{
    cli::Failure,
    config::{Address, Database, SettingError},
    system::clock::FixedClock,
};

/// Checks whether the demo may be served on this address: its passwords have been on a screen, so
/// other hosts must not reach it. A public URL other than loopback means a proxy that forwards
/// other hosts.
pub(in crate::cli) fn check_address(address: &Address) -> Result<(), SettingError> {
    let listen = address.listen;
    if !listen.ip().to_canonical().is_loopback() {
        let problem = format!(
            "the demo is for this machine only and does not listen on {listen}: use 127.0.0.1:3000 or leave --demo out"
        );
        return Err(SettingError::new("TWINLOCK_LISTEN", problem));
    }
    let public_url = address.public_url(listen);
    if !public_url.is_loopback() {
        let problem = format!(
            "the demo is for this machine only and is not shown at {public_url}: use an address such as http://localhost:3000, or leave --demo out"
        );
        return Err(SettingError::new("TWINLOCK_PUBLIC_URL", problem));
    }
    Ok(())
}

/// Fills an empty database and prints, only this once, how to sign in.
pub(in crate::cli) async fn run(services: &Services, database: &Database) -> Result<(), Failure> {
    if !is_empty(&Operator::new(services)).await? {
        return Err(Failure::refused(format!(
            "the database {} is not empty, and --demo fills an empty one only: leave --demo out, or name a new one with TWINLOCK_DATABASE_URL",
            database.place
        )));
    }
    let mut out = io::stdout();
    writeln!(
        out,
        "Filling the database with three accounts and nine people. Hashing their passwords and backup codes takes a few seconds."
    )
    .and_then(|()| out.flush())
    .map_err(Failure::output)?;
    let users = history::fill(services).await?;
    out.write_all(sheet::sheet(&users).as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::output)
}

/// The services at an instant of the past. The limit of sign-ins from one address is the default,
/// because all users of the demo sign in from this machine at once.
fn at(services: &Services, now: Timestamp) -> Services {
    let settings = Settings {
        address_limit: LIMIT,
        ..(*services.settings).clone()
    };
    Services {
        clock: Arc::new(FixedClock(now)),
        settings: Arc::new(settings),
        ..services.clone()
    }
}

/// Reports an unexpected result on an empty database: another process is writing to it.
fn incomplete(what: &str) -> Failure {
    Failure::refused(format!(
        "the demo is incomplete ({what}): start again on a new database that no other program uses"
    ))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::config::AddressArgs;

    #[rstest]
    #[case("127.0.0.1:0", None, true)]
    #[case("127.0.0.5:3000", Some("https://localhost"), true)]
    #[case("[::1]:3000", Some("http://demo.localhost:3000"), true)]
    #[case("[::ffff:127.0.0.1]:3000", Some("http://[::1]:3000"), true)]
    #[case("127.0.0.1:3000", Some("https://panel.example.com"), false)]
    #[case("127.0.0.1:3000", Some("http://0.0.0.0:3000"), false)]
    #[case("[::ffff:10.0.0.1]:3000", None, false)]
    #[case("[::]:3000", Some("http://localhost:3000"), false)]
    fn the_demo_is_for_this_machine_by_both_addresses(
        #[case] listen: &str,
        #[case] public_url: Option<&str>,
        #[case] taken: bool,
    ) {
        let args = AddressArgs {
            listen: listen.to_owned(),
            public_url: public_url.map(str::to_owned),
            allowed_hosts: None,
        };
        assert_eq!(check_address(&Address::new(&args).unwrap()).is_ok(), taken);
    }
}
