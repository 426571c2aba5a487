//! The browser of a demo user, which calls use cases at instants of the past.

use std::net::{IpAddr, Ipv4Addr};

use app::serve::origin;
use domain::{network::client_address::ClientAddress, time::Timestamp, token::Token};
use http::HeaderMap;
use usecases::{
    Context, Cookies, Services, SessionCookie, UseCaseError, Visitor, record_error, resolve,
};

use crate::cli::demo::at;

/// The address in the security events of the demo.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A browser with its cookies.
pub struct Browser {
    services: Services,
    /// The cookie of the session.
    session: Option<Token>,
    /// The cookie by which the browser is known to its user.
    known: Option<Token>,
}

impl Browser {
    /// A browser without cookies.
    pub fn new(services: &Services) -> Self {
        Self {
            services: services.clone(),
            session: None,
            known: None,
        }
    }

    /// A browser of the same services without cookies.
    pub fn without_cookies(&self) -> Self {
        Self::new(&self.services)
    }

    /// Calls a use case like the server function of this path, at `now`.
    pub async fn call<T>(
        &mut self,
        path: &str,
        now: Timestamp,
        use_case: impl AsyncFnOnce(&Context, &mut Cookies) -> Result<T, UseCaseError>,
    ) -> Result<T, UseCaseError> {
        let services = at(&self.services, now);
        let session = self.session.iter().map(Token::hash);
        let caller = resolve(&services, session).await?;
        let origin = origin(path, caller.as_ref(), Some(ADDRESS), &HeaderMap::new(), now);
        let visitor = Visitor {
            address: ClientAddress::new(ADDRESS),
            browser: self.known.as_ref().map(Token::hash),
        };
        let context = Context::new(&services, caller, visitor, origin);
        let mut cookies = Cookies::default();
        let result = use_case(&context, &mut cookies).await;
        self.keep(cookies);
        if let Err(error) = &result {
            record_error(&context, *error).await;
        }
        result
    }

    fn keep(&mut self, cookies: Cookies) {
        match cookies.session {
            Some(SessionCookie::Set(token)) => self.session = Some(token),
            Some(SessionCookie::Clear) => self.session = None,
            None => {}
        }
        self.known = cookies.browser.or(self.known.take());
    }
}
