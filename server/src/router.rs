//! Maps paths to handlers and guards. The order of the layers is the order in which a request
//! passes them.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::HeaderValue,
    middleware::from_fn_with_state,
    response::Response,
    routing::{any, get},
};
use tower::ServiceBuilder;
use usecases::Services;

use crate::{
    config::{Hosts, PublicUrl, TrustedProxies},
    door, health,
    middleware::{
        api_request::{
            self, Guards, origin::Origins, pace::Pace, repeats::Repeats, server_function,
        },
        every_request::{
            self, Envelopes, host::HostGuard, panic, security_headers::SecurityHeaders,
        },
    },
    spa::Pages,
};

/// The whole server as one service, without the routes that need more than the services.
pub fn router(
    services: Services,
    public_url: &PublicUrl,
    hosts: Hosts,
    proxies: TrustedProxies,
    pages: Pages,
) -> Router {
    router_with(Router::new(), services, public_url, hosts, proxies, pages)
}

/// The whole server as one service. `more` adds routes beside the pages, behind the layer that
/// wraps every answer.
pub fn router_with(
    more: Router,
    services: Services,
    public_url: &PublicUrl,
    hosts: Hosts,
    proxies: TrustedProxies,
    pages: Pages,
) -> Router {
    let brand = &services.settings.brand;
    let envelopes = Arc::new(Envelopes {
        entropy: Arc::clone(&services.entropy),
        headers: SecurityHeaders::new(pages.inline(), public_url.hsts()),
        proxies: proxies.clone(),
        hosts: HostGuard::new(hosts, proxies.clone(), public_url.clone(), brand),
    });
    let pages = Arc::new(pages.with_session_cookie(services.settings.cookies.session()));
    let door = door::routes(
        services.clone(),
        public_url,
        proxies.clone(),
        Arc::clone(&pages),
    );
    let around_everything = ServiceBuilder::new()
        .layer(from_fn_with_state(envelopes, every_request::wrap))
        .layer(panic::catch());
    let guards = Guards {
        services: Arc::new(services),
        origins: Origins::of(public_url.clone()),
        proxies,
        build: pages
            .build()
            .and_then(|build| HeaderValue::from_str(build).ok()),
        pace: Pace::of_this_machine(),
        repeats: Repeats::default(),
    };
    Router::new()
        .route(health::LIVE, get(health::alive))
        .fallback(page)
        .with_state(pages)
        .merge(more)
        .merge(door)
        .merge(api(guards))
        .layer(around_everything)
}

fn api(guards: Guards) -> Router {
    Router::new()
        .route("/api", any(server_function::call))
        .route("/api/", any(server_function::call))
        .route("/api/{*function}", any(server_function::call))
        .with_state(Arc::clone(&guards.services))
        .layer(from_fn_with_state(Arc::new(guards), api_request::keep))
}

async fn page(State(pages): State<Arc<Pages>>, request: Request) -> Response {
    pages.answer(request.method(), request.uri().path(), request.headers())
}
