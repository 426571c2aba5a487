//! Answers only requests for one of our hosts (RFC 9110 §7.2, §15.5.20), and refuses those without
//! a clear host.

use std::net::{IpAddr, Ipv4Addr};

use app::wire::error::AppError;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, Version, header::HOST},
    response::Response,
};
use domain::network::host_name::HostName;

use crate::{
    config::{Hosts, PublicUrl, TrustedProxies},
    door::is_verifier,
    health::{LIVE, READY},
    middleware::{
        every_request::{
            visitor::Peer,
            warning_limit::{WarningLimit, shown},
        },
        refusal::{plain, refuse_as},
    },
    spa::OtherAddress,
};

/// The header with the original host, set by a proxy that does not pass `Host` on. Read from
/// trusted proxies only.
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// The remedy that is logged for a host that the setting can't accept.
const NO_BROWSERS_HOST: &str = "nothing: no browser asks for such a host";

/// The accepted hosts, and the answer for all others.
pub struct HostGuard {
    hosts: Hosts,
    proxies: TrustedProxies,
    public_url: PublicUrl,
    page: OtherAddress,
    warnings: WarningLimit,
}

impl HostGuard {
    /// Creates the guard. Refused clients are told the public URL and nothing else.
    pub fn new(hosts: Hosts, proxies: TrustedProxies, public_url: PublicUrl, brand: &str) -> Self {
        Self {
            page: OtherAddress::new(&public_url, brand),
            hosts,
            proxies,
            public_url,
            warnings: WarningLimit::default(),
        }
    }

    /// Refuses a request without a single readable host (400) or for another host (421).
    pub fn refusal(&self, request: &Request) -> Option<Response> {
        let path = request.uri().path();
        // Load balancers send health checks by address, and older ones send no host at all.
        let is_health = matches!(path, LIVE | READY);
        if is_health && request.version() < Version::HTTP_11 {
            return None;
        }
        let Some(named) = named(request) else {
            return Some(if is_api(path) {
                refuse_as(StatusCode::BAD_REQUEST, &AppError::Malformed)
            } else {
                plain(
                    StatusCode::BAD_REQUEST,
                    "The request's Host is missing, repeated or malformed.",
                )
            });
        };
        // Proxies ask there about other hosts; the verifier itself refuses everyone else.
        let ours = |hosts: &[HostName]| hosts.iter().all(|host| self.hosts.hold(host));
        let said = forwarded(request);
        let trusted = said.clone().filter(|_| self.trusts_peer(request));
        if is_health || is_verifier(path) || ours(&named) || trusted.as_deref().is_some_and(ours) {
            return None;
        }
        let remedy = if said.as_deref().is_some_and(ours) {
            "pass on `Host`, or name the proxy in TWINLOCK_TRUSTED_PROXIES".to_owned()
        } else {
            let list = self.hosts.list_with(&trusted.unwrap_or(named));
            list.map_or_else(
                || NO_BROWSERS_HOST.to_owned(),
                |list| format!("TWINLOCK_ALLOWED_HOSTS={list}"),
            )
        };
        self.warn(request, &remedy);
        Some(if is_api(path) {
            refuse_as(StatusCode::MISDIRECTED_REQUEST, &AppError::ForeignRequest)
        } else {
            self.page.answer(request.method())
        })
    }

    /// Returns whether the peer is a trusted proxy.
    fn trusts_peer(&self, request: &Request) -> bool {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        self.proxies.contain(peer.to_canonical())
    }

    /// Logs the refused hosts, and the setting that would accept such a request.
    fn warn(&self, request: &Request, remedy: &str) {
        if self.warnings.allows() {
            let said = |name: &HeaderName| {
                let lines = request.headers().get_all(name).iter();
                let lines: Vec<String> = lines.map(|line| shown(line.as_bytes())).collect();
                match lines[..] {
                    [] => "none".to_owned(),
                    _ => lines.join(", "),
                }
            };
            tracing::warn!(
                host = said(&HOST),
                x_forwarded_host = said(&X_FORWARDED_HOST),
                TWINLOCK_PUBLIC_URL = %self.public_url,
                to_answer_it = remedy,
                "a request for another host was refused: if people open this server under that host, do what `to_answer_it` says; if a proxy of yours made it up, it has to pass on the `Host` that the browser sends"
            );
        }
    }
}

/// Returns the hosts in the proxy's header, if all of them can be parsed.
fn forwarded(request: &Request) -> Option<Vec<HostName>> {
    let lines = request.headers().get_all(X_FORWARDED_HOST).iter();
    let lines: Option<Vec<&str>> = lines.map(|line| line.to_str().ok()).collect();
    let lines = lines.filter(|lines| !lines.is_empty())?;
    let entries = lines.iter().flat_map(|line| line.split(','));
    entries
        .map(|entry| HostName::of_authority(entry.trim()))
        .collect()
}

/// Returns the hosts in the request's target and in `Host`: at least one of them, each readable,
/// the header once. Since HTTP/2 the target is enough.
fn named(request: &Request) -> Option<Vec<HostName>> {
    let target = match request.uri().authority() {
        Some(authority) => Some(HostName::of_authority(authority.as_str())?),
        None => None,
    };
    match (header(request.headers()).ok()?, target) {
        (Some(header), target) => Some([header].into_iter().chain(target).collect()),
        (None, Some(target)) if request.version() >= Version::HTTP_2 => Some(vec![target]),
        (None, _) => None,
    }
}

/// `Host` is no valid host, or is sent more than once.
struct InvalidHost;

/// Returns the value of `Host`, if it is sent.
fn header(headers: &HeaderMap) -> Result<Option<HostName>, InvalidHost> {
    let mut lines = headers.get_all(HOST).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    let text = line.to_str().ok().filter(|_| lines.next().is_none());
    let host = text.and_then(HostName::of_authority);
    host.map(Some).ok_or(InvalidHost)
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use rstest::rstest;

    use super::*;
    use crate::config::{LimitArgs, Limits};

    const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    fn guard() -> HostGuard {
        let limits = LimitArgs {
            address_limit: None,
            trusted_proxies: Some("10.0.0.0/8".to_owned()),
        };
        let public_url: PublicUrl = "https://panel.example.com".parse().unwrap();
        HostGuard::new(
            Hosts::of(&public_url, Vec::new()),
            Limits::new(&limits).unwrap().proxies,
            public_url,
            "Panel",
        )
    }

    fn status(
        version: Version,
        target: &str,
        headers: &[(&'static str, &str)],
        peer: Option<IpAddr>,
    ) -> u16 {
        let mut request = Request::get(target).version(version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(peer) = peer {
            request.extensions_mut().insert(Peer(peer));
        }
        let refusal = guard().refusal(&request);
        refusal.map_or(200, |response| response.status().as_u16())
    }

    #[rstest]
    #[case::own("/", &[("host", "panel.example.com")], 200)]
    #[case::spelt_otherwise("/", &[("host", "Panel.Example.COM.:8443")], 200)]
    #[case::other("/", &[("host", "evil.example")], 421)]
    #[case::by_address("/", &[("host", "127.0.0.1:3000")], 421)]
    #[case::call_of_another("/api/session/sign_in", &[("host", "evil.example")], 421)]
    #[case::missing("/", &[], 400)]
    #[case::empty("/", &[("host", "")], 400)]
    #[case::twice("/", &[("host", "panel.example.com"), ("host", "panel.example.com")], 400)]
    #[case::two_in_one("/", &[("host", "panel.example.com, evil.example")], 400)]
    #[case::with_a_user("/", &[("host", "u@panel.example.com")], 400)]
    #[case::odd_port("/", &[("host", "panel.example.com:x")], 400)]
    #[case::absolute("http://panel.example.com/", &[("host", "panel.example.com")], 200)]
    #[case::absolute_of_another("http://evil.example/", &[("host", "panel.example.com")], 421)]
    #[case::two_hosts("http://panel.example.com/", &[("host", "evil.example")], 421)]
    #[case::absolute_alone("http://panel.example.com/", &[], 400)]
    #[case::absolute_with_a_user("http://u:p@panel.example.com/", &[("host", "panel.example.com")], 400)]
    #[case::health_by_address("/livez", &[("host", "10.0.0.9:3000")], 200)]
    #[case::readiness_by_address("/readyz", &[("host", "10.0.0.9")], 200)]
    #[case::health_of_two("/livez", &[("host", "a"), ("host", "b")], 400)]
    #[case::beside_health("/livez/", &[("host", "10.0.0.9")], 421)]
    #[case::said_by_a_stranger("/", &[("host", "evil.example"), ("x-forwarded-host", "panel.example.com")], 421)]
    fn s30_only_the_own_host_is_answered(
        #[case] target: &str,
        #[case] headers: &[(&'static str, &str)],
        #[case] expected: u16,
    ) {
        assert_eq!(status(Version::HTTP_11, target, headers, None), expected);
    }

    #[rstest]
    #[case("panel.example.com", 200)]
    #[case("panel.example.com:443", 200)]
    #[case("evil.example", 421)]
    #[case("panel.example.com, evil.example", 421)]
    #[case("", 421)]
    fn s30_a_trusted_proxy_says_which_host_was_asked_for(
        #[case] said: &str,
        #[case] expected: u16,
    ) {
        let headers = [("host", "127.0.0.1:3000"), ("x-forwarded-host", said)];
        assert_eq!(
            status(Version::HTTP_11, "/", &headers, Some(PROXY)),
            expected
        );
    }

    #[test]
    fn s30_older_and_newer_protocols_have_the_same_rule() {
        let own = [("host", "panel.example.com")];
        assert_eq!(status(Version::HTTP_10, "/", &own, None), 200);
        assert_eq!(status(Version::HTTP_10, "/", &[], None), 400);
        assert_eq!(status(Version::HTTP_10, "/livez", &[], None), 200);
        let target = "https://panel.example.com/";
        assert_eq!(status(Version::HTTP_2, target, &[], None), 200);
        assert_eq!(
            status(Version::HTTP_2, "https://evil.example/", &[], None),
            421
        );
    }
}
