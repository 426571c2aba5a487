//! Protects against requests that another site makes in the user's browser (CSRF): checks Fetch
//! Metadata first, then `Origin` for browsers and plain-http addresses without Fetch Metadata, and
//! refuses the request if neither is sent.

use app::wire::error::AppError;
use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderName,
        header::{HOST, ORIGIN},
    },
    response::Response,
};

use crate::{
    config::PublicUrl,
    middleware::{
        every_request::warning_limit::{WarningLimit, shown},
        refusal::refuse,
    },
};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins of our own pages, and the limited warnings about other origins.
pub struct Origins {
    public_url: PublicUrl,
    warnings: WarningLimit,
}

impl Origins {
    /// Accepts pages of this address, and of the host that a request names.
    pub fn of(public_url: PublicUrl) -> Self {
        Self {
            public_url,
            warnings: WarningLimit::default(),
        }
    }

    /// Passes only requests of our own pages. A proxy that drops or changes headers makes ours look
    /// foreign, so the log shows what arrived.
    pub fn refusal(&self, request: &Request) -> Option<Response> {
        let headers = request.headers();
        if is_ours(headers, &self.public_url) {
            return None;
        }
        if self.warnings.allows() {
            let said = |name: &HeaderName| {
                let value = headers.get(name).map(|value| shown(value.as_bytes()));
                value.unwrap_or_else(|| "none".to_owned())
            };
            tracing::warn!(
                origin = said(&ORIGIN),
                host = said(&HOST),
                sec_fetch_site = said(&SEC_FETCH_SITE),
                TWINLOCK_PUBLIC_URL = %self.public_url,
                "a request did not arrive as our own page sends it: if it was one, a proxy dropped or changed `Origin`, `Sec-Fetch-Site` or `Host`, or TWINLOCK_PUBLIC_URL is not the address that people open"
            );
        }
        Some(refuse(&AppError::ForeignRequest))
    }
}

fn is_ours(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    if headers.contains_key(SEC_FETCH_SITE) {
        return single(headers, &SEC_FETCH_SITE) == Some("same-origin");
    }
    let Some(origin) = single(headers, &ORIGIN) else {
        return false;
    };
    // Besides the configured address, the host of the request counts: another site can't set
    // `Host`, and the cookie is bound to the host anyway.
    let asked_for = single(headers, &HOST)
        .map(|host| format!("{}://{}", public_url.scheme(), host.to_ascii_lowercase()));
    origin == public_url.to_string() || asked_for.is_some_and(|asked_for| origin == asked_for)
}

/// Returns the value of a header that was sent exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::same_origin(&[("sec-fetch-site", "same-origin")], true)]
    #[case::same_origin_outweighs(&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], true)]
    #[case::same_site(&[("sec-fetch-site", "same-site"), ("origin", "https://panel.example")], false)]
    #[case::cross_site(&[("sec-fetch-site", "cross-site"), ("origin", "https://panel.example")], false)]
    #[case::typed_in(&[("sec-fetch-site", "none")], false)]
    #[case::twice(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false)]
    #[case::public(&[("origin", "https://panel.example")], true)]
    #[case::host(&[("origin", "https://10.0.0.5:3000"), ("host", "10.0.0.5:3000")], true)]
    #[case::other_scheme(&[("origin", "http://panel.example"), ("host", "panel.example")], false)]
    #[case::other_port(&[("origin", "https://panel.example:444"), ("host", "panel.example")], false)]
    #[case::foreign(&[("origin", "https://evil.example"), ("host", "panel.example")], false)]
    #[case::suffix(&[("origin", "https://panel.example.evil.example")], false)]
    #[case::null(&[("origin", "null"), ("host", "panel.example")], false)]
    #[case::origin_twice(&[("origin", "https://panel.example"), ("origin", "https://panel.example")], false)]
    #[case::neither(&[("host", "panel.example")], false)]
    fn only_our_own_pages_pass(
        #[case] sent: &[(&'static str, &'static str)],
        #[case] passes: bool,
    ) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, value.parse().unwrap());
        }
        assert_eq!(
            is_ours(&headers, &"https://panel.example".parse().unwrap()),
            passes
        );
    }
}
