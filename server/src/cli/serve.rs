//! `twinlock serve`.

use std::{
    io::{self, Write},
    sync::Arc,
};

use app::services::Services;
use domain::token::Token;
use tokio::net::TcpListener;

use super::{Failure, args::ServeArgs, demo};
use crate::{
    config::{Address, Branding, Database, DatabaseArgs, Limits, PublicUrl, retention},
    context::{Opening, open, settings},
    listener,
    router::router,
    spa::{NO_PAGES, Pages},
};

pub(super) async fn run(args: &ServeArgs, database: &DatabaseArgs) -> Result<(), Failure> {
    // Everything that can be wrong is judged before anything is written.
    let retention = retention(&args.events)?;
    let (address, limits, branding, database) = (
        Address::new(&args.address)?,
        Limits::new(&args.limits)?,
        Branding::new(&args.branding)?,
        Database::new(database)?,
    );
    if args.demo {
        demo::check_address(&address)?;
    }
    let stop = listener::stop_signal().map_err(|source| system("waiting for signals", source))?;
    let socket = TcpListener::bind(address.listen).await;
    let socket =
        socket.map_err(|source| system(&format!("listening on {}", address.listen), source))?;
    let bound = socket
        .local_addr()
        .map_err(|source| system("asking for the own address", source))?;
    let public_url = address.public_url(bound);

    let opened = open(&database, Opening::Migrate).await?;
    let services = opened.services(settings(&branding, &public_url, &limits))?;
    if args.demo
        && let Err(failure) = demo::run(&services, &database).await
    {
        opened.close().await;
        return Err(failure);
    }
    let pages = Pages::embedded(&branding);
    warn(&public_url, &pages);
    let first_start = first_owner_link(&services, &public_url).await?;
    announce(
        &PublicUrl::of_socket(bound),
        first_start.as_deref(),
        &database,
    )
    .map_err(Failure::output)?;
    let keeping = opened
        .keeper(Arc::clone(&services.clock), retention)
        .start();
    let router = router(services, &public_url, limits.proxies, pages);
    listener::serve(socket, router, stop).await;
    keeping.finish().await;
    opened.close().await;
    Ok(())
}

fn system(doing: &str, source: io::Error) -> Failure {
    Failure::System {
        doing: doing.to_owned(),
        source,
    }
}

fn warn(public_url: &PublicUrl, pages: &Pages) {
    if !public_url.is_https() && !public_url.is_loopback() {
        tracing::warn!(
            %public_url,
            "passwords and codes cross the network in clear text: put a TLS proxy in front and set TWINLOCK_PUBLIC_URL to its https address"
        );
    }
    if pages.are_missing() {
        tracing::warn!("{NO_PAGES}");
    }
}

/// A new link at each start, until somebody exists.
async fn first_owner_link(
    services: &Services,
    public_url: &PublicUrl,
) -> Result<Option<String>, Failure> {
    if !services.users.none_exist().await? {
        return Ok(None);
    }
    let token = Token::from_random(services.entropy.draw()?);
    services.users.offer_set_up(token.hash()).await?;
    Ok(Some(format!("{public_url}/setup#{}", token.expose())))
}

/// On standard output and not in the log: logs are kept and read by others, and the link makes an owner.
fn announce(
    listening: &PublicUrl,
    first_start: Option<&str>,
    database: &Database,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "Listening on {listening}")?;
    if let Some(link) = first_start {
        writeln!(out, "Create the first owner: {link}")?;
        let (key_file, file) = (database.key_file.display(), database.file.display());
        writeln!(
            out,
            "Back up the key file {key_file} apart from the database {file}: without it nobody's authenticator works."
        )?;
    }
    out.flush()
}
