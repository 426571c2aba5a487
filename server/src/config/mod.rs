//! Settings: flags and their environment variables. A wrong value stops the start with an error
//! that names the setting and a right value.

mod address;
mod args;
mod branding;
mod database;
mod key_file;
mod limits;
mod logging;
mod retention;
mod shutdown;

use std::{borrow::Cow, net::SocketAddr};

use thiserror::Error;

pub use address::{Hosts, Hsts, Passkeys, PublicUrl};
pub use args::{
    AddressArgs, BrandArgs, BrandingArgs, DatabaseArgs, EventArgs, LimitArgs, LoggingArgs,
    PasskeyArgs, ShutdownArgs, TransportArgs,
};
pub use branding::{Accent, Branding, Colour, Logo, LogoKind};
pub use database::{Database, DatabaseLocation, may_be_shown};
pub use limits::{Limits, TrustedProxies};
pub use logging::LogFormat;
pub use retention::retention;
pub use shutdown::Timeouts;

/// A setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting}: {problem}")]
pub struct SettingError {
    setting: Cow<'static, str>,
    problem: String,
}

impl SettingError {
    /// Creates an error that names the setting and says what would be right.
    #[must_use]
    pub const fn new(setting: &'static str, problem: String) -> Self {
        Self {
            setting: Cow::Borrowed(setting),
            problem,
        }
    }

    /// Like [`Self::new`], but for an environment variable whose name is known only at run time.
    #[must_use]
    pub const fn of_variable(setting: String, problem: String) -> Self {
        Self {
            setting: Cow::Owned(setting),
            problem,
        }
    }

    /// Renames the setting in the error to the name by which it was given, if they differ.
    #[must_use]
    pub fn of(self, setting: &str, given_by: &'static str) -> Self {
        if self.setting == setting {
            Self::new(given_by, self.problem)
        } else {
            self
        }
    }
}

/// The address that the server listens on, and its public addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The socket to listen on.
    pub listen: SocketAddr,
    /// The public URL, if one was set.
    public_url: Option<PublicUrl>,
    /// The hosts that are answered.
    pub hosts: Hosts,
}

impl Address {
    /// Reads the settings.
    pub fn new(args: &AddressArgs) -> Result<Self, SettingError> {
        let listen = args.listen.parse().map_err(|_| {
            let problem = format!(
                "`{}` is not an IP address with a port, such as 127.0.0.1:3000",
                echoed(&args.listen)
            );
            SettingError::new("TWINLOCK_LISTEN", problem)
        })?;
        let public_url = filled(args.public_url.as_deref())
            .map(str::parse)
            .transpose()?;
        let hosts = Hosts::new(args, public_url.as_ref())?;
        Ok(Self {
            listen,
            public_url,
            hosts,
        })
    }

    /// Returns the public URL, if one is set.
    #[must_use]
    pub const fn set_public_url(&self) -> Option<&PublicUrl> {
        self.public_url.as_ref()
    }

    /// Returns the public URL, or, if none is set, the URL by which this machine reaches the
    /// socket.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> PublicUrl {
        self.public_url
            .clone()
            .unwrap_or_else(|| PublicUrl::on_this_machine(bound))
    }

    /// Returns a notice for printed links without a public URL: the assumed address, and the
    /// setting to change. Returns none if one is set.
    #[must_use]
    pub fn assumption(&self, bound: SocketAddr) -> Option<String> {
        if self.public_url.is_some() {
            return None;
        }
        let base = self.public_url(bound);
        let reach = if base.is_loopback() {
            ", which only this machine reaches"
        } else {
            ""
        };
        Some(format!(
            "TWINLOCK_PUBLIC_URL is not set, so links lead to {base}{reach}: set it, or give --public-url, with the address that people type, such as https://panel.example.com."
        ))
    }

    /// Returns whether the server listens on all addresses of this machine without a public URL.
    #[must_use]
    pub fn is_open_without_name(&self) -> bool {
        self.public_url.is_none() && self.listen.ip().is_unspecified()
    }

    /// Returns the public URL for a command that prints a link while it is not the server.
    pub fn link_base(&self) -> Result<PublicUrl, SettingError> {
        if self.public_url.is_none() && self.listen.port() == 0 {
            let problem = "set it to the address people type, such as https://panel.example.com: the port is chosen at start";
            return Err(SettingError::new("TWINLOCK_PUBLIC_URL", problem.to_owned()));
        }
        Ok(self.public_url(self.listen))
    }
}

/// Returns a setting that is not empty, because compose files often pass empty variables.
fn filled(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

/// Returns a set value in a form safe for error messages: escaped and truncated.
fn echoed(text: &str) -> String {
    const LONGEST: usize = 200;
    let is_cut = text.chars().nth(LONGEST).is_some();
    let text: String = text.chars().take(LONGEST).collect();
    let shown = text.escape_debug();
    format!("{shown}{}", if is_cut { "…" } else { "" })
}

/// Parses a setting that is true or false; an empty one is false.
fn switch(setting: &'static str, text: &str) -> Result<bool, SettingError> {
    match text.trim() {
        "true" => Ok(true),
        "false" | "" => Ok(false),
        _ => Err(SettingError::new(
            setting,
            "it is neither true nor false".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(listen: &str, public_url: Option<&str>) -> Result<Address, SettingError> {
        Address::new(&AddressArgs {
            listen: listen.to_owned(),
            public_url: public_url.map(str::to_owned),
            allowed_hosts: None,
        })
    }

    #[test]
    fn the_public_url_follows_the_socket_unless_it_is_set() {
        let bound = "127.0.0.1:4321".parse().unwrap();
        let follows = address("127.0.0.1:0", Some(" ")).unwrap();
        assert_eq!(
            follows.public_url(bound).to_string(),
            "http://localhost:4321"
        );
        let set = address("127.0.0.1:0", Some("https://panel.example.com")).unwrap();
        assert_eq!(
            set.public_url(bound).to_string(),
            "https://panel.example.com"
        );
    }

    /// A link to the unspecified address can't be opened.
    #[test]
    fn s23_links_without_a_public_url_lead_to_this_machine_and_say_so() {
        for (listen, base) in [
            ("0.0.0.0:3000", "http://localhost:3000"),
            ("[::]:3000", "http://localhost:3000"),
        ] {
            let open = address(listen, None).unwrap();
            assert!(open.is_open_without_name());
            assert_eq!(open.public_url(open.listen).to_string(), base);
            let said = open.assumption(open.listen).unwrap();
            assert_eq!(
                said,
                format!(
                    "TWINLOCK_PUBLIC_URL is not set, so links lead to {base}, which only this machine reaches: set it, or give --public-url, with the address that people type, such as https://panel.example.com."
                )
            );
        }
        let named = address("0.0.0.0:3000", Some("https://panel.example.com")).unwrap();
        assert!(named.assumption(named.listen).is_none() && !named.is_open_without_name());
    }

    #[test]
    fn a_wrong_address_is_named() {
        for wrong in ["", "3000", "localhost:3000", "127.0.0.1", "127.0.0.1:70000"] {
            let error = address(wrong, None).unwrap_err().to_string();
            assert_eq!(
                error,
                format!(
                    "TWINLOCK_LISTEN: `{wrong}` is not an IP address with a port, such as 127.0.0.1:3000"
                )
            );
        }
        assert!(address("[::1]:3000", None).is_ok());
    }

    #[test]
    fn a_link_needs_a_port() {
        assert!(
            address("127.0.0.1:0", None)
                .unwrap()
                .link_base()
                .unwrap_err()
                .to_string()
                .starts_with("TWINLOCK_PUBLIC_URL: ")
        );
        assert_eq!(
            address("127.0.0.1:3000", None)
                .unwrap()
                .link_base()
                .unwrap()
                .to_string(),
            "http://localhost:3000"
        );
    }
}
