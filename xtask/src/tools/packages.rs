//! The system programs that the tests use, as Debian packages.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::on_path;
use crate::process::Process;

/// A Debian package, its purpose, and a check whether it (or its equivalent on another system) is
/// installed.
pub struct Package {
    pub(super) name: &'static str,
    pub(super) purpose: &'static str,
    pub(super) is_there: fn() -> bool,
}

/// Packages for the tests in Chromium.
pub const BROWSER: &[Package] = &[
    Package {
        name: "chromium",
        purpose: "the browser",
        // This variable selects another browser for the tests.
        is_there: || {
            env::var_os("CHROMIUM").is_some_and(|chosen| Path::new(&chosen).exists())
                || Path::new("/usr/bin/chromium").exists()
        },
    },
    Package {
        name: "fonts-dejavu-core",
        purpose: "letters for the browser",
        is_there: || has_font(Path::new("/usr/share/fonts")),
    },
    Package {
        name: "oathtool",
        purpose: "an independent authenticator",
        is_there: || on_path("oathtool").is_some(),
    },
    FAKETIME,
    Package {
        name: "zbar-tools",
        purpose: "reads the QR code",
        is_there: || on_path("zbarimg").is_some(),
    },
    Package {
        name: "caddy",
        purpose: "the proxy before an application",
        is_there: || server_program("caddy").is_some(),
    },
    Package {
        name: "python3-venv",
        purpose: "installs that application, a calendar from PyPI",
        is_there: has_python,
    },
];

/// Chromium without a user interface: the same engine, a third less work per test.
/// `end2end/playwright.config.ts` looks for its path.
pub const WINDOWLESS: &[Package] = &[Package {
    name: "chromium-headless-shell",
    purpose: "the browser without windows",
    is_there: || {
        env::var_os("CHROMIUM").is_some() || Path::new("/usr/bin/chromium-headless-shell").exists()
    },
}];

/// The previous extended release does not support all that Playwright requests by `WebDriver BiDi`.
const OLDEST_FIREFOX: u32 = 153;

/// Packages for the attack suite.
pub const ATTACK: &[Package] = &[FAKETIME];

/// Packages for the fault suite.
pub const FAULTS: &[Package] = &[
    FAKETIME,
    STRACE,
    Package {
        name: "fiu-utils",
        purpose: "a disk that fails now and then",
        is_there: || on_path("fiu-ctrl").is_some(),
    },
];

/// Packages for the tests of operators' environments. If one is missing, its tests are skipped and
/// named.
pub const OPERATORS: &[Package] = &[
    FAKETIME,
    STRACE,
    Package {
        name: "exfat-fuse",
        purpose: "a file system without links and permissions",
        is_there: || on_path("mount.exfat-fuse").is_some() || at_root("mount.exfat-fuse"),
    },
    Package {
        name: "exfatprogs",
        purpose: "makes that file system",
        is_there: || on_path("mkfs.exfat").is_some() || at_root("mkfs.exfat"),
    },
    Package {
        name: "pgbouncer",
        purpose: "a pooler before the second engine's server",
        is_there: || on_path("pgbouncer").is_some() || at_root("pgbouncer"),
    },
];

/// Returns whether Python makes environments with its installer.
fn has_python() -> bool {
    let imports = Process::new("python3").args(["-c", "import ensurepip, venv"]);
    imports.probe().is_some()
}

/// Returns whether a program is in /usr/sbin, which Debian keeps out of a user's PATH.
fn at_root(program: &str) -> bool {
    Path::new("/usr/sbin").join(program).exists()
}

const STRACE: Package = Package {
    name: "strace",
    purpose: "shows and changes what the kernel is asked for",
    is_there: || on_path("strace").is_some(),
};

const FAKETIME: Package = Package {
    name: "faketime",
    purpose: "moves the server's clock",
    is_there: || has_faketime(Path::new("/usr/lib")),
};

/// Packages for the journeys in the other engines.
pub const ENGINES: &[Package] = &[
    Package {
        name: "firefox-esr",
        purpose: "Firefox",
        is_there: || {
            let chosen = env::var_os("FIREFOX").unwrap_or_else(|| "/usr/bin/firefox-esr".into());
            let version = Process::new(chosen).args(["--version"]).probe();
            version.is_some_and(|version| major(&version) >= OLDEST_FIREFOX)
        },
    },
    Package {
        name: "webkit2gtk-driver",
        purpose: "WebKit, its small browser and its driver",
        is_there: || on_path("WebKitWebDriver").is_some(),
    },
    Package {
        name: "xvfb",
        purpose: "a screen for WebKit",
        is_there: || on_path("Xvfb").is_some(),
    },
];

/// Packages for the tests on the second engine.
pub const POSTGRES: &[Package] = &[Package {
    name: "postgresql",
    purpose: "the second engine's server",
    is_there: || postgres_programs().is_some(),
}];

/// Packages for several instances.
pub const BALANCER: &[Package] = &[Package {
    name: "nginx",
    purpose: "the balancer before several instances",
    is_there: || nginx().is_some(),
}];

/// The proxies with recipes in `docs/proxies`, and the tool that creates a certificate for them.
pub const PROXIES: &[Package] = &[
    Package {
        name: "nginx",
        purpose: "a proxy before the server",
        is_there: || nginx().is_some(),
    },
    Package {
        name: "caddy",
        purpose: "a proxy before the server",
        is_there: || server_program("caddy").is_some(),
    },
    Package {
        name: "haproxy",
        purpose: "a proxy before the server",
        is_there: || server_program("haproxy").is_some(),
    },
    Package {
        name: "apache2",
        purpose: "a proxy before the server",
        is_there: || server_program("apache2").is_some(),
    },
    Package {
        name: "openssl",
        purpose: "a certificate for the proxies",
        is_there: || on_path("openssl").is_some(),
    },
];

/// What the doors suite uses beside the proxies.
pub const DOORS: &[Package] = &[
    FAKETIME,
    Package {
        name: "openssl",
        purpose: "certificates of the applications",
        is_there: || on_path("openssl").is_some(),
    },
    Package {
        name: "sqlite3",
        purpose: "a database that fails",
        is_there: || on_path("sqlite3").is_some(),
    },
];

/// Returns the path of the load balancer.
pub fn nginx() -> Option<PathBuf> {
    server_program("nginx")
}

/// Finds a server program, most of which Debian keeps out of a user's PATH.
fn server_program(name: &str) -> Option<PathBuf> {
    let debian = Path::new("/usr/sbin").join(name);
    Some(debian)
        .filter(|program| program.exists())
        .or_else(|| on_path(name))
}

/// Finds the programs of `PostgreSQL`, which Debian keeps in a versioned folder outside PATH.
pub fn postgres_programs() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter();
    let folders = versions
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"));
    let debian = folders
        .filter(|folder| folder.join("initdb").exists())
        .max();
    debian.or_else(|| Some(on_path("initdb")?.parent()?.to_owned()))
}

/// Returns the first number of a version, such as 153 in `Mozilla Firefox 153.7.0esr`.
fn major(version: &str) -> u32 {
    let digits = version.split(|sign: char| !sign.is_ascii_digit());
    let mut numbers = digits.filter_map(|number| number.parse().ok());
    numbers.next().unwrap_or_default()
}

/// Looks for the library in the folders of architectures, such as `x86_64-linux-gnu`.
fn has_faketime(folder: &Path) -> bool {
    let library = "faketime/libfaketimeMT.so.1";
    folder.read_dir().is_ok_and(|mut kinds| {
        kinds.any(|kind| kind.is_ok_and(|kind| kind.path().join(library).exists()))
    })
}

fn has_font(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.filter_map(Result::ok).any(|entry| {
        let path = entry.path();
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        path.is_dir() && has_font(&path) || ["ttf", "otf", "ttc"].contains(&&*ending)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_recognised() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_font(folder.path()));
        fs::create_dir(folder.path().join("dejavu")).unwrap();
        fs::write(folder.path().join("dejavu/Sans.ttf"), "").unwrap();
        assert!(has_font(folder.path()));
    }

    #[test]
    fn a_version_says_which_release_it_is() {
        assert_eq!(major("Mozilla Firefox 153.7.0esr"), 153);
        assert_eq!(major("no number"), 0);
    }

    #[test]
    fn the_library_of_faketime_is_found_below_the_machines_kind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_faketime(folder.path()));
        let library = folder.path().join("x86_64-linux-gnu/faketime");
        fs::create_dir_all(&library).unwrap();
        fs::write(library.join("libfaketimeMT.so.1"), "").unwrap();
        assert!(has_faketime(folder.path()));
    }
}
