//! The hosts that browsers must reach over TLS only (RFC 6797).

use crate::config::{SettingError, TransportArgs};

/// The scope of `Strict-Transport-Security`. Browsers keep it for two years, so the operator must
/// request any scope beyond the own host by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hsts {
    /// The host of the public URL.
    #[default]
    Host,
    /// That host and all its subdomains, including those of other programs.
    Subdomains,
    /// No host: browsers drop a policy that they have stored.
    Off,
}

impl Hsts {
    /// Reads the setting.
    pub fn new(args: &TransportArgs) -> Result<Self, SettingError> {
        match args.hsts.trim() {
            "host" => Ok(Self::Host),
            "subdomains" => Ok(Self::Subdomains),
            "off" => Ok(Self::Off),
            other => {
                let problem = format!(
                    "`{}` is none of host, subdomains and off",
                    other.escape_default()
                );
                Err(SettingError::new("TWINLOCK_HSTS", problem))
            }
        }
    }

    /// Returns the header's value.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Host => "max-age=63072000",
            Self::Subdomains => "max-age=63072000; includeSubDomains",
            Self::Off => "max-age=0",
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(hsts: &str) -> Result<Hsts, SettingError> {
        Hsts::new(&TransportArgs {
            hsts: hsts.to_owned(),
        })
    }

    /// S10: the subdomains may belong to other people, unless the operator says otherwise.
    #[rstest]
    #[case("host", "max-age=63072000")]
    #[case(" subdomains ", "max-age=63072000; includeSubDomains")]
    #[case("off", "max-age=0")]
    fn s10_it_speaks_for_whom_the_operator_says(#[case] hsts: &str, #[case] header: &str) {
        assert_eq!(read(hsts).unwrap().header(), header);
        assert_eq!(Hsts::default(), Hsts::Host);
    }

    #[test]
    fn anything_else_is_named() {
        let error = read("preload").unwrap_err().to_string();
        assert_eq!(
            error,
            "TWINLOCK_HSTS: `preload` is none of host, subdomains and off"
        );
    }
}
