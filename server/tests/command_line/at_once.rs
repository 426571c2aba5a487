//! Several servers of one database start in the same moment: the schema is brought up once, and all of them serve.

use std::thread;

use crate::program::Place;

/// As many as an operator starts behind one balancer.
const SERVERS: usize = 4;

fn all_start(place: &Place) {
    let servers = thread::scope(|scope| {
        let starts = [(); SERVERS].map(|()| scope.spawn(|| place.serve()));
        starts.map(|start| start.join().unwrap())
    });
    for mut server in servers {
        if server.line().starts_with("Create the first owner: ") {
            server.line();
        }
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, 0, "{log}");
    }
    place.run(&["account", "add", "Example Ltd"]).expect_done();
    place.run(&["key", "list"]).expect_done();
}

#[test]
fn on_an_empty_database() {
    let place = Place::new();
    place.make_key();
    all_start(&place);
}

#[test]
fn on_a_database_of_the_version_before() {
    let place = Place::with_database();
    for sql in [
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
        "DROP TABLE heartbeat",
    ] {
        place.change(sql);
    }
    place.run(&["account", "list"]).expect_refused(1);
    all_start(&place);
}
