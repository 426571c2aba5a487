//! What an engine says of the way it goes.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, raw_sql};

use crate::support::{Database, engine};

/// Tables of one row, or of a row for each of three purposes: there is no shorter way.
const FEW_ROWS: [&str; 3] = ["event_chain", "heartbeat", "data_keys"];
/// The sweep counts the names that strangers made up, once a minute and up to their bound: that is an index from end to end.
const COUNTED: &str = "FROM password_attempts ORDER BY failures DESC";
/// A server plans a statement for its values five times, and then decides whether one plan will do for all.
const PLANS: usize = 7;

/// Those that read a table or an index from end to end, each with its plan.
pub async fn faults(database: &Database, statements: &BTreeSet<String>) -> Vec<String> {
    let url = database.url.replace(' ', "%20");
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let mut faults = Vec::new();
    for sql in statements.iter().filter(|sql| !sql.contains(COUNTED)) {
        let fault = if engine() == "sqlite" {
            sqlite(&mut connection, sql).await
        } else {
            postgres(&mut connection, sql).await
        };
        faults.extend(fault.map(|plan| format!("{sql}\n{plan}\n")));
    }
    faults
}

async fn sqlite(connection: &mut AnyConnection, sql: &str) -> Option<String> {
    let plan = rows(connection, format!("EXPLAIN QUERY PLAN {sql}"), "detail").await;
    // What a statement brings along itself, and rows that are read again once they are chosen or counted: no table is called so.
    let own = ["SCAN listed", "SCAN dead", "CONSTANT ROW", "VALUES CLAUSE"];
    let is_own = |step: &str| {
        own.iter().any(|own| step.ends_with(own)) || step.starts_with("SCAN (subquery-")
    };
    let is_whole = |step: &String| step.starts_with("SCAN") && !is_own(step);
    plan.iter().any(is_whole).then(|| plan.join("\n"))
}

async fn postgres(connection: &mut AnyConnection, sql: &str) -> Option<String> {
    let values = (1..=99)
        .take_while(|number| has_value(sql, *number))
        .count();
    rows(connection, format!("PREPARE hot AS {sql}"), "").await;
    // Texts of no type yet, which the server takes for whatever stands there.
    let values = vec!["'1'"; values].join(", ");
    let values = if values.is_empty() {
        values
    } else {
        format!("({values})")
    };
    let mut fault = None;
    for _ in 0..PLANS {
        let plan = rows(
            connection,
            format!("EXPLAIN EXECUTE hot{values}"),
            "QUERY PLAN",
        )
        .await;
        fault = fault.or_else(|| is_whole(&plan).then(|| plan.join("\n")));
    }
    rows(connection, "DEALLOCATE hot".to_owned(), "").await;
    fault
}

/// Whether a plan reads a whole table, or a whole index: one that it asks for nothing.
fn is_whole(plan: &[String]) -> bool {
    let follows = plan.iter().skip(1).map(Some).chain([None]);
    plan.iter().zip(follows).any(|(step, next)| {
        let is_exempt = FEW_ROWS.iter().any(|table| step.contains(table));
        let is_table = step.contains("Seq Scan");
        let is_index = step.contains("Index Scan") || step.contains("Index Only Scan");
        let is_asked = next.is_some_and(|next| next.contains("Index Cond"));
        !is_exempt && (is_table || is_index && !is_asked)
    })
}

fn has_value(sql: &str, number: usize) -> bool {
    let name = format!("${number}");
    sql.match_indices(&name)
        .any(|(at, _)| !sql[at + name.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

async fn rows(connection: &mut AnyConnection, sql: String, column: &str) -> Vec<String> {
    let rows = raw_sql(AssertSqlSafe(sql.clone()))
        .fetch_all(connection)
        .await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
    rows.iter().map(|row| row.get(column)).collect()
}

#[test]
fn a_whole_table_and_a_whole_index_are_noticed() {
    let plan = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    for whole in [
        &["Seq Scan on users"][..],
        &[
            "Limit",
            "  ->  Index Scan using security_events_pkey on security_events",
            "        Filter: (seq IS NULL)",
        ],
        &["Index Only Scan using users_pkey on users"],
    ] {
        assert!(is_whole(&plan(whole)), "{whole:?}");
    }
    assert!(!is_whole(&plan(&["Seq Scan on event_chain"])));
    assert!(!is_whole(&plan(&[
        "Index Scan using users_pkey on users",
        "  Index Cond: (id = $1)"
    ])));
}
