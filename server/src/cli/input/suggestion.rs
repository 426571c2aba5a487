//! Guesses the intended name for an unknown one: a misspelt own name, or the common name in other
//! servers.

use strsim::normalized_damerau_levenshtein;

/// The suggestion for an unknown name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggestion<'a> {
    /// A setting, by its flag without leading dashes.
    Setting(&'a str),
    /// Another suggestion, in words.
    Words(&'static str),
}

use Suggestion::{Setting, Words};

/// The required similarity: a misspelt name differs in few characters.
const NEAR: f64 = 0.6;

/// The names of other servers, as flags without leading dashes.
const OF_OTHERS: [(&[&str], Suggestion<'static>); 10] = [
    (
        &[
            "port",
            "p",
            "host",
            "bind",
            "b",
            "l",
            "address",
            "addr",
            "interface",
            "http-port",
            "listen-address",
            "listen-port",
        ],
        Setting("listen"),
    ),
    (
        &[
            "db",
            "database",
            "db-url",
            "db-path",
            "dsn",
            "sqlite",
            "postgres",
            "database-file",
            "database-path",
            "data-dir",
        ],
        Setting("database-url"),
    ),
    (
        &[
            "url",
            "base-url",
            "site-url",
            "external-url",
            "root-url",
            "domain",
            "hostname",
            "server-name",
        ],
        Setting("public-url"),
    ),
    (
        &["key", "secret", "secret-key", "master-key"],
        Setting("key-file"),
    ),
    (
        &["proxy", "proxies", "trust-proxy", "forwarded-allow-ips"],
        Setting("trusted-proxies"),
    ),
    (
        &[
            "log",
            "log-level",
            "loglevel",
            "verbose",
            "v",
            "verbosity",
            "debug",
            "quiet",
            "q",
        ],
        Words("the filter of the log is RUST_LOG, such as RUST_LOG=debug"),
    ),
    (
        &["config", "c", "conf", "config-file", "settings", "env-file"],
        Words(
            "there is no configuration file; settings are flags and TWINLOCK_… variables, which `EnvironmentFile=` of a systemd unit can read from a file",
        ),
    ),
    (
        &[
            "tls",
            "ssl",
            "https",
            "cert",
            "certificate",
            "tls-cert",
            "ssl-cert",
            "tls-key",
            "ssl-key",
            "cert-file",
        ],
        Words("the server speaks plain HTTP; put a proxy with TLS in front of it"),
    ),
    (
        &[
            "daemon",
            "daemonize",
            "d",
            "background",
            "detach",
            "pid-file",
            "pidfile",
        ],
        Words("the server runs in the foreground; let a service manager start it"),
    ),
    (
        &["user", "group", "uid", "gid", "run-as"],
        Words("start the program as that user, such as with `User=` of a systemd unit"),
    ),
];

/// The command names of other programs.
const COMMANDS_OF_OTHERS: [(&[&str], &str); 13] = [
    (
        &["server", "start", "run", "up", "web", "daemon", "listen"],
        "serve",
    ),
    (
        &["status", "check", "health", "healthcheck", "verify", "test"],
        "doctor",
    ),
    (
        &["init", "initdb", "setup", "install", "upgrade", "update"],
        "migrate",
    ),
    (&["dump", "save"], "backup"),
    (
        &["passwd", "password", "reset-password"],
        "user set-password",
    ),
    (&["log", "logs", "audit"], "events"),
    (&["accounts", "tenants", "customers"], "account"),
    (&["users", "people"], "user"),
    (&["members"], "member"),
    (
        &["apps", "application", "applications", "client", "clients"],
        "app",
    ),
    (&["keys", "keygen"], "key"),
    (&["version"], "--version"),
    (&["?", "/?", "-?"], "--help"),
];

/// Returns the known setting that a name probably means; all as flags without leading dashes.
pub fn setting<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Suggestion<'a>> {
    let of_others = OF_OTHERS.iter().find(|(names, _)| names.contains(&name));
    if let Some((_, meant)) = of_others {
        return Some(*meant);
    }
    let near = |known: &'a str| (known, normalized_damerau_levenshtein(name, known));
    let best = known.into_iter().map(near);
    let best = best.max_by(|(_, one), (_, other)| one.total_cmp(other));
    best.filter(|(_, near)| *near >= NEAR)
        .map(|(known, _)| Setting(known))
}

/// Returns our name for another server's flag.
pub fn flag(name: &str) -> Option<Suggestion<'static>> {
    let found = OF_OTHERS.iter().find(|(names, _)| names.contains(&name));
    found.map(|(_, meant)| *meant)
}

/// Returns our name for another program's command.
pub fn command(name: &str) -> Option<&'static str> {
    let found = COMMANDS_OF_OTHERS.iter();
    found
        .filter(|(names, _)| names.contains(&name))
        .map(|(_, command)| *command)
        .next()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("listn", Some(Setting("listen")))]
    #[case("lisetn", Some(Setting("listen")))]
    #[case("keyfile", Some(Setting("key-file")))]
    #[case("publicurl", Some(Setting("public-url")))]
    #[case("database-uri", Some(Setting("database-url")))]
    #[case("port", Some(Setting("listen")))]
    #[case("host", Some(Setting("listen")))]
    #[case("db", Some(Setting("database-url")))]
    #[case("colour-of-the-page", None)]
    #[case("", None)]
    fn s19_the_nearest_setting_is_found_where_one_is_near(
        #[case] name: &str,
        #[case] meant: Option<Suggestion<'static>>,
    ) {
        let known = [
            "listen",
            "hsts",
            "key-file",
            "public-url",
            "database-url",
            "logo",
        ];
        assert_eq!(setting(name, known), meant);
    }
}
