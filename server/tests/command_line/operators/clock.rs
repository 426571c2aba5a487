//! A system clock that was set back (S29) is reported at the start, without a request for
//! `/readyz`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::left_out;
use crate::{
    keys::{
        copies::{copy, other_server_with, wait_for_server},
        rotation::with_people,
    },
    support::program::ProgramSite,
};

/// Returns the path of libfaketime, which moves a program's clock.
fn faketime(test: &str) -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let found = libraries.find(|library| library.exists());
    if found.is_none() {
        left_out(test, "`faketime` is not installed");
    }
    found
}

/// Returns the settings that move a program's clock by this offset.
fn moved_clock<'a>(library: &'a Path, by: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME", by),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]
}

#[test]
fn s29_a_clock_behind_is_an_error_at_the_start() {
    let Some(library) = faketime("s29_a_clock_behind_is_an_error_at_the_start") else {
        return;
    };
    let site = ProgramSite::with_owner();
    let log = |settings: &[(&str, &str)]| {
        let server = site.serve_with(settings);
        server.terminate();
        server.wait().1
    };
    let words = "the system's clock is behind what the database has seen: let it be set by NTP";
    assert!(!log(&[]).contains("ERROR"));
    let said = log(&moved_clock(&library, "-1d"));
    let line = said.lines().find(|line| line.contains(words));
    assert!(line.is_some_and(|line| line.contains("ERROR")), "{said}");
    assert!(!log(&[]).contains(words));
}

/// A rotation waits for servers on other machines, whatever their clocks show.
#[test]
fn s20_servers_whose_clocks_differ_are_waited_for() {
    const TEST: &str = "s20_servers_whose_clocks_differ_are_waited_for";
    let Some(library) = faketime(TEST) else {
        return;
    };
    for by in ["-10m", "+10m"] {
        let site = with_people(1);
        if !site.is_on_a_server() {
            left_out(TEST, "servers on one file have one clock");
            return;
        }
        copy(&site);
        let other = other_server_with(&site, &moved_clock(&library, by));
        wait_for_server(&site, "servers");
        site.run(&["key", "new"]).expect_done();
        let refused = site.run(&["key", "rotate"]);
        let line = refused.expect_refused(1);
        assert!(line.starts_with("a server does not have"), "{by}: {line}");
        other.terminate();
        other.wait();
    }
}
