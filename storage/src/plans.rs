//! What is asked often reads by indexes: no table from end to end.

use rstest::rstest;
use sqlx::{AssertSqlSafe, Row, query};

use crate::{Store, accounts, member_list, members, password_tries, sessions};

#[rstest]
#[case::on_every_request(sessions::FIND, 1)]
#[case::accounts_of_a_person(accounts::OF_USER, 1)]
#[case::page_of_members(member_list::PAGE, 7)]
#[case::count_of_members(member_list::MATCHING, 4)]
#[case::one_member(member_list::ONE, 4)]
#[case::helpers(members::HELPERS, 1)]
#[case::right_to_reset(members::MAY_RESET, 3)]
#[case::known_browser(password_tries::OF_BROWSER, 3)]
#[case::refused_of_an_address(password_tries::OLDEST, 2)]
#[tokio::test]
async fn no_table_is_read_from_end_to_end(#[case] sql: &'static str, #[case] values: usize) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("twinlock.db").display());
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    let explain = query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    let explain = (0..values).fold(explain, |explain, _| explain.bind("1"));
    let plan = store.rows(explain).await.unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
    assert!(
        plan.iter()
            .any(|step| step.contains("USING INDEX") || step.contains("USING COVERING INDEX")),
        "{plan:?}"
    );
    // `s` is the page itself, read once it is sorted.
    let scans = |step: &&String| step.starts_with("SCAN") && step.as_str() != "SCAN s";
    assert_eq!(plan.iter().find(scans), None, "{plan:?}");
}
