//! Whether passkeys and security keys work at the public URL.

use domain::webauthn::relying_party::{RelyingParty, RelyingPartyError};

use crate::config::{PasskeyArgs, PublicUrl, SettingError, echoed, filled};

const SETTING: &str = "TWINLOCK_RP_ID";

/// The site as passkeys and security keys know it, or why they do not work there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkeys(Result<RelyingParty, RelyingPartyError>);

impl Passkeys {
    /// Derives the site from the public URL. Only a configured RP ID can be wrong: a public URL
    /// that can't carry keys still serves codes.
    pub fn new(public_url: &PublicUrl, args: &PasskeyArgs) -> Result<Self, SettingError> {
        let id = filled(args.rp_id.as_deref()).map(parse).transpose()?;
        let site = RelyingParty::new(&public_url.to_string(), id.as_deref());
        match site {
            Err(error) if id.is_some() => {
                let problem = match error {
                    RelyingPartyError::NotAParent { .. } => format!(
                        "{error}: leave it out, or name a domain that ends the host of TWINLOCK_PUBLIC_URL"
                    ),
                    _ => error.to_string(),
                };
                Err(SettingError::new(SETTING, problem))
            }
            site => Ok(Self(site)),
        }
    }

    /// The site, if keys work there.
    #[must_use]
    pub fn relying_party(&self) -> Option<&RelyingParty> {
        self.0.as_ref().ok()
    }

    /// What the operator should know: that keys do not work, or that `others` keys belong to
    /// another RP ID.
    #[must_use]
    pub fn notice(&self, others: u32) -> Option<String> {
        let keys = |others| match others {
            1 => "1 key".to_owned(),
            others => format!("{others} keys"),
        };
        match &self.0 {
            Err(error) if others == 0 => {
                Some(format!("passkeys and security keys can't be used: {error}"))
            }
            Err(error) => Some(format!(
                "passkeys and security keys can't be used, and {} of users do not work: {error}",
                keys(others)
            )),
            Ok(_) if others == 0 => None,
            Ok(site) => Some(format!(
                "{} of users do not work, because they were set up for another domain than `{}`: set the public URL or TWINLOCK_RP_ID back, or let their users set keys up again",
                keys(others),
                site.id()
            )),
        }
    }
}

/// Reads a domain as browsers write it.
fn parse(text: &str) -> Result<String, SettingError> {
    let id = text.to_ascii_lowercase();
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-.".contains(sign);
    if id.chars().all(is_sign) {
        Ok(id)
    } else {
        let problem = format!(
            "`{}` is not a domain without scheme, port and path, such as example.com",
            echoed(text)
        );
        Err(SettingError::new(SETTING, problem))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn passkeys(public_url: &str, rp_id: Option<&str>) -> Result<Passkeys, String> {
        let args = PasskeyArgs {
            rp_id: rp_id.map(str::to_owned),
        };
        Passkeys::new(&public_url.parse().unwrap(), &args).map_err(|error| error.to_string())
    }

    #[rstest]
    #[case("https://panel.example.com", None, "panel.example.com")]
    #[case("https://panel.example.com:8443", Some(" "), "panel.example.com")]
    #[case("https://panel.example.com", Some("Example.com"), "example.com")]
    #[case("http://localhost:3000", None, "localhost")]
    fn the_domain_is_the_host_or_a_parent_of_it(
        #[case] public_url: &str,
        #[case] rp_id: Option<&str>,
        #[case] expected: &str,
    ) {
        let passkeys = passkeys(public_url, rp_id).unwrap();
        assert_eq!(passkeys.relying_party().unwrap().id(), expected);
        assert_eq!(passkeys.notice(0), None);
    }

    #[rstest]
    #[case(
        "example.org",
        "`example.org` is neither the host `panel.example.com` nor a parent domain of it: leave it out, or name a domain that ends the host of TWINLOCK_PUBLIC_URL"
    )]
    #[case(
        "com",
        "`com` is a top-level domain, which browsers refuse; add the name before it"
    )]
    #[case(
        "https://example.com",
        "`https://example.com` is not a domain without scheme, port and path, such as example.com"
    )]
    fn a_wrong_domain_is_named(#[case] rp_id: &str, #[case] problem: &str) {
        let error = passkeys("https://panel.example.com", Some(rp_id));
        assert_eq!(error, Err(format!("TWINLOCK_RP_ID: {problem}")));
    }

    #[test]
    fn a_public_url_that_can_carry_no_keys_is_no_error_but_said() {
        let passkeys = passkeys("http://192.0.2.1:3000", None).unwrap();
        assert_eq!(passkeys.relying_party(), None);
        let why = "passkeys need a host with a name; `192.0.2.1` is an IP address";
        assert_eq!(
            passkeys.notice(0),
            Some(format!("passkeys and security keys can't be used: {why}"))
        );
        assert_eq!(
            passkeys.notice(2),
            Some(format!(
                "passkeys and security keys can't be used, and 2 keys of users do not work: {why}"
            ))
        );
    }

    #[test]
    fn keys_of_another_domain_are_counted() {
        let passkeys = passkeys("https://panel.example.com", None).unwrap();
        let said = passkeys.notice(1).unwrap();
        assert!(
            said.starts_with(
                "1 key of users do not work, because they were set up for another domain than `panel.example.com`: "
            ),
            "{said}"
        );
    }
}
