//! Serves a folder of pages with the headers of `twinlock serve`, but without a database: for
//! `cargo xtask gallery`. The API has one function, which the page calls before the app starts.

use std::{
    borrow::Cow,
    error::Error,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::map_response_with_state,
    response::{IntoResponse, Response},
    routing::post,
};
use clap::Parser;
use server::{
    config::{Branding, BrandingArgs, Timeouts},
    listener,
    middleware::every_request::security_headers::SecurityHeaders,
    process::signals::Signals,
    spa::Pages,
};
use tokio::net::TcpListener;

#[derive(Parser)]
struct CliArguments {
    /// What Trunk wrote
    folder: PathBuf,

    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,

    #[command(flatten)]
    branding: BrandingArgs,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = CliArguments::parse();
    let branding = Branding::new(&arguments.branding)?;
    let pages = Pages::new(files(&arguments.folder)?, &branding);
    let headers = Arc::new(SecurityHeaders::new(pages.inline(), None));
    let router = Router::new()
        .route("/api/session/whoami", post(no_viewer))
        .fallback(page)
        .with_state(Arc::new(pages))
        .layer(map_response_with_state(headers, with_headers));
    let signals = Signals::heard()?;
    let socket = TcpListener::bind(arguments.listen).await?;
    println!("Listening on http://{}/gallery", socket.local_addr()?);
    listener::serve(socket, router, signals, Timeouts::default(), || {}).await;
    Ok(())
}

async fn with_headers(
    State(headers): State<Arc<SecurityHeaders>>,
    mut response: Response,
) -> Response {
    headers.add(&mut response);
    response
}

/// Answers like the product to a request without a session.
async fn no_viewer() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], "null")
}

async fn page(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    let path = request.uri().path();
    let mut response = pages.answer(request.method(), path, request.headers());
    // This path has no page, so the status is that of a missing page.
    if path == "/gallery" {
        *response.status_mut() = StatusCode::OK;
    }
    response
}

/// Trunk writes no folders: the app has no snippets of JavaScript.
fn files(folder: &Path) -> io::Result<Vec<(Cow<'static, str>, Bytes)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push((Cow::Owned(name), fs::read(entry.path())?.into()));
        }
    }
    Ok(files)
}
