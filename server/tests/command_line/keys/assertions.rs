//! The data key of assertions, which databases of older versions do not have.

use domain::secrets::keys::DataKeys;
use sqlx::{AnyConnection, Connection, Row};

use crate::{
    keys::rotation::{ids, with_people, write},
    support::program::ProgramSite,
};

const FORGET: &str = "DELETE FROM data_keys WHERE purpose = 'application assertions'";

/// The key by which the data key of assertions is sealed, and the sealed bytes.
fn stored(site: &ProgramSite) -> Option<(String, Vec<u8>)> {
    sqlx::any::install_default_drivers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut raw = AnyConnection::connect(site.url()).await.unwrap();
        let sql = "SELECT key_id, sealed_key FROM data_keys WHERE purpose = $1";
        let row = sqlx::query(sql)
            .bind(DataKeys::ASSERTIONS)
            .fetch_optional(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
        row.map(|row| (row.get(0), row.get(1)))
    })
}

#[test]
fn an_older_database_gets_it_once() {
    let site = with_people(0);
    write(&site, &[(FORGET, vec![])]);
    site.run(&["user", "list"]).expect_done();
    let made = stored(&site);
    assert!(made.is_some());
    site.run(&["user", "list"]).expect_done();
    assert_eq!(stored(&site), made);
}

#[test]
fn an_older_database_whose_master_key_was_replaced_gets_it_too() {
    let site = with_people(0);
    site.run(&["key", "new"]).expect_done();
    site.run(&["key", "rotate"]).expect_done();
    write(&site, &[(FORGET, vec![])]);
    site.run(&["user", "list"]).expect_done();
    let (key, made) = stored(&site).unwrap();
    let [current, old] = ids(&site).try_into().unwrap();
    assert_eq!(key, current);
    site.run(&["key", "drop", &old]).expect_done();
    site.run(&["user", "list"]).expect_done();
    assert_eq!(stored(&site), Some((key, made)));
}
