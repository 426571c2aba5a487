//! A running proxy, which is stopped however the test ends.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command},
    thread,
    time::Duration,
};

use tempfile::TempDir;
use testkit::process::free_port;

use super::kind::{ProxyPaths, ProxyRecipe, make_certificate};

/// The number of checks whether the proxy listens, a hundredth of a second apart.
const TRIES: u32 = 1500;

pub struct RunningProxy {
    process: Child,
    /// The port for plain HTTP.
    pub plain: u16,
    /// The port for TLS.
    pub tls: u16,
    /// The folder of its files, with the certificate in `pem`.
    pub folder: TempDir,
}

impl RunningProxy {
    /// Starts the proxy in front of a port. `change` receives the recipe and the folder for its
    /// files.
    pub fn start(
        upstream: u16,
        recipe: ProxyRecipe,
        change: impl FnOnce(ProxyRecipe, &TempDir) -> ProxyRecipe,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kind = recipe.kind;
        make_certificate(kind, folder.path());
        let paths = ProxyPaths {
            plain: free_port(),
            tls: free_port(),
            upstream,
            folder: folder.path(),
        };
        let (plain, tls) = (paths.plain, paths.tls);
        let recipe = change(recipe, &folder).at(&paths);
        let file = |name: &str| folder.path().join(name);
        fs::write(file("recipe"), recipe).unwrap();
        fs::write(file("main"), kind.main(&paths)).unwrap();
        let log = File::create(file("output")).unwrap();
        let mut command = kind.command(folder.path());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let mut front = Self {
            process: command.spawn().unwrap(),
            plain,
            tls,
            folder,
        };
        front.wait_until_it_listens();
        front
    }

    fn wait_until_it_listens(&mut self) {
        for _ in 0..TRIES {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "the proxy has ended: {}", self.log());
            let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            if listens(self.plain) && listens(self.tls) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the proxy does not listen: {}", self.log());
    }

    /// Returns the proxy's output.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
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
