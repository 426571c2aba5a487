//! Environments that differ from root on a clean disk: other users, mounted secrets, odd file
//! systems, full disks, poolers and restricted roles. The numbers (S…) refer to the field list.

mod beside;
mod clock;
mod cluster;
mod disks;
mod key_places;
mod output;
mod owners;
mod paths;
mod pooler;
mod proxies;
mod roles;
mod server;
mod wrong_user;

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, chown},
    process::Command,
};

use crate::support::program::ProgramSite;

/// A user id that has no name and no group on any system.
pub const SERVICE: u32 = 4242;

/// Reports on standard error that a test can't run here, because the runner hides the output of a
/// test that passes.
pub fn left_out(test: &str, why: &str) {
    let _ = writeln!(io::stderr(), "LEFT OUT {test}: {why}");
}

/// Returns whether this runs as root; otherwise reports the test as left out.
fn is_root(test: &str) -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        left_out(test, "only root can act as several users");
    }
    is_root
}

/// Returns whether mounts are allowed and the programs are installed; otherwise reports the test as
/// left out.
fn can_mount(test: &str, programs: &[&str]) -> bool {
    if !is_root(test) {
        return false;
    }
    let mounts = Command::new("unshare").args(["--mount", "true"]).output();
    if !mounts.is_ok_and(|done| done.status.success()) {
        left_out(test, "no mounts of one's own are allowed");
        return false;
    }
    has(test, programs)
}

fn has(test: &str, programs: &[&str]) -> bool {
    let is_there = |name: &&&str| {
        ["/usr/sbin", "/usr/bin"]
            .iter()
            .any(|folder| fs::exists(format!("{folder}/{name}")).unwrap())
    };
    let missing = programs.iter().find(|name| !is_there(name));
    if let Some(missing) = missing {
        left_out(test, &format!("`{missing}` is not installed"));
    }
    missing.is_none()
}

/// Changes the owner of the folder and its files.
fn give(site: &ProgramSite, user: u32) {
    let names = fs::read_dir(site.file("")).unwrap();
    let files = names.map(|name| name.unwrap().path());
    for path in files.chain([site.file("")]) {
        chown(path, Some(user), Some(user)).unwrap();
    }
}

/// Returns owner, group and mode of a file.
fn owner(site: &ProgramSite, name: &str) -> (u32, u32, u32) {
    let found = fs::metadata(site.file(name)).unwrap();
    (found.uid(), found.gid(), found.mode() & 0o777)
}

fn names(site: &ProgramSite, folder: &str) -> Vec<String> {
    let names = fs::read_dir(site.file(folder)).unwrap();
    let names = names.map(|name| name.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
