//! The relying party: the site as browsers and authenticators know it (WebAuthn §4, "RP ID").

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::network::host_name::HostName;

/// The domain that credentials belong to, and the origin of the pages that may use them.
///
/// Both come from the public URL in the settings, and never from a header of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    id_hash: [u8; 32],
    origin: String,
}

/// Why passkeys do not work at a public URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RelyingPartyError {
    /// The public URL is not an origin in the form that browsers send.
    #[error("`{0}` is not an origin as browsers write it, such as https://panel.example.com")]
    Origin(String),
    /// The host is an IP address.
    #[error("passkeys need a host with a name; `{0}` is an IP address")]
    IpAddress(String),
    /// The URL is neither https nor that of this machine.
    #[error("passkeys need https, or `localhost` with http; `{0}` is neither")]
    Insecure(String),
    /// The configured RP ID is neither the host nor a parent domain of it.
    #[error("`{id}` is neither the host `{host}` nor a parent domain of it")]
    NotAParent {
        /// The configured RP ID.
        id: String,
        /// The host of the public URL.
        host: String,
    },
    /// The configured RP ID is a top-level domain, which belongs to everyone.
    #[error("`{0}` is a top-level domain, which browsers refuse; add the name before it")]
    TopLevel(String),
}

impl RelyingParty {
    /// Derives the relying party from the public URL, an origin in the form of browsers. Without a
    /// configured RP ID, it is the host.
    pub fn new(public_url: &str, configured_id: Option<&str>) -> Result<Self, RelyingPartyError> {
        let host = host_of_origin(public_url)
            .ok_or_else(|| RelyingPartyError::Origin(public_url.to_owned()))?;
        if is_ip_address(&host) {
            return Err(RelyingPartyError::IpAddress(host));
        }
        let is_local = host == "localhost" || host.ends_with(".localhost");
        if !public_url.starts_with("https://") && !is_local {
            return Err(RelyingPartyError::Insecure(public_url.to_owned()));
        }
        let id = match configured_id {
            Some(id) => parent_domain(id, &host)?,
            None => host,
        };
        Ok(Self {
            id_hash: Sha256::digest(&id).into(),
            id,
            origin: public_url.to_owned(),
        })
    }

    /// The RP ID, a domain. Credentials work for this domain only, so it stays for good.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The SHA-256 of the RP ID, which authenticators sign.
    #[must_use]
    pub const fn id_hash(&self) -> &[u8; 32] {
        &self.id_hash
    }

    /// The only origin whose pages may use credentials.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// The host of an origin. Returns `None` if browsers would write the origin differently.
fn host_of_origin(origin: &str) -> Option<String> {
    let (scheme, authority) = origin.split_once("://")?;
    let host = HostName::of_authority(authority)?.to_string();
    let rest = authority.strip_prefix(host.as_str())?;
    let port = rest.strip_prefix(':');
    let is_port = match port {
        None => rest.is_empty(),
        Some(port) => port.parse::<u16>().is_ok_and(|number| {
            let default = if scheme == "https" { 443 } else { 80 };
            number != 0 && number != default && number.to_string() == port
        }),
    };
    (is_port && matches!(scheme, "http" | "https")).then_some(host)
}

/// Whether browsers read the host as an IP address: in brackets, or with a number at its end (URL
/// standard, "ends in a number").
fn is_ip_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_hex = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let is_number = !last.is_empty() && last.bytes().all(|digit| digit.is_ascii_digit());
    is_number || is_hex || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// Checks that a configured RP ID is the host or a parent domain of it.
fn parent_domain(id: &str, host: &str) -> Result<String, RelyingPartyError> {
    let is_parent = host
        .strip_suffix(id)
        .is_some_and(|rest| rest.ends_with('.'));
    if id.is_empty() || (id != host && !is_parent) {
        return Err(RelyingPartyError::NotAParent {
            id: id.to_owned(),
            host: host.to_owned(),
        });
    }
    if id != host && !id.contains('.') && id != "localhost" {
        return Err(RelyingPartyError::TopLevel(id.to_owned()));
    }
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://panel.example.com", None, "panel.example.com")]
    #[case("https://panel.example.com:8443", None, "panel.example.com")]
    #[case("https://panel.example.com", Some("example.com"), "example.com")]
    #[case(
        "https://panel.example.com",
        Some("panel.example.com"),
        "panel.example.com"
    )]
    #[case("https://xn--exmple-cua.com", None, "xn--exmple-cua.com")]
    #[case("https://intranet", None, "intranet")]
    #[case("http://localhost:3000", None, "localhost")]
    #[case("http://panel.localhost:3000", None, "panel.localhost")]
    #[case("http://panel.localhost:3000", Some("localhost"), "localhost")]
    #[case("https://localhost", None, "localhost")]
    fn the_public_url_gives_the_relying_party(
        #[case] url: &str,
        #[case] configured: Option<&str>,
        #[case] id: &str,
    ) {
        let relying_party = RelyingParty::new(url, configured).unwrap();
        assert_eq!(relying_party.id(), id);
        assert_eq!(relying_party.origin(), url);
        let hash: [u8; 32] = Sha256::digest(id).into();
        assert_eq!(relying_party.id_hash(), &hash);
    }

    #[rstest]
    #[case("http://127.0.0.1:3000")]
    #[case("https://192.0.2.7")]
    #[case("https://[2001:db8::7]")]
    #[case("http://[::1]:3000")]
    #[case("https://127.1")]
    #[case("https://panel.0x7f")]
    fn an_ip_address_is_no_relying_party(#[case] url: &str) {
        let error = RelyingParty::new(url, None).unwrap_err();
        assert!(matches!(error, RelyingPartyError::IpAddress(_)), "{error}");
    }

    #[rstest]
    #[case("http://panel.example.com")]
    #[case("http://localhost.example.com:3000")]
    #[case("http://notlocalhost")]
    fn plain_http_is_for_this_machine_only(#[case] url: &str) {
        let error = RelyingParty::new(url, None).unwrap_err();
        assert_eq!(error, RelyingPartyError::Insecure(url.to_owned()));
    }

    #[rstest]
    fn only_the_form_of_browsers_is_an_origin(
        #[values(
            "",
            "panel.example.com",
            "ftp://panel.example.com",
            "HTTPS://panel.example.com",
            "https://Panel.example.com",
            "https://panel.example.com/",
            "https://panel.example.com.",
            "https://panel.example.com:",
            "https://panel.example.com:443",
            "http://localhost:80",
            "https://panel.example.com:08443",
            "https://panel.example.com:+8443",
            "https://panel.example.com:0",
            "https://u@panel.example.com",
            "https://p\u{e4}nel.example.com"
        )]
        url: &str,
    ) {
        let error = RelyingParty::new(url, None).unwrap_err();
        assert_eq!(error, RelyingPartyError::Origin(url.to_owned()));
    }

    #[rstest]
    fn a_domain_beside_or_below_the_host_is_refused(
        #[values(
            "",
            ".",
            ".example.com",
            "ample.com",
            "example.com.",
            "Example.com",
            "example.org",
            "other.panel.example.com",
            "nel.example.com"
        )]
        id: &str,
    ) {
        let error = RelyingParty::new("https://panel.example.com", Some(id)).unwrap_err();
        let expected = RelyingPartyError::NotAParent {
            id: id.to_owned(),
            host: "panel.example.com".to_owned(),
        };
        assert_eq!(error, expected);
    }

    #[test]
    fn a_top_level_domain_is_refused() {
        let error = RelyingParty::new("https://panel.example.com", Some("com")).unwrap_err();
        assert_eq!(error, RelyingPartyError::TopLevel("com".to_owned()));
    }
}
