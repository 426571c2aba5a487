//! The locations of the database and its key file.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{DatabaseArgs, SettingError, filled, key_file, switch};

const URL_SETTING: &str = "TWINLOCK_DATABASE_URL";

/// A database and its key file.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    /// The URL as set, which may contain a password.
    pub url: String,
    /// The location without secrets.
    pub place: DatabaseLocation,
    /// The path of the key file.
    pub key_file: PathBuf,
    /// Whether a server on another host is accepted without a verified certificate or encryption.
    pub trusted_network: bool,
}

/// The location of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseLocation {
    /// A `SQLite` file.
    File(PathBuf),
    /// A `PostgreSQL` server, by host and database, without user and password.
    Server(String),
}

impl Database {
    /// Reads the settings.
    pub fn new(args: &DatabaseArgs) -> Result<Self, SettingError> {
        let url = args.database_url.trim();
        let place = place(url).ok_or_else(|| {
            // The URL itself is not repeated, because it may contain a password.
            let problem = if names_server(url) {
                "it is not the URL of a PostgreSQL server, such as postgres://twinlock:password@db.example.com/twinlock; percent-encode signs such as # ? / @ in the password (%23 %3F %2F %40)"
            } else {
                "it is neither a SQLite file nor a PostgreSQL server; use a URL such as sqlite:twinlock.db or postgres://twinlock@db.example.com/twinlock?sslmode=verify-full"
            };
            SettingError::new(URL_SETTING, problem.to_owned())
        })?;
        let named = filled(args.key_file.as_deref()).map(PathBuf::from);
        let key_file = match (named, &place) {
            (Some(named), _) => named,
            (None, DatabaseLocation::File(file)) => key_file::of(file)?,
            (None, DatabaseLocation::Server(_)) => {
                let problem = "a PostgreSQL database has no place of its own for the key file; name one, such as /etc/twinlock/twinlock.key";
                return Err(SettingError::new("TWINLOCK_KEY_FILE", problem.to_owned()));
            }
        };
        Ok(Self {
            url: reachable(url).unwrap_or_else(|| url.to_owned()),
            place,
            key_file,
            trusted_network: switch(
                "TWINLOCK_DATABASE_TRUSTED_NETWORK",
                &args.database_trusted_network,
            )?,
        })
    }

    /// Returns the file, unless the database is on a server.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            DatabaseLocation::File(file) => Some(file),
            DatabaseLocation::Server(_) => None,
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.place)
    }
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(formatter),
            Self::Server(server) => server.fmt(formatter),
        }
    }
}

/// Parses the location. Returns none if the URL means neither a `SQLite` file nor a `PostgreSQL`
/// server.
fn place(url: &str) -> Option<DatabaseLocation> {
    let server = || server(url).map(DatabaseLocation::Server);
    sqlite_file(url).map(DatabaseLocation::File).or_else(server)
}

/// Returns whether the URL means a server.
fn names_server(url: &str) -> bool {
    ["postgres:", "postgresql:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

/// Returns host and database of a server's URL. If the password contains an unescaped character
/// that ends the host, the rest of the password would be read as port, database or parameter, and
/// shown as such.
fn server(url: &str) -> Option<String> {
    let behind_host = url.split_once("://")?.1;
    let behind_host = behind_host
        .find(['/', '?', '#'])
        .map_or("", |at| &behind_host[at..]);
    let url = Url::parse(url).ok()?;
    let segments = url.path_segments()?.count();
    let is_cut = behind_host.contains(['@', '#']) || segments > 1;
    if !matches!(url.scheme(), "postgres" | "postgresql") || is_cut {
        return None;
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    Some(format!("postgres://{host}{port}{}", url.path()))
}

/// Returns a corrected URL if the driver would misread the host: an IPv6 address with brackets,
/// which no certificate and no `~/.pgpass` contains, or a percent-encoded name in another script.
/// Returns `None` if the driver reads the host correctly.
fn reachable(text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok().filter(|_| names_server(text))?;
    if url
        .query_pairs()
        .any(|(name, _)| matches!(&*name, "host" | "hostaddr"))
    {
        return None;
    }
    let host = url.host_str()?;
    let other = match Host::parse(host).ok()? {
        Host::Ipv6(address) => address.to_string(),
        Host::Domain(name) if host.contains('%') => name,
        // A percent-encoded socket folder, or a name that is already right.
        Host::Domain(_) | Host::Ipv4(_) => return None,
    };
    url.query_pairs_mut().append_pair("host", &other);
    Some(url.into())
}

/// Parameters of a URL that contain no secret.
const PLAIN_PARAMETERS: [&str; 18] = [
    "mode",
    "cache",
    "immutable",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "application_name",
];

/// Returns whether a database's URL may be printed as it is: it contains no password, and nothing
/// that may be one.
#[must_use]
pub fn may_be_shown(url: &str) -> bool {
    Url::parse(url.trim()).is_ok_and(|url| {
        let mut parameters = url.query_pairs();
        url.password().is_none()
            && url.fragment().is_none()
            && parameters.all(|(name, _)| PLAIN_PARAMETERS.contains(&&*name))
    })
}

/// Returns the file of a `SQLite` URL. A database in memory has none: every user's authenticator
/// would be lost with the process.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let in_memory = path == ":memory:" || url.contains("mode=memory");
    // A server's URL behind the prefix would be shown as a file name, with its password.
    let is_of_server = path.contains("://");
    (!path.is_empty() && !is_of_server && !path.ends_with('/') && !in_memory)
        .then(|| PathBuf::from(path.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn database(url: &str, key_file: Option<&str>) -> Result<Database, SettingError> {
        Database::new(&DatabaseArgs {
            database_url: url.to_owned(),
            key_file: key_file.map(str::to_owned),
            database_trusted_network: String::new(),
        })
    }

    #[rstest]
    #[case("sqlite:twinlock.db", "twinlock.db")]
    #[case("sqlite://twinlock.db", "twinlock.db")]
    #[case("sqlite:/var/lib/a.db", "/var/lib/a.db")]
    #[case("sqlite:///var/lib/a.db?mode=rwc", "/var/lib/a.db")]
    #[case("sqlite:/with%20blank/a.db", "/with blank/a.db")]
    fn the_key_file_stands_beside_the_database(#[case] url: &str, #[case] file: &str) {
        let database = database(url, None).unwrap();
        assert_eq!(database.file(), Some(Path::new(file)));
        assert_eq!(database.key_file, Path::new(&format!("{file}.key")));
    }

    #[test]
    fn or_wherever_it_is_set() {
        assert_eq!(
            database("sqlite:a.db", Some("/run/key")).unwrap().key_file,
            Path::new("/run/key")
        );
        assert_eq!(
            database("sqlite:a.db", Some("")).unwrap().key_file,
            Path::new("a.db.key")
        );
    }

    #[rstest]
    fn other_urls_are_refused_without_repeating_them(
        #[values(
            "",
            "twinlock.db",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:x?mode=memory",
            "sqlite:dir/",
            "sqlite:postgres://u:hunter2@h/d",
            "mysql://u:hunter2@h/d",
            "postgres:u:hunter2@h/d@",
            "postgres://ada:5432/hunter2@h/d",
            "postgres://ada:hunter2#x@h/d",
            "postgres://ada:1?hunter2@h/d",
            "postgres://ada:1/hunter2/x@h/d",
            "postgres://ada:x@h/hunter2/d",
            "postgresql://h/d#hunter2"
        )]
        url: &str,
    ) {
        let error = database(url, None).unwrap_err().to_string();
        assert!(
            error.starts_with("TWINLOCK_DATABASE_URL: ") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[rstest]
    #[case(
        "postgres://ada:hunter2@db.example.com/twinlock?sslmode=verify-full",
        "postgres://db.example.com/twinlock"
    )]
    #[case("postgresql://[::1]:5433/twinlock", "postgres://[::1]:5433/twinlock")]
    #[case(
        "postgres:///twinlock?host=/run/postgresql&password=hunter2",
        "postgres:///twinlock"
    )]
    fn a_server_is_shown_without_its_password(#[case] url: &str, #[case] shown: &str) {
        let database = database(url, Some("/etc/key")).unwrap();
        assert_eq!(database.place.to_string(), shown);
        assert_eq!(format!("{database:?}"), shown);
        assert_eq!(database.file(), None);
    }

    #[rstest]
    #[case(
        "postgres://ada:x%23y@[::1]:5433/d",
        "postgres://ada:x%23y@[::1]:5433/d?host=%3A%3A1"
    )]
    #[case(
        "postgres://[2001:DB8::7]/d?sslmode=verify-full",
        "postgres://[2001:db8::7]/d?sslmode=verify-full&host=2001%3Adb8%3A%3A7"
    )]
    #[case("postgres://EXÄMPLE.com/d", "host=xn--exmple-cua.com")]
    #[case("postgres://db.example.com/d", "postgres://db.example.com/d")]
    #[case("postgres://127.0.0.1:5433/d", "postgres://127.0.0.1:5433/d")]
    #[case("postgres://%2Frun%2Fpostgresql/d", "postgres://%2Frun%2Fpostgresql/d")]
    #[case(
        "postgres:///d?host=/run/postgresql",
        "postgres:///d?host=/run/postgresql"
    )]
    #[case("postgres://[::1]/d?host=::2", "postgres://[::1]/d?host=::2")]
    fn a_host_is_handed_to_the_driver_as_it_connects(#[case] set: &str, #[case] url: &str) {
        let database = database(set, Some("/etc/key")).unwrap();
        assert!(database.url.ends_with(url), "{}", database.url);
    }

    #[rstest]
    #[case("sqlite:twinlock.db", true)]
    #[case("sqlite:///var/lib/a b.db?mode=rwc", true)]
    #[case("postgres://ada@db.example.com:5433/d?sslmode=verify-full", true)]
    #[case("postgres:///d?host=/run/postgresql&user=ada", true)]
    #[case("postgres://ada:hunter2@h/d", false)]
    #[case("postgres://:hunter2@h/d", false)]
    #[case("postgres://h/d?password=hunter2", false)]
    #[case("postgres://h/d?p%61ssword=hunter2", false)]
    #[case("postgres://h/d?options=-c%20x=hunter2", false)]
    #[case("postgres://ada:hunter2#x@h/d", false)]
    #[case("hunter2", false)]
    fn s18_a_url_with_a_password_is_not_shown(#[case] url: &str, #[case] is_shown: bool) {
        assert_eq!(may_be_shown(url), is_shown);
    }

    #[test]
    fn a_servers_key_file_is_named() {
        let error = database("postgres://ada:hunter2@h/d", None).unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("TWINLOCK_KEY_FILE: ") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
