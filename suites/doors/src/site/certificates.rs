//! A throw-away authority and a certificate for the names of the recipes, by `openssl`.

use std::{fs, path::Path, process::Command};

/// The hosts that the proxies serve. The client knows that they are at this machine.
pub const HOSTS: [&str; 3] = ["panel", "app", "wiki"];

/// The files that a certificate consists of.
const NAMES: &str = "[req]\ndistinguished_name = name\nx509_extensions = authority\n[name]\n\
    [authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n\
    [host]\nbasicConstraints = critical, CA:FALSE\nextendedKeyUsage = serverAuth\n";

/// Makes `authority.pem`, `pem`, `key`, and `both` with certificate and key, in a folder.
pub fn make(folder: &Path) {
    let names: Vec<_> = HOSTS
        .map(|host| format!("DNS:{host}.example.com"))
        .into_iter()
        .collect();
    let config = format!("{NAMES}subjectAltName = {}\n", names.join(", "));
    fs::write(folder.join("openssl.cnf"), config).unwrap();
    let key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let config = ["-config", "openssl.cnf"];
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-days",
            "2",
            "-subj",
            "/CN=Doors",
            "-keyout",
            "authority.key",
        ],
        &[&key[..], &config, &["-out", "authority.pem"]].concat(),
    );
    openssl(
        folder,
        &[
            "req",
            "-subj",
            "/CN=app.example.com",
            "-keyout",
            "key",
            "-out",
            "request",
        ],
        &[&key[..], &config].concat(),
    );
    openssl(
        folder,
        &[
            "x509",
            "-req",
            "-in",
            "request",
            "-days",
            "2",
            "-CAcreateserial",
            "-out",
            "pem",
        ],
        &[
            "-CA",
            "authority.pem",
            "-CAkey",
            "authority.key",
            "-extfile",
            "openssl.cnf",
            "-extensions",
            "host",
        ],
    );
    let both = ["pem", "key"].map(|file| fs::read_to_string(folder.join(file)).unwrap());
    fs::write(folder.join("both"), both.concat()).unwrap();
}

fn openssl(folder: &Path, first: &[&str], rest: &[&str]) {
    let mut command = Command::new("openssl");
    let output = command.args(first).args(rest).current_dir(folder).output();
    let output = output.expect("openssl is missing: apt-get install openssl");
    assert!(output.status.success(), "{command:?}: {output:?}");
}
