//! The proxies that the tests start. Each uses the recipe for operators (`docs/proxies`); only
//! ports and paths are replaced.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A proxy program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    Nginx,
    Caddy,
    Haproxy,
    Apache,
}

/// The ports of the proxy and of the server, and the proxy's folder.
pub struct ProxyPaths<'a> {
    pub plain: u16,
    pub tls: u16,
    pub upstream: u16,
    pub folder: &'a Path,
}

/// The text of a recipe, which a test may change.
pub struct ProxyRecipe {
    pub kind: ProxyKind,
    text: String,
}

/// The user and the password for the proxy's own sign-in.
pub const STAFF: (&str, &str) = ("ada", "lighthouse-17");

impl ProxyKind {
    /// The Debian package, which is also the program's name.
    const fn package(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Haproxy => "haproxy",
            Self::Apache => "apache2",
        }
    }

    /// The path of the program; Debian keeps most of them outside a user's PATH.
    fn program(self) -> PathBuf {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let mut programs = folders.map(|folder| folder.join(self.package()));
        programs
            .find(|program| program.exists())
            .unwrap_or_else(|| {
                panic!("{0} is missing: apt-get install {0}", self.package());
            })
    }

    /// Returns the command that starts the proxy in the foreground, once its files are in the
    /// folder.
    pub fn command(self, folder: &Path) -> Command {
        let mut command = Command::new(self.program());
        let main = folder.join("main");
        match self {
            Self::Nginx => command.arg("-c").arg(main),
            Self::Caddy => command
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(main)
                .env("HOME", folder)
                .env("XDG_DATA_HOME", folder)
                .env("XDG_CONFIG_HOME", folder),
            Self::Haproxy => command
                .args(["-db", "-f"])
                .arg(main)
                .arg("-f")
                .arg(folder.join("recipe")),
            Self::Apache => command.args(["-D", "FOREGROUND", "-f"]).arg(main),
        };
        command
    }

    /// The main configuration that an operator's system has around the recipe.
    pub fn main(self, paths: &ProxyPaths) -> String {
        let folder = paths.folder.display();
        let ProxyPaths { plain, tls, .. } = paths;
        match self {
            Self::Nginx => format!(
                "daemon off; worker_processes 1; user root; pid {folder}/pid; error_log {folder}/log;
                 events {{ worker_connections 256; }}
                 http {{
                     access_log off;
                     client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                     fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
                     include {folder}/recipe;
                 }}"
            ),
            Self::Caddy => format!(
                "{{
                     admin off
                     http_port {plain}
                     https_port {tls}
                     default_bind 127.0.0.1
                     grace_period 1s
                 }}
                 import {folder}/recipe"
            ),
            Self::Haproxy => "global\n    maxconn 256\n".to_owned(),
            Self::Apache => {
                let modules = [
                    "mpm_event",
                    "authn_core",
                    "authn_file",
                    "authz_core",
                    "authz_user",
                    "auth_basic",
                    "alias",
                    "headers",
                    "proxy",
                    "proxy_http",
                    "socache_shmcb",
                    "ssl",
                ]
                .map(|name| {
                    format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
                })
                .concat();
                format!(
                    "ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\nErrorLog {folder}/log\n\
                     ServerName panel.example.com\nStartServers 1\nUser #33\nGroup #33\nMutex pthread\n{modules}\
                     Listen 127.0.0.1:{plain}\nListen 127.0.0.1:{tls}\nInclude {folder}/recipe\n"
                )
            }
        }
    }
}

impl ProxyRecipe {
    /// Reads the recipe from the documentation.
    pub fn of(kind: ProxyKind) -> Self {
        let name = match kind {
            ProxyKind::Nginx => "nginx.conf",
            ProxyKind::Caddy => "Caddyfile",
            ProxyKind::Haproxy => "haproxy.cfg",
            ProxyKind::Apache => "apache.conf",
        };
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxies");
        Self {
            kind,
            text: fs::read_to_string(docs.join(name)).unwrap(),
        }
    }

    /// Replaces a text that the recipe must contain.
    #[must_use]
    pub fn with(mut self, found: &str, other: &str) -> Self {
        assert!(self.text.contains(found), "{found} in {}", self.text);
        self.text = self.text.replace(found, other);
        self
    }

    /// Uncomments a comment block of the recipe: from the line that begins with `from` to the end
    /// of the block.
    #[must_use]
    pub fn with_lines(mut self, from: &str) -> Self {
        let start = format!("# {from}");
        let mut goes_on = false;
        let mut found = false;
        let lines = self.text.lines().map(|line| {
            let text = line.trim_start();
            goes_on = text.starts_with('#') && (goes_on || text.starts_with(&start));
            found |= goes_on;
            let plain = text.strip_prefix("# ").filter(|_| goes_on);
            plain.unwrap_or(line).to_owned()
        });
        let lines: Vec<_> = lines.collect();
        assert!(found, "{from} in {}", self.text);
        self.text = lines.join("\n");
        self.text.push('\n');
        self
    }

    /// Enables the proxy's own sign-in, with its users in the folder.
    pub fn with_sign_in(self, folder: &Path) -> Self {
        let (name, password) = STAFF;
        let users = folder.join("users");
        let user_file = || {
            let hash = output(Command::new("openssl").args(["passwd", "-apr1", password]));
            fs::write(&users, format!("{name}:{hash}\n")).unwrap();
            users.display().to_string()
        };
        match self.kind {
            ProxyKind::Nginx => self
                .with_lines("auth_basic")
                .with("/etc/nginx/twinlock.htpasswd", &user_file()),
            ProxyKind::Apache => self
                .with_lines("<Location \"/\">")
                .with(
                    "What belongs to the proxy's",
                    "# What belongs to the proxy's",
                )
                .with("/etc/apache2/twinlock.htpasswd", &user_file()),
            ProxyKind::Haproxy => self
                .with_lines("http-request auth")
                .with_lines("userlist")
                .with("replace-this", password),
            ProxyKind::Caddy => {
                let mut hash = Command::new(self.kind.program());
                let hash = output(hash.args(["hash-password", "--plaintext", password]));
                self.with_lines("basicauth").with("HASH", &hash)
            }
        }
    }

    /// Returns the recipe with the ports and paths of a test.
    pub fn at(self, paths: &ProxyPaths) -> String {
        let ProxyPaths {
            plain,
            tls,
            upstream,
            folder,
        } = paths;
        let folder = folder.display();
        let (certificate, key) = (format!("{folder}/pem"), format!("{folder}/key"));
        let recipe = self.with("127.0.0.1:3000", &format!("127.0.0.1:{upstream}"));
        let recipe = match recipe.kind {
            ProxyKind::Nginx => recipe
                .with("listen 80;", &format!("listen 127.0.0.1:{plain};"))
                .with("listen 443 ssl;", &format!("listen 127.0.0.1:{tls} ssl;")),
            ProxyKind::Caddy => recipe.with_lines("tls "),
            ProxyKind::Haproxy => recipe
                .with("bind :80", &format!("bind 127.0.0.1:{plain}"))
                .with("bind :443", &format!("bind 127.0.0.1:{tls}")),
            ProxyKind::Apache => recipe
                .with("*:80>", &format!("127.0.0.1:{plain}>"))
                .with("*:443>", &format!("127.0.0.1:{tls}>")),
        };
        let recipe = recipe.with("/etc/ssl/panel.example.com.pem", &certificate);
        if recipe.kind == ProxyKind::Haproxy {
            return recipe.text;
        }
        recipe.with("/etc/ssl/panel.example.com.key", &key).text
    }
}

/// Makes a certificate for panel.example.com and its key: in two files, or for `HAProxy` both in
/// `pem`.
pub fn make_certificate(kind: ProxyKind, folder: &Path) {
    let file = |name: &str| folder.join(name);
    fs::write(
        file("openssl.cnf"),
        "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n[extensions]\n\
         basicConstraints = critical, CA:FALSE\nsubjectAltName = DNS:panel.example.com\n",
    )
    .unwrap();
    output(
        Command::new("openssl")
            .args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"])
            .args(["-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-subj", "/CN=panel.example.com", "-config"])
            .arg(file("openssl.cnf"))
            .arg("-keyout")
            .arg(file("key"))
            .arg("-out")
            .arg(file("pem")),
    );
    if kind == ProxyKind::Haproxy {
        let both = [file("pem"), file("key")].map(|part| fs::read_to_string(part).unwrap());
        fs::write(file("pem"), both.concat()).unwrap();
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
