//! Expired rows are deleted while the server runs.

use sqlx::{Connection, Executor, SqliteConnection};

use crate::support::{
    browser::signed_in,
    people::PASSWORD,
    program::{ProgramSite, Running},
};

async fn raw(site: &ProgramSite) -> SqliteConnection {
    let url = format!("sqlite://{}", site.file("twinlock.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

async fn sessions(raw: &mut SqliteConnection) -> i64 {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM sessions");
    count.fetch_one(raw).await.unwrap()
}

fn stop(server: Running) {
    server.terminate();
    assert_eq!(server.wait().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keeper_deletes_what_is_over_and_nothing_else() {
    let site = ProgramSite::with_member();
    let server = site.serve();
    for email in ["ada@example.com", "max@example.com"] {
        signed_in(&server, email, PASSWORD);
    }
    let mut raw = raw(&site).await;
    assert_eq!(sessions(&mut raw).await, 2);
    raw.execute("UPDATE sessions SET seen_at = 0 WHERE user_id IN (SELECT id FROM users WHERE email LIKE 'max%')")
        .await
        .unwrap();
    stop(server);
    // The first clean-up runs before the server can be told to stop.
    stop(site.serve());
    assert_eq!(sessions(&mut raw).await, 1);
}
