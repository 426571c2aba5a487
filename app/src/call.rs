//! One call of a server function: the services, the caller, the instant, and the answer's status and cookie.

use domain::{
    events::{Actor, Origin},
    ports::TokenSwap,
    session::known_browser::KNOWN,
    time::Timestamp,
    token::Token,
};
use http::{
    HeaderValue,
    header::{RETRY_AFTER, SET_COOKIE},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{
    caller::{Caller, Visitor},
    error::AppError,
    events,
    services::Services,
};

/// What a use case is called with.
pub struct Call {
    /// The ports.
    pub services: Services,
    /// Who calls; none for public functions without a session.
    caller: Option<Caller>,
    /// Where it comes from.
    pub visitor: Visitor,
    /// The instant of the request: one for the whole call.
    pub now: Timestamp,
    /// Which function was called.
    pub(crate) function: Option<&'static str>,
}

impl Call {
    /// The call that is being served. The server provides its parts as context.
    pub fn here() -> Result<Self, AppError> {
        let services = use_context::<Services>().ok_or(AppError::Internal)?;
        let caller = use_context::<Option<Caller>>().flatten();
        let visitor = use_context::<Visitor>().ok_or(AppError::Internal)?;
        let now = services.clock.now();
        // Only a test leaves the origin out.
        let origin = use_context::<Origin>().unwrap_or_else(|| Origin::here(Actor::Nobody, now));
        let function = origin.function;
        let services = services.seen_from(Origin { at: now, ..origin });
        Ok(Self {
            services,
            caller,
            visitor,
            now,
            function,
        })
    }

    /// The caller's session. The access layer has let it in already; without one this fails closed.
    pub fn caller(&self) -> Result<&Caller, AppError> {
        self.caller.as_ref().ok_or(AppError::NotSignedIn)
    }

    /// The session of a public function, if there is one.
    #[must_use]
    pub const fn caller_if_any(&self) -> Option<&Caller> {
        self.caller.as_ref()
    }

    /// Draws a new session token.
    pub fn draw_token(&self) -> Result<Token, AppError> {
        Ok(Token::from_random(self.services.entropy.draw()?))
    }

    /// The caller's session with a new token, for a step up (ASVS V7.2.4): the store swaps it, [`Call::set_cookie`] hands it out then.
    pub fn renewal(&self) -> Result<(TokenSwap, Token), AppError> {
        let caller = self.caller()?;
        let token = self.draw_token()?;
        let swap = TokenSwap {
            session: caller.session.id.clone(),
            old: caller.token,
            new: token.hash(),
        };
        Ok((swap, token))
    }

    /// Gives the browser its token: only ever in this cookie, never in a body.
    pub fn set_cookie(&self, token: &Token) {
        self.append_cookie(self.services.settings.cookie_name(), &token.expose(), None);
    }

    /// Takes the cookie away.
    pub fn clear_cookie(&self) {
        self.append_cookie(self.services.settings.cookie_name(), "", Some(0));
    }

    /// Gives the browser the token by which it is known; it outlives the session.
    pub fn set_browser_cookie(&self, token: &Token) {
        let name = self.services.settings.browser_cookie_name();
        self.append_cookie(name, &token.expose(), Some(KNOWN.as_secs()));
    }

    fn append_cookie(&self, name: &str, value: &str, max_age: Option<u64>) {
        let secure = if self.services.settings.cookies.are_secure() {
            "; Secure"
        } else {
            ""
        };
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
}

/// Runs a use case on the call that is being served, and gives a refusal its HTTP status.
pub async fn answer<T>(
    use_case: impl AsyncFnOnce(&Call) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let result = match Call::here() {
        Ok(call) => {
            let result = use_case(&call).await;
            if let Err(refusal) = &result {
                events::refused(&call, *refusal).await;
            }
            result
        }
        Err(error) => Err(error),
    };
    result.inspect_err(|refusal| set_status(*refusal))
}

/// Gives the answer the status of a refusal; without it every error would be a 500.
pub(crate) fn set_status(refusal: AppError) {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    response.set_status(refusal.status());
    if let Some(seconds) = refusal.retry_after() {
        response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}
