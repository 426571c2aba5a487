//! What is said about an import: lines for people, one JSON value for scripts.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::people::names::AccountName;
use serde_json::{Value, json};
use usecases::operator::{ImportPlan, JudgedLine, LineVerdict};

use crate::cli::{Report, output::report::joined};

/// How many people of which kind the file has.
#[derive(Default)]
struct Counts {
    added: usize,
    with_password: usize,
    with_method: usize,
    unchanged: usize,
    refused: usize,
    /// The number of the last refused line.
    refused_line: usize,
    /// How many of the added people have each note.
    notes: BTreeMap<String, usize>,
    /// How many lines are refused for each reason.
    refusals: BTreeMap<String, usize>,
}

impl Counts {
    fn of(plan: &ImportPlan) -> Self {
        let mut counts = Self::default();
        for line in plan.lines() {
            match &line.verdict {
                LineVerdict::Added {
                    has_password,
                    has_method,
                    notes,
                    ..
                } => {
                    counts.added += 1;
                    counts.with_password += usize::from(*has_password);
                    counts.with_method += usize::from(*has_method);
                    for note in notes {
                        *counts.notes.entry(note.to_string()).or_default() += 1;
                    }
                }
                LineVerdict::Unchanged => counts.unchanged += 1,
                LineVerdict::Refused(refusal) => {
                    counts.refused += 1;
                    counts.refused_line = line.number;
                    *counts.refusals.entry(refusal.to_string()).or_default() += 1;
                }
            }
        }
        counts
    }

    /// The notes with their numbers, the most frequent first.
    fn notes(&self) -> Vec<(&str, usize)> {
        most_frequent(&self.notes)
    }

    /// Why the command fails.
    fn failure(&self, dry_run: bool) -> Option<String> {
        let verb = if dry_run { "would be" } else { "was" };
        let all = self.added + self.unchanged + self.refused;
        let reason = match self.refused {
            0 => return None,
            1 if all == 1 => format!("line {} is refused", self.refused_line),
            1 => format!("1 of {all} lines is refused"),
            some => format!("{some} of {all} lines are refused"),
        };
        Some(format!("nothing {verb} imported, because {reason}"))
    }
}

fn most_frequent(counted: &BTreeMap<String, usize>) -> Vec<(&str, usize)> {
    let counted = counted.iter();
    let mut counted: Vec<_> = counted
        .map(|(text, count)| (text.as_str(), *count))
        .collect();
    counted.sort_by_key(|(_, count)| Reverse(*count));
    counted
}

/// The report of an import, or of what it would do.
pub fn of(plan: &ImportPlan, without_owner: &[AccountName], dry_run: bool) -> Report {
    let counts = Counts::of(plan);
    let is_refused = counts.refused > 0;
    let is_planned = dry_run || is_refused;
    let mut lines = Vec::new();
    for line in plan.lines() {
        // A real import says only what needs a person's attention.
        if dry_run || needs_attention(line) {
            lines.push(sentence(line, is_planned));
        }
    }
    for (note, count) in counts.notes() {
        let people = if count == 1 { "person" } else { "people" };
        lines.push(format!("Note for {count} {people}: {note}."));
    }
    let repeated = most_frequent(&counts.refusals).into_iter();
    for (refusal, count) in repeated.filter(|(_, count)| *count > 1) {
        lines.push(format!("{count} lines are refused because {refusal}."));
    }
    // Behind a refused line, what the others lack decides nothing yet.
    if !is_refused {
        let verb = if dry_run { "would have" } else { "has" };
        lines.extend(without_owner.iter().map(|account| {
            format!("`{account}` {verb} no Owner: `twinlock member role EMAIL ACCOUNT --role owner` makes one.")
        }));
    }
    lines.extend(summary(&counts, dry_run));
    if !is_planned && counts.added > 0 {
        lines.extend(next_steps(&counts));
    }
    let notes = counts.notes().into_iter();
    let notes = notes.map(|(note, count)| json!({ "note": note, "people": count }));
    let json = json!({
        "dry_run": dry_run,
        "added": if is_planned { 0 } else { counts.added },
        "would_add": if is_planned { counts.added } else { 0 },
        "with_password": counts.with_password,
        "with_authenticator": counts.with_method,
        "unchanged": counts.unchanged,
        "refused": counts.refused,
        "notes": notes.collect::<Vec<Value>>(),
        "accounts_without_owner": without_owner,
        "lines": plan.lines().iter().map(|line| value(line, is_planned)).collect::<Vec<Value>>(),
    });
    Report::lines(lines, json).failing(counts.failure(dry_run))
}

/// How many people come with what. That lines are refused stands on standard error.
fn summary(counts: &Counts, dry_run: bool) -> Option<String> {
    let Counts {
        added,
        with_password,
        with_method,
        unchanged,
        refused,
        ..
    } = counts;
    if added + unchanged == 0 {
        return None;
    }
    let with = if *added > 0 {
        format!(" ({with_password} with a password, {with_method} with an authenticator)")
    } else {
        String::new()
    };
    let (verb, end) = match (*refused > 0, dry_run) {
        (true, _) => ("could be added", "."),
        (false, true) => ("would be added", ". Nothing was changed."),
        (false, false) => ("added", "."),
    };
    Some(format!(
        "{added} {verb}{with}, {unchanged} exist already{end}"
    ))
}

/// What is left to do after an import.
fn next_steps(counts: &Counts) -> Vec<String> {
    let mut steps = Vec::new();
    let without = counts.added - counts.with_password;
    if without > 0 {
        let people = if without == 1 { "person" } else { "people" };
        steps.push(format!(
            "{without} {people} without a password: `twinlock user set-password EMAIL` makes a link for each."
        ));
    }
    steps.push("Delete the file once people have signed in.".to_owned());
    steps
}

fn needs_attention(line: &JudgedLine) -> bool {
    match &line.verdict {
        LineVerdict::Added { notes, .. } => !notes.is_empty(),
        LineVerdict::Unchanged => false,
        LineVerdict::Refused(_) => true,
    }
}

fn sentence(line: &JudgedLine, is_planned: bool) -> String {
    let number = line.number;
    let email = line.email.as_ref().map(ToString::to_string);
    match &line.verdict {
        LineVerdict::Added {
            account,
            role,
            has_password,
            has_method,
            disabled,
            notes,
        } => {
            let mut with = Vec::new();
            with.extend(has_password.then(|| "password".to_owned()));
            with.extend(has_method.then(|| "authenticator".to_owned()));
            let with = match &with[..] {
                [] => "with neither password nor authenticator".to_owned(),
                some => format!("with {}", joined(some)),
            };
            let verb = if is_planned {
                "would be added"
            } else {
                "added"
            };
            let disabled = if *disabled { ", disabled" } else { "" };
            let text = format!(
                "line {number}: {} {verb} as {} of `{account}` {with}{disabled}.",
                email.unwrap_or_default(),
                role.as_str()
            );
            let notes = notes.iter().map(|note| format!(" Note: {note}."));
            text + &notes.collect::<String>()
        }
        LineVerdict::Unchanged => format!(
            "line {number}: {} exists already and is left alone.",
            email.unwrap_or_default()
        ),
        LineVerdict::Refused(refusal) => {
            let refusal = refusal.to_string();
            let end = if refusal.ends_with('?') { "" } else { "." };
            match email {
                Some(email) => format!("line {number}: {email} is refused: {refusal}{end}"),
                None => format!("line {number}: {refusal}{end}"),
            }
        }
    }
}

fn value(line: &JudgedLine, is_planned: bool) -> Value {
    let mut value = json!({ "line": line.number, "email": line.email });
    let more = match &line.verdict {
        LineVerdict::Added {
            account,
            role,
            has_password,
            has_method,
            disabled,
            notes,
        } => json!({
            "result": if is_planned { "would_add" } else { "added" },
            "account": account, "role": role, "password": has_password,
            "authenticator": has_method, "disabled": disabled,
            "notes": notes.iter().map(ToString::to_string).collect::<Vec<String>>(),
        }),
        LineVerdict::Unchanged => json!({ "result": "unchanged" }),
        LineVerdict::Refused(refusal) => {
            json!({ "result": "refused", "error": refusal.to_string() })
        }
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}
