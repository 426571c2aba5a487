//! The proxies. Each starts with the recipe that operators get.

use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::Duration,
};

use super::{
    recipe::RecipePlaces,
    recipes::{write_caddy, write_envoy, write_haproxy, write_nginx, write_traefik},
    wheels,
};

/// The number of checks whether the proxy listens, a hundredth of a second apart.
const TRIES: u32 = 2000;

/// A proxy program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    Nginx,
    Caddy,
    Haproxy,
    NewestCaddy,
    Traefik,
    Envoy,
}

/// A running proxy, which is stopped however the case ends.
pub struct RunningProxy {
    process: Child,
    folder: PathBuf,
}

impl ProxyKind {
    /// Every proxy, in the order of the document.
    pub const ALL: [Self; 6] = [
        Self::Nginx,
        Self::Caddy,
        Self::Haproxy,
        Self::NewestCaddy,
        Self::Traefik,
        Self::Envoy,
    ];

    /// Those of a normal or a deep run.
    pub fn of_run(is_deep: bool) -> Vec<Self> {
        let kinds = Self::ALL.into_iter();
        kinds.filter(|kind| is_deep || !kind.is_deep()).collect()
    }

    /// Whether only deep runs have it, because Debian has no package of it.
    const fn is_deep(self) -> bool {
        match self {
            Self::Nginx | Self::Caddy | Self::Haproxy => false,
            Self::NewestCaddy | Self::Traefik | Self::Envoy => true,
        }
    }

    /// The name of the program, which ends the names of its trials.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
            Self::Haproxy => "haproxy",
            Self::NewestCaddy => "newest_caddy",
            Self::Traefik => "traefik",
            Self::Envoy => "envoy",
        }
    }

    /// Whether the recipe can keep Twinlock's cookies from the application.
    pub fn cuts_cookies(self) -> bool {
        self != Self::Traefik
    }

    /// Whether the recipe speaks HTTP/1.1 alone, because this proxy would pass on trailers.
    pub fn has_http_1_alone(self) -> bool {
        !self.is_deep()
    }

    /// The path of the program; Debian keeps some outside a user's PATH.
    pub fn program(self) -> Option<PathBuf> {
        if self.is_deep() {
            let name = self.name().trim_start_matches("newest_");
            return wheels::folder().map(|folder| folder.join(name));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        let mut programs = folders.map(|folder| folder.join(self.name()));
        programs.find(|program| program.exists())
    }

    /// Starts the proxy, and waits until it listens.
    pub fn start(self, places: &RecipePlaces) -> RunningProxy {
        let folder = places.folder;
        let mut command = Command::new(self.program().unwrap());
        match self {
            Self::Nginx => write_nginx(places, &mut command),
            Self::Caddy | Self::NewestCaddy => write_caddy(places, &mut command),
            Self::Haproxy => write_haproxy(places, &mut command),
            Self::Traefik => write_traefik(places, &mut command),
            Self::Envoy => write_envoy(places, &mut command),
        }
        let log = File::create(folder.join("output")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let mut proxy = RunningProxy {
            process: command.spawn().unwrap(),
            folder: folder.to_owned(),
        };
        proxy.wait_until_it_listens(places.tls);
        proxy
    }
}

impl RunningProxy {
    fn wait_until_it_listens(&mut self, port: u16) {
        for _ in 0..TRIES {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the proxy has ended: {}", self.log());
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the proxy does not listen: {}", self.log());
    }

    /// Returns the proxy's output.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        read("output") + &read("log")
    }
}

impl Drop for RunningProxy {
    fn drop(&mut self) {
        // The signal lets the proxy stop its workers too; a kill would leave them running.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.process.wait();
    }
}
