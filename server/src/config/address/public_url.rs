//! The public URL of the server: an origin, in the form that browsers send.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use domain::network::host_name::HostName;
use url::Url;

use crate::config::{Hsts, SettingError, echoed};

/// Scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    scheme: &'static str,
    host: String,
    port: Option<u16>,
    hsts: Hsts,
}

impl PublicUrl {
    /// Returns the plain-http URL of a socket.
    #[must_use]
    pub fn of_socket(socket: SocketAddr) -> Self {
        let host = match socket.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        Self {
            scheme: "http",
            host,
            port: Some(socket.port()).filter(|port| *port != 80),
            hsts: Hsts::default(),
        }
    }

    /// Returns the URL by which a browser on this machine reaches a socket. A loopback socket gets
    /// the name `localhost`, because browsers refuse passkeys at an IP address (WebAuthn Level 3,
    /// section 5.1.2: the relying party ID is a domain).
    #[must_use]
    pub fn on_this_machine(socket: SocketAddr) -> Self {
        let url = Self::of_socket(socket);
        let ip = socket.ip();
        let is_localhost =
            ip.is_unspecified() || ip == Ipv4Addr::LOCALHOST || ip == Ipv6Addr::LOCALHOST;
        Self {
            host: if is_localhost {
                "localhost".to_owned()
            } else {
                url.host
            },
            ..url
        }
    }

    /// Sets the HSTS policy for this URL's host.
    #[must_use]
    pub const fn with_hsts(mut self, hsts: Hsts) -> Self {
        self.hsts = hsts;
        self
    }

    /// Returns the HSTS policy of the host; none without TLS.
    #[must_use]
    pub fn hsts(&self) -> Option<Hsts> {
        self.is_https().then_some(self.hsts)
    }

    /// Returns `http` or `https`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Returns the host, with IPv6 addresses in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port, unless it is the scheme's default.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns whether browsers reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Returns whether only this machine can reach the address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_matches(['[', ']']);
        let name = self.host == "localhost" || self.host.ends_with(".localhost");
        let ip = bare.parse::<IpAddr>();
        name || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

impl FromStr for PublicUrl {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        parse(text).ok_or_else(|| {
            let problem = if text.contains('@') {
                // The text before the `@` may be a password.
                "it holds an `@`; write the address without user and password, such as https://panel.example.com".to_owned()
            } else {
                format!(
                    "`{}` is not an http or https address without path, such as https://panel.example.com",
                    echoed(text)
                )
            };
            SettingError::new("TWINLOCK_PUBLIC_URL", problem)
        })
    }
}

/// Parses an address like browsers, but refuses anything that they would repair first. The host is
/// normalised like in browsers: other scripts to Punycode, IPv4 addresses to their usual form.
fn parse(text: &str) -> Option<PublicUrl> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let is_plain = matches!(&rest[authority.len()..], "" | "/");
    let is_odd = |sign: char| sign.is_whitespace() || sign.is_control() || "@\\".contains(sign);
    if !is_plain || authority.is_empty() || authority.contains(is_odd) {
        return None;
    }
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => "http",
        "https" => "https",
        _ => return None,
    };
    let url = Url::parse(text).ok().filter(|url| url.port() != Some(0))?;
    let host = url.host_str()?;
    HostName::of_authority(host)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    Some(PublicUrl {
        scheme,
        host: host.to_owned(),
        // Browsers omit the default port in `Origin`, so it is omitted here too.
        port: url.port(),
        hsts: Hsts::default(),
    })
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(out, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://panel.example.com", "https://panel.example.com")]
    #[case("https://Panel.Example.com/", "https://panel.example.com")]
    #[case("HTTPS://panel.example.com:443", "https://panel.example.com")]
    #[case("http://127.0.0.1:80", "http://127.0.0.1")]
    #[case("http://[::1]:3000", "http://[::1]:3000")]
    #[case("http://[0:0::0:1]:3000", "http://[::1]:3000")]
    #[case("https://panel.example.com.", "https://panel.example.com")]
    #[case("http://localhost.:3000/", "http://localhost:3000")]
    #[case("https://panel.example.com:", "https://panel.example.com")]
    #[case("http://127.1:3000", "http://127.0.0.1:3000")]
    #[case("http://0x7f.1", "http://127.0.0.1")]
    #[case("http://2130706433", "http://127.0.0.1")]
    #[case("https://EXÄMPLE.com", "https://xn--exmple-cua.com")]
    #[case("https://exa\u{308}mple.com", "https://xn--exmple-cua.com")]
    #[case("https://ex%C3%A4mple.com", "https://xn--exmple-cua.com")]
    #[case("https://панель.example。com", "https://xn--80aksgi6f.example.com")]
    fn it_is_written_as_browsers_write_origins(#[case] set: &str, #[case] written: &str) {
        assert_eq!(set.parse::<PublicUrl>().unwrap().to_string(), written);
    }

    #[rstest]
    fn anything_else_is_refused(
        #[values(
            "panel.example.com",
            "ftp://a.example",
            "https://a.example/panel",
            "https://a.example?x",
            "https://a.example/#x",
            "https://a.example#",
            "https://a.example?",
            "https://a.example/.",
            "https://a.example/x/..",
            "https://a.example//",
            "https:a.example",
            "https:/a.example",
            "https:///a.example",
            "https:\\\\a.example",
            "https://a.example\\x",
            "https://a\texample",
            "https://a.example:-1",
            "https://a.example:3000:1",
            "https://256.1.1.1",
            "https://1.2.3.4.5",
            "https://[::1",
            "https://[fe80::1%25eth0]",
            "https://.",
            "https://a..",
            "https://xn--a",
            "https://\u{ad}",
            "http:// a",
            "https://u:p@a.example",
            "https://a.example:99999",
            "https://a.example:0",
            "https://",
            "https://a..b",
            "https://a'b",
            "https://a b"
        )]
        set: &str,
    ) {
        let error = set.parse::<PublicUrl>().unwrap_err().to_string();
        assert!(
            error.starts_with("TWINLOCK_PUBLIC_URL: ")
                && error.contains("https://panel.example.com"),
            "{error}"
        );
    }

    #[test]
    fn what_may_be_a_password_is_not_repeated() {
        let error = "https://ada:hunter2@a.example".parse::<PublicUrl>();
        let error = error.unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[rstest]
    #[case("http://localhost:3000", true)]
    #[case("http://LOCALHOST.", true)]
    #[case("http://127.1", true)]
    #[case("http://127.0.0.5", true)]
    #[case("http://[::1]:3000", true)]
    #[case("http://app.localhost", true)]
    #[case("http://[::ffff:127.0.0.1]:3000", true)]
    #[case("https://localhost.example.com", false)]
    #[case("https://notlocalhost", false)]
    #[case("http://[::ffff:192.168.0.1]", false)]
    #[case("http://[::]:3000", false)]
    #[case("http://192.168.0.1:3000", false)]
    #[case("http://0.0.0.0:3000", false)]
    fn loopback_is_known(#[case] url: &str, #[case] loopback: bool) {
        assert_eq!(url.parse::<PublicUrl>().unwrap().is_loopback(), loopback);
    }
}
