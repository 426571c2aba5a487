//! Checks the plans that an engine chooses.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row, raw_sql};

use crate::support::{ContractDatabase, engine};

/// Tables of one row, or of one row for each of four purposes. A scan is their best plan.
const FEW_ROWS: [&str; 3] = ["event_chain", "heartbeat", "data_keys"];
/// Once a minute, the sweep counts the names that strangers invented, up to their maximum. That
/// reads a whole index.
const COUNTED: &str = "FROM password_attempts ORDER BY failures DESC";
/// `PostgreSQL` plans a prepared statement five times for its values, and then decides whether to
/// use a generic plan.
const PLANS: usize = 7;

/// Statements that scan a whole table or index, each with its plan.
pub async fn faults(database: &ContractDatabase, statements: &BTreeSet<String>) -> Vec<String> {
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
    // Subqueries and values of the statement itself, which no table is named like.
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
    // Untyped literals, to which the server assigns the type of each parameter.
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

/// Whether a plan reads a whole table, or a whole index without a condition.
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
