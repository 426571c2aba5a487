//! The host that a request is for, in one canonical form (RFC 9110 §7.2).

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// The longest DNS name.
const LONGEST: usize = 253;

/// A host without a port: a lower-case name without a trailing dot, or an IP address in its
/// shortest form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Parses a host with an optional port, as in `Host` or in a request's target. Returns `None`
    /// if it is not valid: an empty text, a user name, two hosts, a port that is not a number, or
    /// characters that browsers would encode.
    #[must_use]
    pub fn of_authority(text: &str) -> Option<Self> {
        let (host, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            let port = match rest {
                "" => "",
                rest => rest.strip_prefix(':')?,
            };
            (Self::of_address(address.into()), port)
        } else {
            let (host, port) = text.split_once(':').unwrap_or((text, ""));
            (Self::of_name(host)?, port)
        };
        is_port(port).then_some(host)
    }

    /// Converts an address to a host.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        })
    }

    fn of_name(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::of_address(IpAddr::V4(address)));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        let is_label = |label: &str| {
            let is_sign = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'-' | b'_');
            !label.is_empty() && label.bytes().all(is_sign)
        };
        let is_name = name.len() <= LONGEST && name.split('.').all(is_label);
        is_name.then(|| Self(name.to_ascii_lowercase()))
    }

    /// Whether the host is reachable only from this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address: Option<IpAddr> = self.0.trim_matches(['[', ']']).parse().ok();
        let is_name = self.0 == "localhost" || self.0.ends_with(".localhost");
        is_name || address.is_some_and(|address| address.is_loopback())
    }
}

/// Whether the text is a valid port: empty, or a number (RFC 3986 §3.2.3).
fn is_port(text: &str) -> bool {
    text.bytes().all(|sign| sign.is_ascii_digit())
        && (text.is_empty() || text.parse::<u16>().is_ok())
}

impl fmt::Display for HostName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("panel.example.com", "panel.example.com")]
    #[case("Panel.Example.COM.", "panel.example.com")]
    #[case("panel.example.com:443", "panel.example.com")]
    #[case("panel.example.com:", "panel.example.com")]
    #[case("twinlock_1:3000", "twinlock_1")]
    #[case("xn--exmple-cua.com", "xn--exmple-cua.com")]
    #[case("127.0.0.1:3000", "127.0.0.1")]
    #[case("[::1]:3000", "[::1]")]
    #[case("[0:0:0:0:0:0:0:1]", "[::1]")]
    #[case("[2001:DB8::7]", "[2001:db8::7]")]
    #[case("[::ffff:10.0.0.1]:80", "10.0.0.1")]
    fn s30_a_host_has_one_form(#[case] text: &str, #[case] host: &str) {
        assert_eq!(HostName::of_authority(text).unwrap().to_string(), host);
    }

    #[rstest]
    fn s30_what_is_no_host_is_none(
        #[values(
            "",
            ":80",
            ".",
            "a..b",
            ".a",
            "a..",
            "a b",
            " a",
            "a,b",
            "a/b",
            "a?b",
            "a#b",
            "a\\b",
            "u@a",
            "u:p@a",
            "a:b",
            "a:80:80",
            "a:-1",
            "a:+1",
            "a:65536",
            "::1",
            "[::1",
            "[::1]3000",
            "[::1]:x",
            "[fe80::1%eth0]",
            "[]",
            "[127.0.0.1]",
            "ex\u{e4}mple.com",
            "a%2eb",
            "http://a"
        )]
        text: &str,
    ) {
        assert_eq!(HostName::of_authority(text), None);
    }

    #[rstest]
    #[case("localhost", true)]
    #[case("app.localhost:3000", true)]
    #[case("127.1.2.3", true)]
    #[case("[::1]", true)]
    #[case("localhost.example.com", false)]
    #[case("10.0.0.1", false)]
    fn loopback_is_known(#[case] text: &str, #[case] is_loopback: bool) {
        let host = HostName::of_authority(text).unwrap();
        assert_eq!(host.is_loopback(), is_loopback);
    }

    proptest! {
        #[test]
        fn a_host_in_its_form_keeps_it(text in "[a-zA-Z0-9._:\\[\\]-]{0,40}") {
            if let Some(host) = HostName::of_authority(&text) {
                let again = HostName::of_authority(&host.to_string());
                prop_assert_eq!(again, Some(host));
            }
        }
    }
}
