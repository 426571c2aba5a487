//! The origin of an application (RFC 6454), in the one form in which it is stored and compared.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{network::host_name::HostName, people::stored_text::StoredText};

/// The scheme of every application, because browsers accept `__Host-` cookies over TLS only.
const SCHEME: &str = "https://";

/// The port that belongs to the scheme.
const TLS_PORT: u16 = 443;

/// The origin of an application: `https://`, a lower-case host, and a port unless it is 443.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApplicationOrigin(String);

/// Why a text is not the origin of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OriginError {
    /// The scheme is missing or another one.
    #[error("begin with https://, because browsers keep Twinlock's cookies over TLS only")]
    Scheme,
    /// A path, a query or a fragment follows the host.
    #[error("leave out what follows the host, because an application is a whole origin")]
    Path,
    /// A user name stands before the host.
    #[error("leave out the user name before the host")]
    UserName,
    /// The host is not valid.
    #[error("that host is no DNS name that a browser can open")]
    Host,
    /// The host is an IP address.
    #[error("name a host and not an IP address, because cookies and certificates are for names")]
    Address,
    /// The port is not a number from 1 to 65535.
    #[error("the port is a number from 1 to 65535")]
    Port,
}

impl ApplicationOrigin {
    /// The origin of a request, from the scheme and the host that its proxy reports. `None` if it
    /// can't be the origin of an application.
    #[must_use]
    pub fn of_request(scheme: &str, authority: &str) -> Option<Self> {
        if !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let (host, port) = split_port(authority)?;
        let port = match port {
            None => TLS_PORT,
            Some(port) => parse_port(port)?,
        };
        Some(Self::new(&HostName::of_authority(host)?, port))
    }

    fn new(host: &HostName, port: u16) -> Self {
        if port == TLS_PORT {
            Self(format!("{SCHEME}{host}"))
        } else {
            Self(format!("{SCHEME}{host}:{port}"))
        }
    }

    /// The text, as browsers send it in `Origin`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host with its port, as it is shown to people.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.0.strip_prefix(SCHEME).unwrap_or(&self.0)
    }

    /// The host without a port.
    #[must_use]
    pub fn host(&self) -> &str {
        split_port(self.authority()).map_or(self.authority(), |(host, _)| host)
    }
}

/// Splits a port from a host name. `None` for an address in brackets or two ports.
fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        return None;
    }
    match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => None,
        Some((host, port)) => Some((host, Some(port))),
        None => Some((authority, None)),
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    let port = is_number.then(|| text.parse().ok()).flatten();
    port.filter(|port| *port != 0)
}

/// Whether browsers can open a host of this name: a name of letters, digits and hyphens (RFC 5890)
/// with at least two labels, or `localhost`.
fn is_openable(host: &str) -> bool {
    let is_label = |label: &str| {
        label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|sign| sign.is_ascii_alphanumeric() || sign == b'-')
    };
    let is_numeric = |label: &str| label.bytes().all(|sign| sign.is_ascii_digit());
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_name = host.split('.').all(is_label) && !is_numeric(last);
    is_name && (host == "localhost" || host.contains('.'))
}

impl FromStr for ApplicationOrigin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let text = text.trim();
        let (scheme, rest) = text
            .split_at_checked(SCHEME.len())
            .ok_or(OriginError::Scheme)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(OriginError::Scheme);
        }
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#', '\\']) {
            return Err(OriginError::Path);
        }
        if authority.contains('@') {
            return Err(OriginError::UserName);
        }
        if authority.starts_with('[') {
            return Err(OriginError::Address);
        }
        let (host, port) = split_port(authority).ok_or(OriginError::Port)?;
        let port = match port {
            None => TLS_PORT,
            Some(port) => parse_port(port).ok_or(OriginError::Port)?,
        };
        // Letters of other scripts become Punycode, as in a browser. An invalid A-label is refused.
        let ascii = idna::domain_to_ascii_cow(host.as_bytes(), idna::AsciiDenyList::URL)
            .map_err(|_| OriginError::Host)?;
        let host = HostName::of_authority(&ascii).ok_or(OriginError::Host)?;
        let name = host.to_string();
        if name.parse::<std::net::IpAddr>().is_ok() {
            return Err(OriginError::Address);
        }
        if !is_openable(&name) {
            return Err(OriginError::Host);
        }
        Ok(Self::new(&host, port))
    }
}

impl StoredText for ApplicationOrigin {
    fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for ApplicationOrigin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://app.example.com", "https://app.example.com")]
    #[case("HTTPS://App.Example.COM/", "https://app.example.com")]
    #[case("https://app.example.com:443", "https://app.example.com")]
    #[case("https://app.example.com.:8443", "https://app.example.com:8443")]
    #[case("https://b\u{fc}cher.example", "https://xn--bcher-kva.example")]
    #[case("https://grafana.localhost", "https://grafana.localhost")]
    #[case("https://localhost:8443", "https://localhost:8443")]
    fn an_origin_has_one_form(#[case] text: &str, #[case] origin: &str) {
        assert_eq!(text.parse::<ApplicationOrigin>().unwrap().as_str(), origin);
    }

    #[rstest]
    #[case("", OriginError::Scheme)]
    #[case("app.example.com", OriginError::Scheme)]
    #[case("http://app.example.com", OriginError::Scheme)]
    #[case("https://app.example.com/admin", OriginError::Path)]
    #[case("https://app.example.com//", OriginError::Path)]
    #[case("https://app.example.com?a", OriginError::Path)]
    #[case("https://app.example.com\\a", OriginError::Path)]
    #[case("https://u@app.example.com", OriginError::UserName)]
    #[case("https://", OriginError::Host)]
    #[case("https://com", OriginError::Host)]
    #[case("https://app..example.com", OriginError::Host)]
    #[case("https://-app.example.com", OriginError::Host)]
    #[case("https://a_b.example.com", OriginError::Host)]
    #[case("https://xn--a.example.com", OriginError::Host)]
    #[case("https://a b.example.com", OriginError::Host)]
    #[case("https://10.0.0.1", OriginError::Address)]
    #[case("https://[::1]", OriginError::Address)]
    #[case("https://app.example.1", OriginError::Host)]
    #[case("https://app.example.com:0", OriginError::Port)]
    #[case("https://app.example.com:x", OriginError::Port)]
    #[case("https://app.example.com:1:2", OriginError::Port)]
    fn what_is_no_origin_is_refused(#[case] text: &str, #[case] error: OriginError) {
        assert_eq!(text.parse::<ApplicationOrigin>(), Err(error));
    }

    #[rstest]
    #[case("https", "app.example.com", Some("https://app.example.com"))]
    #[case("https", "App.Example.com:443", Some("https://app.example.com"))]
    #[case("https", "app.example.com:8443", Some("https://app.example.com:8443"))]
    #[case("http", "app.example.com", None)]
    #[case("https", "app.example.com, evil.example", None)]
    #[case("https", "u@app.example.com", None)]
    #[case("https", "app.example.com:", None)]
    #[case("https", "app.example.com:80:80", None)]
    #[case("https", "", None)]
    fn a_request_names_its_origin(
        #[case] scheme: &str,
        #[case] host: &str,
        #[case] origin: Option<&str>,
    ) {
        let found = ApplicationOrigin::of_request(scheme, host);
        assert_eq!(found.as_ref().map(ApplicationOrigin::as_str), origin);
    }

    #[test]
    fn its_parts_are_shown() {
        let origin: ApplicationOrigin = "https://app.example.com:8443".parse().unwrap();
        assert_eq!(origin.authority(), "app.example.com:8443");
        assert_eq!(origin.host(), "app.example.com");
    }
}
