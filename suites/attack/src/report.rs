//! The table with one row for each id, whatever its result.

use std::{fmt::Write, time::Duration};

use crate::{
    attack::{Attack, AttackOutcome, AttackPlan},
    ids,
};

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackRow {
    pub id: String,
    pub what: String,
    pub tried: usize,
    pub result: String,
    pub took: Duration,
}

impl AttackRow {
    /// Creates the row of an attack that was tried and did not succeed.
    pub fn from_outcome(attack: &Attack, held: AttackOutcome) -> Self {
        Self::new(attack, held.what, held.tried, held.how.to_owned())
    }

    /// Creates the row of an attack that succeeded, or could not be tried as intended.
    pub fn failed(attack: &Attack, why: &str) -> Self {
        let first = why.lines().next().unwrap_or_default().to_owned();
        Self::new(
            attack,
            attack.name.replace('_', " "),
            1,
            format!("FAILED: {first}"),
        )
    }

    /// Creates the row of an attack that is not tried here.
    pub fn untried(attack: &Attack) -> Self {
        let (what, result) = match attack.plan {
            AttackPlan::Try(_) => (
                String::new(),
                "left out (the arguments name others)".to_owned(),
            ),
            AttackPlan::TryDeep(_) => (
                attack.name.replace('_', " "),
                "left to the deep run".to_owned(),
            ),
            AttackPlan::Elsewhere(file, test, why) => {
                (why.to_owned(), format!("shown by {file}: {test}"))
            }
            AttackPlan::NotApplicable(why) => (String::new(), format!("not applicable: {why}")),
        };
        Self::new(attack, what, 0, result)
    }

    /// Adds the duration to the row.
    pub const fn taking(mut self, took: Duration) -> Self {
        self.took = took;
        self
    }

    fn new(attack: &Attack, what: String, tried: usize, result: String) -> Self {
        Self {
            id: attack.id(),
            what,
            tried,
            result,
            took: Duration::ZERO,
        }
    }
}

/// Returns the table in the order of the list, followed by the number of each result.
pub fn table(rows: &[AttackRow]) -> String {
    let mut text = String::from(
        "| id | tried | times | seconds | result |\n| --- | --- | ---: | ---: | --- |\n",
    );
    let order = ids::all();
    let mut sorted: Vec<&AttackRow> = rows.iter().collect();
    sorted.sort_by_key(|row| order.iter().position(|id| *id == row.id));
    for row in sorted {
        let tried = if row.tried == 0 {
            "–".to_owned()
        } else {
            row.tried.to_string()
        };
        let _ = writeln!(
            text,
            "| {} | {} | {tried} | {:.1} | {} |",
            row.id,
            cell(&row.what),
            row.took.as_secs_f32(),
            cell(&row.result)
        );
    }
    let _ = writeln!(text, "\n{}", counts(rows));
    text
}

fn counts(rows: &[AttackRow]) -> String {
    let beginning = |word: &str| {
        rows.iter()
            .filter(|row| row.result.starts_with(word))
            .count()
    };
    let tries: usize = rows.iter().map(|row| row.tried).sum();
    format!(
        "{} ids: {} refused, {} as wanted, {} FAILED, {} shown elsewhere, {} left to the deep run, {} not applicable; {tries} tries.",
        rows.len(),
        beginning("refused"),
        beginning("as wanted"),
        beginning("FAILED"),
        beginning("shown by"),
        beginning("left"),
        beginning("not applicable"),
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::attack;

    #[test]
    fn rows_stand_in_the_order_of_the_list_and_are_counted() {
        let absent = attack!("T1", AttackPlan::NotApplicable("a thing"));
        let failed = attack!("R1", AttackPlan::NotApplicable(""));
        let rows = [
            AttackRow::untried(&absent),
            AttackRow::failed(&failed, "it | came in\nat once"),
        ];
        let table = table(&rows);
        let (first, second) = (table.find("| R1 |").unwrap(), table.find("| T1 |").unwrap());
        assert!(first < second, "{table}");
        assert!(table.contains("FAILED: it \\| came in |"), "{table}");
        assert!(
            table.contains("2 ids: 0 refused, 0 as wanted, 1 FAILED"),
            "{table}"
        );
    }
}
