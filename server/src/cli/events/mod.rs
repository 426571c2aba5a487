//! `twinlock events`: shows security events, and checks that the chain is complete.

mod names;

use std::io::{self, BufWriter, Write};

use data_encoding::HEXLOWER;
use domain::events::EventRecord;
use serde_json::{Value, json};
use storage::{Audit, Fault, Store};

use self::names::Names;
use crate::{
    cli::{
        Failure, Report,
        args::{EventsArgs, KeptSeal},
    },
    config::{Database, DatabaseArgs},
    context::{OpenDatabase, OpenMode, open},
    system::utc::utc,
};

/// Reports the result of checking the chain. An export has already written its output.
pub(in crate::cli) async fn run(
    args: &EventsArgs,
    database: &DatabaseArgs,
) -> Result<Option<Report>, Failure> {
    let opened = open(&Database::new(database)?, OpenMode::Existing).await?;
    let result = if args.export {
        export(opened.store()).await.map(|()| None)
    } else if args.verify {
        verify(args, &opened).await.map(Some)
    } else {
        newest(args.last, &opened).await.map(Some)
    };
    opened.close().await;
    result
}

/// Lists the newest events; the newest comes last, next to the prompt.
async fn newest(count: u32, opened: &OpenDatabase) -> Result<Report, Failure> {
    let events = opened.store().newest_events(count).await?;
    let names = Names::read(opened.store(), opened.vault()).await?;
    let items = events
        .iter()
        .map(|event| (words(event, &names), named_line(event, &names)));
    Ok(Report::list(items, "No security events."))
}

/// Describes an event: time, action and outcome; actor, subject, account and origin, as far as they
/// are known.
fn words(event: &EventRecord, names: &Names) -> String {
    let subject = event.subject.as_ref().filter(|of| **of != event.actor);
    let times = (event.times > 1).then(|| event.times.to_string());
    let typed = names.typed(event).filter(|_| event.subject.is_none());
    let parts = [
        ("of", subject.map(|id| names.person(id))),
        ("for", typed.map(str::to_owned)),
        ("in", event.account.as_ref().map(|id| names.account(id))),
        ("from", event.address.clone()),
        ("about", event.detail.clone()),
        ("times", times),
    ];
    let known = parts
        .into_iter()
        .filter_map(|(word, part)| part.map(|part| format!(" {word} {part}")));
    format!(
        "{}  {} {} by {}{}",
        utc(event.at),
        event.action,
        event.outcome,
        names.person(&event.actor),
        known.collect::<String>()
    )
}

/// Returns an event in its exported form, with current names.
fn named_line(event: &EventRecord, names: &Names) -> Value {
    let mut line = line(event);
    let email = |id: &String| names.email(id);
    line["actor_email"] = json!(email(&event.actor));
    line["subject_email"] = json!(event.subject.as_ref().and_then(email));
    let account = event.account.as_ref();
    line["account_name"] = json!(account.and_then(|id| names.account_name(id)));
    line["typed_email"] = json!(names.typed(event));
    line
}

async fn verify(args: &EventsArgs, opened: &OpenDatabase) -> Result<Report, Failure> {
    let store = opened.store();
    let audit = store.verify_events(opened.vault().event_chain()).await?;
    let report = verified(&audit)?;
    if let Some(kept) = &args.expect {
        let found = store.seal_at(kept.seq).await?;
        compare(kept, found.as_deref(), audit.deleted)?;
    }
    Ok(report)
}

/// An intact chain may still be an old copy, or a truncated one with a matching note of its end, so
/// it is compared with a seal kept elsewhere.
fn compare(kept: &KeptSeal, found: Option<&[u8]>, deleted: i64) -> Result<(), Failure> {
    let seq = kept.seq;
    Err(Failure::refused(match found {
        Some(seal) if seal == kept.seal => return Ok(()),
        Some(_) => format!(
            "another event is sealed at {seq} than when its seal was kept: these are other events, or an older database that went on"
        ),
        None if seq <= deleted => format!(
            "event {seq} was deleted for its age: keep the seal that `twinlock events --verify` prints now and then"
        ),
        None => format!(
            "the chain ends before {seq}: an older database was put back, or its end was cut off"
        ),
    }))
}

/// Exports events as written and sealed, without current names. Writes page by page, because the
/// table may be larger than memory.
async fn export(store: &Store) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout());
    let mut last = i64::MIN;
    loop {
        let page = store.events_after(last).await?;
        let Some(newest) = page.last() else {
            return out.flush().map_err(Failure::output);
        };
        last = newest.id;
        for event in &page {
            writeln!(out, "{}", line(event)).map_err(Failure::output)?;
        }
    }
}

fn line(event: &EventRecord) -> Value {
    let hex = |bytes: &Vec<u8>| HEXLOWER.encode(bytes);
    json!({
        "id": event.id,
        "at": utc(event.at),
        "actor": event.actor,
        "subject": event.subject,
        "account": event.account,
        "action": event.action,
        "result": event.outcome,
        "method": event.method,
        "email_index": event.email.as_ref().map(hex),
        "detail": event.detail,
        "times": event.times,
        "address": event.address,
        "browser": event.browser,
        "seq": event.sealed.as_ref().map(|(seq, _)| seq),
        "seal": event.sealed.as_ref().map(|(_, seal)| hex(seal)),
    })
}

fn verified(audit: &Audit) -> Result<Report, Failure> {
    if audit.count > 0 {
        let mut faults: Vec<String> = audit.faults.iter().map(describe_fault).collect();
        let unnamed = audit.count.saturating_sub(faults.len() as u64);
        faults.extend((unnamed > 0).then(|| format!("and {unnamed} more")));
        return Err(Failure::refused(format!(
            "the chain of security events does not hold: {}",
            faults.join("; ")
        )));
    }
    let Audit {
        sealed,
        waiting,
        deleted,
        head,
        ..
    } = audit;
    let seal = head.as_ref().map(|(_, seal)| HEXLOWER.encode(seal));
    let newest = head.as_ref().map_or(0, |(seq, _)| *seq);
    let mut line = format!(
        "The chain of security events holds: {sealed} sealed, {waiting} waiting for their seal, {deleted} deleted for their age."
    );
    let kept = head.as_ref().filter(|(seq, _)| *seq > 0);
    let kept = kept.map(|(seq, seal)| {
        KeptSeal {
            seq: *seq,
            seal: seal.clone(),
        }
        .to_string()
    });
    line.extend(kept.as_ref().map(|kept| {
        format!(
            " Keep {kept} elsewhere: `--expect` with it notices an older database and a cut end."
        )
    }));
    let json = json!({
        "sealed": sealed, "waiting": waiting, "deleted": deleted, "ends_at": newest, "seal": seal, "expect": kept,
    });
    Ok(Report::one(line, json))
}

fn describe_fault(fault: &Fault) -> String {
    match fault {
        Fault::Missing(from, to) if from == to => format!("row {from} is missing"),
        Fault::Missing(from, to) => format!("rows {from} to {to} are missing"),
        Fault::Changed(at) => format!("row {at} was changed, or was not there"),
        Fault::Ends => "the note of where it begins and ends was changed".to_owned(),
    }
}
