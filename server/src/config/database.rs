//! Where the database and its key file are.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::{DatabaseArgs, SettingError, filled};

/// A `SQLite` database and the key file that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// The URL as it was set.
    pub url: String,
    /// The database file.
    pub file: PathBuf,
    /// The key file.
    pub key_file: PathBuf,
}

impl Database {
    /// Reads both settings.
    pub fn new(args: &DatabaseArgs) -> Result<Self, SettingError> {
        let url = args.database_url.trim();
        let file = sqlite_file(url).ok_or_else(|| {
            // The URL itself is not repeated: one of another engine may hold a password.
            let problem = "it is no SQLite file; use a URL such as sqlite:twinlock.db or sqlite:/var/lib/twinlock/twinlock.db";
            SettingError::new("TWINLOCK_DATABASE_URL", problem.to_owned())
        })?;
        let key_file =
            filled(args.key_file.as_deref()).map_or_else(|| beside(&file), PathBuf::from);
        Ok(Self {
            url: url.to_owned(),
            file,
            key_file,
        })
    }
}

/// The file of a `SQLite` URL. A database in memory has none: everybody's authenticators would be gone with the process.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest).split('?').next()?;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let in_memory = path == ":memory:" || url.contains("mode=memory");
    (!path.is_empty() && !path.ends_with('/') && !in_memory).then(|| PathBuf::from(path.as_ref()))
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn database(url: &str, key_file: Option<&str>) -> Result<Database, SettingError> {
        Database::new(&DatabaseArgs {
            database_url: url.to_owned(),
            key_file: key_file.map(str::to_owned),
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
        assert_eq!(database.file, Path::new(file));
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
            "postgres://u:hunter2@h/d"
        )]
        url: &str,
    ) {
        let error = database(url, None).unwrap_err().to_string();
        assert!(
            error.starts_with("TWINLOCK_DATABASE_URL: ") && !error.contains("hunter2"),
            "{error}"
        );
    }
}
