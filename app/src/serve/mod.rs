//! The edge of the server functions: turns a request into a use case's [`Context`], and the use
//! case's result into cookies and an error for the client.

mod cookies;
mod origin;

use std::sync::Arc;

use domain::{
    events::{Actor, Origin},
    network::client_address::ClientAddress,
    session::known_browser::KNOWN,
    token::Token,
};
use http::{HeaderMap, HeaderValue, header::SET_COOKIE};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use usecases::{
    Caller, Context, CookieNames, Cookies, Services, SessionCookie, Settings, UseCaseError,
    Visitor, record_error,
};

use crate::wire::error::AppError;

pub use cookies::has_cookie;
pub use origin::origin;

/// The caller of a request, found by its session cookie.
pub async fn resolve(services: &Services, headers: &HeaderMap) -> Result<Option<Caller>, AppError> {
    let name = services.settings.cookies.session();
    let caller = usecases::resolve(services, cookies::tokens(headers, name)).await;
    Ok(caller?)
}

/// The client of a request: its address and its known-browser token.
#[must_use]
pub fn visitor(address: ClientAddress, headers: &HeaderMap, settings: &Settings) -> Visitor {
    Visitor {
        address,
        browser: cookies::tokens(headers, settings.cookies.browser()).next(),
    }
}

/// Runs a use case that sets no cookies.
pub(crate) async fn answer<T>(
    use_case: impl AsyncFnOnce(&Context) -> Result<T, UseCaseError>,
) -> Result<T, AppError> {
    answer_with_cookies(async |context, _| use_case(context).await).await
}

/// Runs a use case for the current request, and sets its cookies. The server gives an error its
/// HTTP status.
pub(crate) async fn answer_with_cookies<T>(
    use_case: impl AsyncFnOnce(&Context, &mut Cookies) -> Result<T, UseCaseError>,
) -> Result<T, AppError> {
    let Some(context) = context() else {
        return Err(AppError::Internal);
    };
    let mut cookies = Cookies::default();
    let result = use_case(&context, &mut cookies).await;
    set_cookies(&context.services.settings.cookies, &cookies);
    if let Err(error) = &result {
        record_error(&context, *error).await;
    }
    result.map_err(AppError::from)
}

/// The context of the current call; none if the server did not provide its parts.
fn context() -> Option<Context> {
    let services = use_context::<Arc<Services>>()?;
    let caller = use_context::<Option<Caller>>().flatten();
    let visitor = use_context::<Visitor>()?;
    // Only tests provide no origin.
    let origin = use_context::<Origin>()
        .unwrap_or_else(|| Origin::here(Actor::Nobody, services.clock.now()));
    Some(Context::new(&services, caller, visitor, origin))
}

fn set_cookies(names: &CookieNames, cookies: &Cookies) {
    match &cookies.session {
        Some(SessionCookie::Set(token)) => append_cookie(names, names.session(), Some(token), None),
        Some(SessionCookie::Clear) => append_cookie(names, names.session(), None, Some(0)),
        None => {}
    }
    if let Some(token) = &cookies.browser {
        append_cookie(names, names.browser(), Some(token), Some(KNOWN.as_secs()));
    }
}

fn append_cookie(names: &CookieNames, name: &str, token: Option<&Token>, max_age: Option<u64>) {
    let value = token.map(Token::expose).unwrap_or_default();
    let secure = if names.are_secure() { "; Secure" } else { "" };
    let lasts = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{lasts}");
    if let (Ok(mut cookie), Some(response)) = (
        HeaderValue::from_str(&cookie),
        use_context::<ResponseOptions>(),
    ) {
        cookie.set_sensitive(true);
        response.append_header(SET_COOKIE, cookie);
    }
}
