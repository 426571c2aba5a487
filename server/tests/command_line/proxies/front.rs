//! A running proxy. It is stopped when the test ends, however it ends.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command},
    thread,
    time::Duration,
};

use tempfile::TempDir;

use super::kind::{Places, Recipe, make_certificate};
use crate::support::free_port::free_port;

/// How often it is looked whether it listens, every hundredth of a second.
const TRIES: u32 = 1500;

pub struct Front {
    process: Child,
    /// Where it speaks plain HTTP.
    pub plain: u16,
    /// Where it speaks TLS.
    pub tls: u16,
    /// Its files, `pem` with the certificate among them.
    pub folder: TempDir,
}

impl Front {
    /// Starts it before a port. `change` gets the folder for its files.
    pub fn start(
        upstream: u16,
        recipe: Recipe,
        change: impl FnOnce(Recipe, &TempDir) -> Recipe,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kind = recipe.kind;
        make_certificate(kind, folder.path());
        let places = Places {
            plain: free_port(),
            tls: free_port(),
            upstream,
            folder: folder.path(),
        };
        let (plain, tls) = (places.plain, places.tls);
        let recipe = change(recipe, &folder).at(&places);
        let file = |name: &str| folder.path().join(name);
        fs::write(file("recipe"), recipe).unwrap();
        fs::write(file("main"), kind.main(&places)).unwrap();
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

    /// What it said.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        read("output") + &read("log")
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.process.wait();
    }
}
