//! A `PostgreSQL` server of the test's own, for settings of a whole server: a standby, few
//! connections, an expired password.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;
use testkit::{postgres, process::free_port};

use super::{has, left_out, server::url_of};
use crate::support::program::{Done, ProgramSite};

const SUPERUSER: &str = "twinlock";

/// A server that runs between `start` and `stop`, and ends with the test.
struct OwnPostgres {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    site: ProgramSite,
}

impl OwnPostgres {
    /// Makes a server without starting it; reports the test as left out and returns `None` if
    /// `PostgreSQL` is not installed.
    fn new(test: &str) -> Option<Self> {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let folders = versions.map(|version| version.unwrap().path().join("bin"));
        let Some(programs) = folders.filter(|bin| bin.join("initdb").exists()).max() else {
            left_out(test, "PostgreSQL's `initdb` is not installed");
            return None;
        };
        let cluster = Self {
            folder: tempfile::tempdir().unwrap(),
            programs,
            port: free_port(),
            site: ProgramSite::in_a_file(),
        };
        fs::set_permissions(cluster.folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let data = cluster.data();
        let initdb = [
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "--pgdata",
            &data,
        ];
        cluster.run(
            "initdb",
            &[&initdb[..], &["--username", SUPERUSER]].concat(),
        );
        Some(cluster)
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    /// Runs one of `PostgreSQL`'s programs as a user that it accepts: not root.
    fn run(&self, program: &str, args: &[&str]) {
        let mut command = postgres::program(&self.programs, program);
        let log = fs::File::create(self.folder.path().join("said")).unwrap();
        command.args(args).stdout(log);
        assert!(command.status().unwrap().success(), "{command:?}");
    }

    fn start(&self, options: &str) {
        let (data, folder) = (self.data(), self.folder.path().display());
        let log = format!("{data}/log");
        let options = format!(
            "-p {} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off {options}",
            self.port
        );
        let args = ["start", "--wait", "--pgdata", &data, "--log", &log];
        self.run("pg_ctl", &[&args[..], &["--options", &options]].concat());
    }

    fn stop(&self) {
        let data = self.data();
        self.run(
            "pg_ctl",
            &["stop", "--mode=fast", "--wait", "--pgdata", &data],
        );
    }

    fn sql(&self, sql: &str) {
        let port = self.port.to_string();
        let server = ["--host=127.0.0.1", "--port", &port, "--username", SUPERUSER];
        let what = ["--quiet", "--command", sql, "postgres"];
        self.run("psql", &[&server[..], &what].concat());
    }

    fn twinlock(&self, url: &str, args: &[&str]) -> Done {
        let mut command = self.site.command(args);
        command
            .env("TWINLOCK_DATABASE_URL", url)
            .env("TWINLOCK_KEY_FILE", "twinlock.key");
        command.output().unwrap().into()
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        if fs::exists(format!("{}/postmaster.pid", self.data())).unwrap() {
            self.stop();
        }
    }
}

#[track_caller]
fn expect_refusal(done: &Done, words: &str) {
    let line = done.expect_refused(1);
    assert!(line.contains(words), "{line}");
    assert!(
        !line.contains("key file") && !line.contains("disk"),
        "{line}"
    );
}

#[test]
fn s22_a_standby_and_a_server_that_recovers_are_told_apart() {
    let test = "s22_a_standby_and_a_server_that_recovers_are_told_apart";
    let Some(cluster) = OwnPostgres::new(test) else {
        return;
    };
    let url = url_of(SUPERUSER, cluster.port, "postgres");
    cluster.start("");
    for args in [&["key", "new"][..], &["migrate"], &["doctor"]] {
        cluster.twinlock(&url, args).expect_done();
    }
    cluster.stop();
    let signal = format!("{}/standby.signal", cluster.data());
    fs::write(&signal, "").unwrap();
    cluster.start("-c hot_standby=on");
    for args in [&["doctor"][..], &["migrate"], &["user", "list"]] {
        let done = cluster.twinlock(&url, args);
        expect_refusal(&done, "the server takes no writes, because it is a standby");
    }
    cluster.stop();
    cluster.start("-c hot_standby=off");
    let done = cluster.twinlock(&url, &["doctor"]);
    expect_refusal(&done, "the server is starting, stopping or recovering");
}

#[test]
fn s22_a_password_that_is_over_and_a_full_server_are_told() {
    let test = "s22_a_password_that_is_over_and_a_full_server_are_told";
    let Some(cluster) = OwnPostgres::new(test) else {
        return;
    };
    let rules = "host all late 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n";
    fs::write(format!("{}/pg_hba.conf", cluster.data()), rules).unwrap();
    // One connection is left for roles that are no superusers, and each command needs two.
    cluster.start("-c max_connections=10 -c superuser_reserved_connections=9");
    cluster.sql("CREATE ROLE late LOGIN PASSWORD 'vellum' VALID UNTIL '2020-01-01'");
    cluster.sql("CREATE ROLE plain LOGIN");
    let late = url_of("late:vellum", cluster.port, "postgres");
    let done = cluster.twinlock(&late, &["doctor"]);
    expect_refusal(&done, "at the role's `VALID UNTIL`");
    assert!(!done.err.contains("vellum"), "{}", done.err);
    let plain = url_of("plain", cluster.port, "postgres");
    let done = cluster.twinlock(&plain, &["doctor"]);
    expect_refusal(&done, "the server has no connection left for this role");
}

/// The address has brackets in the URL and none in the certificate.
#[test]
fn s22_tls_to_an_ipv6_address_is_verified_by_the_address() {
    let test = "s22_tls_to_an_ipv6_address_is_verified_by_the_address";
    if !has(test, &["openssl"]) {
        return;
    }
    if TcpListener::bind("[::1]:0").is_err() {
        left_out(test, "this machine has no IPv6");
        return;
    }
    let Some(cluster) = OwnPostgres::new(test) else {
        return;
    };
    let made = |name: &str, address: &str| {
        let file = |end: &str| format!("{}/{name}.{end}", cluster.data());
        let (key, certificate) = (file("key"), file("crt"));
        let what = [
            "req",
            "-x509",
            "-nodes",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-days",
            "2",
            "-subj",
            "/CN=twinlock",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-addext",
            address,
            "-keyout",
            &key,
            "-out",
            &certificate,
        ];
        let done = Command::new("openssl").args(what).output().unwrap();
        assert!(done.status.success(), "{done:?}");
        let owner = fs::metadata(cluster.data()).unwrap();
        std::os::unix::fs::chown(&key, Some(owner.uid()), Some(owner.gid())).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let copy = cluster.site.file(&format!("{name}.crt"));
        fs::copy(&certificate, &copy).unwrap();
        copy.display().to_string()
    };
    let (right, other) = (
        made("right", "subjectAltName=IP:::1"),
        made("other", "subjectAltName=IP:::2"),
    );
    for (name, certificate, is_taken) in [("right", &right, true), ("other", &other, false)] {
        cluster.start(&format!(
            "-c listen_addresses=::1 -c ssl=on -c ssl_cert_file={name}.crt -c ssl_key_file={name}.key"
        ));
        let url = format!(
            "postgres://{SUPERUSER}@[::1]:{}/postgres?sslmode=verify-full&sslrootcert={certificate}",
            cluster.port
        );
        if is_taken {
            cluster.twinlock(&url, &["key", "new"]).expect_done();
            cluster.twinlock(&url, &["migrate"]).expect_done();
        } else {
            fs::remove_file(cluster.site.file("twinlock.key")).unwrap();
            expect_refusal(
                &cluster.twinlock(&url, &["key", "new"]),
                "its certificate is not trusted",
            );
        }
        cluster.stop();
    }
}
