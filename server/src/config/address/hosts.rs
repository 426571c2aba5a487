//! The hosts that the server answers. A page of another site whose name is pointed here (DNS
//! rebinding) uses that site's name.

use std::sync::Arc;

use domain::network::host_name::HostName;
use url::Host;

use crate::config::{AddressArgs, PublicUrl, SettingError, echoed, filled};

/// The hosts that the server answers. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Hosts {
    /// All hosts, because neither a public URL nor a list is set.
    #[default]
    Any,
    /// The host of the public URL, if one is set, and these.
    Only(Option<HostName>, Arc<[HostName]>),
}

impl Hosts {
    /// Combines the host of the public URL and those that the operator allows in addition.
    pub(crate) fn new(
        args: &AddressArgs,
        public_url: Option<&PublicUrl>,
    ) -> Result<Self, SettingError> {
        let allowed = filled(args.allowed_hosts.as_deref()).map_or_else(|| Ok(Vec::new()), list)?;
        let Some(public_url) = public_url else {
            return Ok(match allowed[..] {
                [] => Self::Any,
                _ => Self::Only(None, allowed.into()),
            });
        };
        Ok(Self::of(public_url, allowed))
    }

    /// Allows the host of a public URL and these.
    #[must_use]
    pub fn of(public_url: &PublicUrl, allowed: Vec<HostName>) -> Self {
        Self::Only(HostName::of_authority(public_url.host()), allowed.into())
    }

    /// Returns whether the server answers that host. If the public URL is a loopback address, every
    /// loopback name is accepted, because no attacker can own one.
    #[must_use]
    pub fn hold(&self, host: &HostName) -> bool {
        match self {
            Self::Any => true,
            Self::Only(own, allowed) => {
                let is_own =
                    |own: &HostName| own == host || own.is_loopback() && host.is_loopback();
                own.as_ref().is_some_and(is_own) || allowed.contains(host)
            }
        }
    }
}

impl Hosts {
    /// Returns the full value of `TWINLOCK_ALLOWED_HOSTS` that also allows these hosts. Returns
    /// `None` if the setting can't express one of them: then no browser asks for it.
    #[must_use]
    pub fn list_with(&self, more: &[HostName]) -> Option<String> {
        let allowed = match self {
            Self::Any => &[][..],
            Self::Only(_, allowed) => allowed,
        };
        let mut names: Vec<String> = Vec::new();
        for host in allowed.iter().chain(more) {
            let name = host.to_string();
            if !entry(&name).is_ok_and(|entry| entry == *host) {
                return None;
            }
            let is_new = allowed.contains(host) || !self.hold(host);
            if is_new && !names.contains(&name) {
                names.push(name);
            }
        }
        Some(names.join(","))
    }
}

fn list(text: &str) -> Result<Vec<HostName>, SettingError> {
    let is_between = |sign: char| sign == ',' || sign.is_whitespace();
    let entries = text.split(is_between).filter(|entry| !entry.is_empty());
    entries.map(entry).collect()
}

/// Parses a host without a port. A port is refused because ports are not compared, and a list with
/// ports would suggest that they are.
fn entry(text: &str) -> Result<HostName, SettingError> {
    let bare: Option<HostName> = match text.parse() {
        Ok(address) => Some(HostName::of_address(address)),
        // Normalised as in browsers: other scripts, and IPv4 addresses in other spellings.
        Err(_) => Host::parse(text)
            .ok()
            .and_then(|host| HostName::of_authority(&host.to_string())),
    };
    bare.ok_or_else(|| {
        let problem = format!(
            "`{}` is not a host without scheme, port and path, such as panel.example.com or 10.0.0.5; several are separated by commas",
            echoed(text)
        );
        SettingError::new("TWINLOCK_ALLOWED_HOSTS", problem)
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn hosts(public_url: Option<&str>, allowed: &str) -> Result<Hosts, String> {
        let args = AddressArgs {
            listen: "127.0.0.1:3000".to_owned(),
            public_url: None,
            allowed_hosts: Some(allowed.to_owned()),
        };
        let public_url: Option<PublicUrl> = public_url.map(|url| url.parse().unwrap());
        Hosts::new(&args, public_url.as_ref()).map_err(|error| error.to_string())
    }

    fn answers(hosts: &Hosts, host: &str) -> bool {
        hosts.hold(&HostName::of_authority(host).unwrap())
    }

    #[test]
    fn s30_without_either_setting_any_host_is_answered() {
        let hosts = hosts(None, " ").unwrap();
        assert_eq!(hosts, Hosts::Any);
        assert!(answers(&hosts, "evil.example"));
    }

    #[rstest]
    #[case("panel.example.com", true)]
    #[case("PANEL.example.com.:8443", true)]
    #[case("panel.lan", true)]
    #[case("[fd00::5]:3000", true)]
    #[case("evil.example", false)]
    #[case("panel.example.com.evil.example", false)]
    #[case("www.panel.example.com", false)]
    #[case("127.0.0.1", false)]
    #[case("localhost", false)]
    fn s30_the_own_host_and_the_allowed_ones_are_answered(
        #[case] host: &str,
        #[case] is_answered: bool,
    ) {
        let hosts = hosts(Some("https://panel.example.com"), "Panel.lan,, fd00::5").unwrap();
        assert_eq!(answers(&hosts, host), is_answered);
    }

    #[test]
    fn s30_a_list_alone_is_all_that_is_answered() {
        let hosts = hosts(None, "panel.lan,127.0.0.1").unwrap();
        assert!(answers(&hosts, "panel.lan") && answers(&hosts, "127.0.0.1:3000"));
        assert!(!answers(&hosts, "localhost"));
    }

    #[rstest]
    #[case("EXÄMPLE.com", "xn--exmple-cua.com")]
    #[case("exa\u{308}mple.com.", "xn--exmple-cua.com:8443")]
    #[case("панель.example", "xn--80aksgi6f.example")]
    #[case("127.1", "127.0.0.1:3000")]
    #[case("0x7f.1", "127.0.0.1")]
    #[case("2130706433", "127.0.0.1")]
    #[case("[0:0::1]", "[::1]:3000")]
    #[case("[::ffff:10.0.0.5]", "10.0.0.5")]
    fn s30_an_entry_is_folded_as_browsers_fold_it(#[case] entry: &str, #[case] asked: &str) {
        let hosts = hosts(Some("https://panel.example.com"), entry).unwrap();
        assert!(answers(&hosts, asked));
    }

    #[test]
    fn s30_so_is_the_public_urls_host() {
        let hosts = hosts(Some("https://EXÄMPLE.com."), "").unwrap();
        assert!(answers(&hosts, "xn--exmple-cua.com"));
    }

    #[test]
    fn s30_one_name_of_this_machine_is_as_good_as_another() {
        let hosts = hosts(Some("http://localhost:3000"), "").unwrap();
        assert!(answers(&hosts, "127.0.0.1:3000") && answers(&hosts, "[::1]"));
        assert!(!answers(&hosts, "10.0.0.1"));
    }

    /// The proposed value is accepted, and the refused host is then answered.
    #[rstest]
    #[case("", &["www.example.com:8443"], "www.example.com")]
    #[case("panel.lan, fd00::5", &["WWW.example.com."], "panel.lan,[fd00::5],www.example.com")]
    #[case("panel.lan", &["panel.lan:80", "panel.example.com", "10.0.0.9"], "panel.lan,10.0.0.9")]
    #[case("", &["a.lan", "a.lan:81", "[::1]:3000"], "a.lan,[::1]")]
    fn s30_the_list_that_answers_a_refused_host_is_told_as_a_whole(
        #[case] allowed: &str,
        #[case] asked: &[&str],
        #[case] list: &str,
    ) {
        let url = Some("https://panel.example.com");
        let names = asked.iter().map(|host| HostName::of_authority(host));
        let names: Vec<HostName> = names.map(Option::unwrap).collect();
        let told = hosts(url, allowed).unwrap().list_with(&names);
        assert_eq!(told.as_deref(), Some(list));
        let after = hosts(url, list).unwrap();
        assert!(asked.iter().all(|host| answers(&after, host)));
    }

    /// A request may name hosts that no browser asks for; they are not proposed if the setting
    /// would refuse them.
    #[rstest]
    #[case("1.2.3.4.5", false)]
    #[case("256.1.1.1", false)]
    #[case("a.1", false)]
    #[case("a.0x7f", false)]
    #[case("1.2.3", false)]
    #[case("08", false)]
    #[case("xn--a", false)]
    #[case("xn--", false)]
    #[case("x_y", true)]
    #[case("-a-", true)]
    #[case("xn--exmple-cua.com", true)]
    #[case("a.example.", true)]
    #[case("A.Example:8443", true)]
    #[case("[fd00::5]:80", true)]
    fn s30_a_proposal_is_always_taken(#[case] asked: &str, #[case] is_proposed: bool) {
        let host = HostName::of_authority(asked).unwrap();
        let url = Some("https://panel.example.com");
        let told = hosts(url, "panel.lan").unwrap().list_with(&[host]);
        assert_eq!(told.is_some(), is_proposed, "{told:?}");
        if let Some(list) = told {
            assert!(answers(&hosts(url, &list).unwrap(), asked));
        }
    }

    /// Labels and whole names at the DNS length limits, and beyond.
    #[rstest]
    fn s30_a_long_host_is_proposed_only_where_it_is_taken(
        #[values(63, 64, 253)] label: usize,
        #[values(1, 3)] labels: usize,
    ) {
        let asked = vec!["a".repeat(label); labels].join(".");
        let Some(host) = HostName::of_authority(&asked) else {
            return assert!(asked.len() > 253);
        };
        if let Some(list) = hosts(None, "panel.lan").unwrap().list_with(&[host]) {
            assert!(answers(&hosts(None, &list).unwrap(), &asked));
        }
    }

    #[rstest]
    fn s30_what_is_no_host_is_proposed_nowhere(
        #[values("a..b", "[::1", "", "a b", &"a".repeat(300))] asked: &str,
    ) {
        assert_eq!(HostName::of_authority(asked), None);
    }

    #[rstest]
    fn s30_a_wrong_entry_is_named(
        #[values(
            "https://panel.lan",
            "panel.lan:8080",
            "[::1]:80",
            "panel.lan/x",
            "*",
            "*.example.com",
            "u@panel.lan",
            "panel.lan?x",
            "panel.lan#x",
            "256.1.1.1",
            "xn--a",
            "panel..lan",
            "[fe80::1%25eth0]",
            "panel.lan;other.lan"
        )]
        allowed: &str,
    ) {
        let error = hosts(None, allowed).unwrap_err();
        assert!(
            error.starts_with("TWINLOCK_ALLOWED_HOSTS: `")
                && error.contains("such as panel.example.com"),
            "{error}"
        );
    }
}
