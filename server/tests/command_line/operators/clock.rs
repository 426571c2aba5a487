//! A clock that was put back (S29), seen without anybody asking `/readyz`.

use std::{fs, path::PathBuf};

use super::left_out;
use crate::program::Place;

/// The library that moves a program's clock.
fn faketime(test: &str) -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let mut libraries = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let found = libraries.find(|library| library.exists());
    if found.is_none() {
        left_out(test, "`faketime` is not installed");
    }
    found
}

#[test]
fn s29_a_clock_behind_is_an_error_at_the_start() {
    let Some(library) = faketime("s29_a_clock_behind_is_an_error_at_the_start") else {
        return;
    };
    let place = Place::with_owner();
    let log = |settings: &[(&str, &str)]| {
        let server = place.serve_with(settings);
        server.terminate();
        server.wait().1
    };
    let words = "the system's clock is behind what the database has seen: let it be set by NTP";
    assert!(!log(&[]).contains("ERROR"));
    let behind = [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME", "-1d"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let said = log(&behind);
    let line = said.lines().find(|line| line.contains(words));
    assert!(line.is_some_and(|line| line.contains("ERROR")), "{said}");
    assert!(!log(&[]).contains(words));
}
