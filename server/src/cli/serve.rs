//! `twinlock serve`.

use std::{
    io::{self, Write},
    net::{Ipv6Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use domain::{second_factor::totp::label, webauthn::relying_party::RelyingParty};
use rustix::io::Errno;
use storage::Store;
use tokio::{net::TcpListener, time::timeout};
use usecases::{Services, operator::offer_setup_link};

use crate::{
    cli::{Failure, args::ServeArgs, demo},
    config::{
        Address, Branding, Database, DatabaseArgs, Hsts, Limits, Passkeys, PublicUrl, Timeouts,
        retention,
    },
    context::{OpenDatabase, OpenMode, StartError, open, settings},
    health::{self, Health},
    housekeeping::RunningHousekeeping,
    keys::{find_missing_keys, key_file},
    listener::{self, ServeEnd},
    process::{service_manager, signals::Signals},
    router::router_with,
    spa::{NO_PAGES, Pages},
};

/// Lower ports are privileged.
const FIRST_FREE_PORT: u16 = 1024;
/// How long a program on this machine has to accept a connection.
const LOCAL_WAIT: Duration = Duration::from_millis(200);
/// The time limit for the last writes.
const TIDY_TIME: Duration = Duration::from_secs(5);

pub(in crate::cli) async fn run(args: &ServeArgs, database: &DatabaseArgs) -> Result<(), Failure> {
    // All settings are checked before anything is written.
    let (retention, timeouts) = (retention(&args.events)?, Timeouts::new(&args.shutdown)?);
    let hsts = Hsts::new(&args.transport)?;
    let (address, limits, branding, database) = (
        Address::new(&args.address)?,
        Limits::new(&args.limits)?,
        Branding::new(&args.branding)?,
        Database::new(database)?,
    );
    if args.demo {
        demo::check_address(&address)?;
    }
    let signals = Signals::heard().map_err(|source| system("waiting for signals", source))?;
    let socket = TcpListener::bind(address.listen).await;
    let socket = socket.map_err(|source| not_listening(address.listen, &source))?;
    let bound = socket
        .local_addr()
        .map_err(|source| system("asking for the own address", source))?;
    let public_url = address.public_url(bound).with_hsts(hsts);
    let passkeys = Passkeys::new(&public_url, &args.passkeys)?;

    let is_new = key_file::is_new(&database).unwrap_or(false);
    let opened = open(&database, OpenMode::Migrate).await?;
    let services = opened.services(settings(
        &branding,
        &public_url,
        passkeys.relying_party(),
        &limits,
    ))?;
    if args.demo
        && let Err(failure) = demo::run(&services, &database).await
    {
        opened.close().await;
        return Err(failure);
    }
    let pages = Pages::embedded(&branding, address.set_public_url());
    warn(&public_url, address.is_open_without_name(), &pages);
    warn_of_long_brand(&branding.brand);
    if address.set_public_url().is_none() {
        warn_of_another_localhost(bound);
    }
    for lost in find_missing_keys(opened.store(), &opened.vault().known_keys()).await? {
        tracing::error!("{lost}");
    }
    warn_of_passkeys(&passkeys, opened.store()).await?;
    warn_of_closed_applications(&services, &public_url, &limits).await?;
    let first_start = offer_setup_link(&services).await?;
    let assumption = address.assumption(bound);
    announce(
        (&PublicUrl::of_socket(bound), &public_url),
        first_start.as_deref(),
        assumption.as_deref(),
        &database,
        is_new,
    )
    .map_err(Failure::output)?;
    let clock = Arc::clone(&services.clock);
    let housekeeping = opened.housekeeping(Arc::clone(&clock), retention)?.start();
    let health = Arc::new(opened.health(clock));
    let more = health::routes(Arc::clone(&health));
    let proxies = limits.proxies;
    let router = router_with(more, services, &public_url, address.hosts, proxies, pages);
    let watchdog = service_manager::ready();
    let end = listener::serve(socket, router, signals, timeouts, || stopping(&health)).await;
    watchdog.abort();
    finish(end, housekeeping, &opened).await
}

/// Explains why the address can't be listened on, with the remedy.
fn not_listening(listen: SocketAddr, source: &io::Error) -> Failure {
    let advice = match source.kind() {
        io::ErrorKind::AddrInUse => {
            "another program listens there, perhaps a Twinlock that still runs: stop it, or choose another port with TWINLOCK_LISTEN"
        }
        io::ErrorKind::AddrNotAvailable => {
            "no network interface of this machine has that address: choose another one with TWINLOCK_LISTEN"
        }
        io::ErrorKind::PermissionDenied if listen.port() < FIRST_FREE_PORT => {
            "a port below 1024 needs root or the right CAP_NET_BIND_SERVICE (`AmbientCapabilities=CAP_NET_BIND_SERVICE` in a systemd unit): give the program that right, or choose a higher port with TWINLOCK_LISTEN and put a proxy in front"
        }
        io::ErrorKind::PermissionDenied => {
            "a rule of this machine forbids this program that port (SELinux, AppArmor, a container's policy): allow it there, or choose another port with TWINLOCK_LISTEN"
        }
        _ if Errno::from_io_error(source) == Some(Errno::AFNOSUPPORT) => {
            "this machine has no IPv6: choose an IPv4 address with TWINLOCK_LISTEN, such as 127.0.0.1:3000"
        }
        _ => "choose another address with TWINLOCK_LISTEN",
    };
    Failure::refused(format!("listening on {listen}: {source}: {advice}"))
}

/// Ends readiness first, while requests are still answered.
fn stopping(health: &Health) {
    health.stop();
    service_manager::stopping();
}

/// Finishes pending work, but does not delay the exit for an unresponsive database: remaining
/// events are sealed at the next start.
async fn finish(
    end: ServeEnd,
    housekeeping: RunningHousekeeping,
    opened: &OpenDatabase,
) -> Result<(), Failure> {
    if end == ServeEnd::AtOnce {
        return Err(Failure::refused(
            "stopped at once by a second signal: requests in progress were cut off",
        ));
    }
    let tidied = timeout(TIDY_TIME, async {
        housekeeping.finish().await;
        opened.close().await;
    });
    if tidied.await.is_err() {
        tracing::warn!("stopped without the database, which does not answer");
    }
    Ok(())
}

fn system(doing: &str, source: io::Error) -> Failure {
    Failure::System {
        doing: doing.to_owned(),
        source,
    }
}

fn warn(public_url: &PublicUrl, is_open_without_name: bool, pages: &Pages) {
    if is_open_without_name {
        tracing::warn!(
            %public_url,
            "the server listens on every address, and TWINLOCK_PUBLIC_URL is not set: links lead \
            to this machine only, and passwords and codes cross the network in clear text; put a \
            TLS proxy in front and set TWINLOCK_PUBLIC_URL to its https address"
        );
    } else if !public_url.is_https() && !public_url.is_loopback() {
        tracing::warn!(
            %public_url,
            "passwords and codes cross the network in clear text: put a TLS proxy in front and set TWINLOCK_PUBLIC_URL to its https address"
        );
    }
    if pages.are_missing() {
        tracing::warn!("{NO_PAGES}");
    }
}

/// Warns if passkeys and security keys can't be used, or if some belong to another domain.
async fn warn_of_passkeys(passkeys: &Passkeys, store: &Store) -> Result<(), StartError> {
    let id = passkeys.relying_party().map(RelyingParty::id);
    let others = store.keys_of_other_rp(id.unwrap_or_default()).await?;
    if let Some(notice) = passkeys.notice(others) {
        tracing::warn!("{notice}");
    }
    Ok(())
}

/// Warns if there are applications and a setting keeps everyone out of them.
async fn warn_of_closed_applications(
    services: &Services,
    public_url: &PublicUrl,
    limits: &Limits,
) -> Result<(), StartError> {
    if services.applications.list().await?.is_empty() {
        return Ok(());
    }
    if !public_url.is_https() {
        tracing::warn!(
            "no one can enter the applications: set TWINLOCK_PUBLIC_URL to the https address of Twinlock"
        );
    }
    if limits.proxies.is_empty() {
        tracing::warn!(
            "no one can enter the applications: name the address of their proxy in TWINLOCK_TRUSTED_PROXIES"
        );
    }
    Ok(())
}

/// Warns if another program answers at the IPv6 loopback address, to which browsers send a request
/// for `localhost` first.
fn warn_of_another_localhost(bound: SocketAddr) {
    let other = SocketAddr::new(Ipv6Addr::LOCALHOST.into(), bound.port());
    if bound.is_ipv4() && TcpStream::connect_timeout(&other, LOCAL_WAIT).is_ok() {
        tracing::warn!(
            %other,
            "another program answers at this address, to which browsers send what is meant for localhost: stop it, or choose another port with TWINLOCK_LISTEN, or set TWINLOCK_PUBLIC_URL"
        );
    }
}

/// Warns of a brand that would be shortened in authenticators, on security keys and elsewhere.
fn warn_of_long_brand(brand: &str) {
    if brand.len() > label::FOR_ISSUER {
        tracing::warn!(
            bytes = brand.len(),
            "TWINLOCK_BRAND leaves under {} of {} bytes for the address in an authenticator's entry: beside a long address the brand is shortened; use at most {} bytes",
            label::FOR_ACCOUNT,
            label::MAX_BYTES,
            label::FOR_ISSUER,
        );
    }
}

/// Printed to standard output and not to the log, because logs are kept and read by others, and the
/// link creates an Owner.
fn announce(
    (listening, public_url): (&PublicUrl, &PublicUrl),
    first_start: Option<&str>,
    assumption: Option<&str>,
    database: &Database,
    is_new: bool,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "Listening on {listening}")?;
    if let Some(link) = first_start {
        if let Some(assumption) = assumption {
            writeln!(out, "{assumption}")?;
        }
        writeln!(out, "Create the first owner:\n{link}")?;
        let (key_file, place) = (database.key_file.display(), &database.place);
        writeln!(
            out,
            "Back up the key file {key_file} apart from the database {place}: without it no \
            authenticator works."
        )?;
        // A server started in the wrong folder finds no users, and the operator should not mistake
        // that for data loss.
        let whole = database
            .file()
            .and_then(|file| std::path::absolute(file).ok())
            .map_or_else(|| place.to_string(), |file| file.display().to_string());
        let state = if is_new {
            "was made by this start"
        } else {
            "holds no user yet"
        };
        writeln!(
            out,
            "The database {whole} {state}: if you expected your users in it, stop the server and name theirs with TWINLOCK_DATABASE_URL."
        )?;
    } else if assumption.is_some() {
        writeln!(out, "Open {public_url}")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// An error about a port must not mention files.
    #[rstest]
    #[case::low(Errno::ACCESS, 80, "CAP_NET_BIND_SERVICE")]
    #[case::by_a_rule(Errno::ACCESS, 3000, "SELinux, AppArmor")]
    #[case::in_use(Errno::ADDRINUSE, 80, "choose another port with TWINLOCK_LISTEN")]
    #[case::of_nobody(
        Errno::ADDRNOTAVAIL,
        80,
        "no network interface of this machine has that address"
    )]
    #[case::without_ipv6(Errno::AFNOSUPPORT, 80, "this machine has no IPv6")]
    #[case::other(Errno::INVAL, 80, "choose another address")]
    fn s23_why_nothing_listens_is_told_of_the_port(
        #[case] error: Errno,
        #[case] port: u16,
        #[case] words: &str,
    ) {
        let listen = SocketAddr::from(([127, 0, 0, 1], port));
        let said = not_listening(listen, &error.into()).to_string();
        assert!(
            said.starts_with(&format!("listening on 127.0.0.1:{port}: ")) && said.contains(words),
            "{said}"
        );
        assert!(!said.contains("file") && !said.contains("folder"), "{said}");
    }
}
