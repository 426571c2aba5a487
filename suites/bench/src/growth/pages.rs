//! Calls of the pages that show many rows, by one signed-in Owner without other load.

use std::{slice::from_mut, time::Duration};

use anyhow::{Context, Result};

use super::crowd::large;
use crate::{
    client::load::{closed_loop, flawless},
    results::{
        figures::{MeasuredRun, Spread},
        report::{BenchReport, Bound},
    },
    sites::{
        Guest, MeasuredSite, SignInClient,
        twinlock::{OccupiedSite, TwinlockClient},
    },
};

/// How long each call is repeated in a run.
const TIME: Duration = Duration::from_secs(1);

/// A call, and the budget of its response time.
struct PageCall {
    name: &'static str,
    path: &'static str,
    body: String,
    /// A text in the body of a right answer.
    holds: &'static str,
    /// The budget in milliseconds, if there is one.
    most: Option<f64>,
}

/// Measures each call repeatedly.
pub async fn measure(
    engine: &str,
    runs: usize,
    site: &OccupiedSite,
    owner: &Guest,
    report: &mut BenchReport,
) -> Result<()> {
    let calls = calls();
    let mut all: Vec<Vec<MeasuredRun>> = calls.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        let mut browser = site.browser();
        browser.act_as(owner);
        for (call, runs) in calls.iter().zip(&mut all) {
            runs.push(again_and_again(site, &mut browser, call).await?);
        }
    }
    let name = format!("{engine}, grown, one Owner alone");
    for (call, runs) in calls.iter().zip(&all) {
        report.runs(&name, call.name, runs);
    }
    for (call, runs) in calls.iter().zip(&all) {
        if let Some(most) = call.most {
            let what = format!("{engine}: p95 of {}", call.name);
            let figure = Spread::of(runs.iter().map(|run| run.quantile(0.95)));
            report.budget(&what, figure, "ms", Bound::AtMost(most));
        }
    }
    Ok(())
}

async fn again_and_again(
    site: &OccupiedSite,
    browser: &mut TwinlockClient,
    call: &PageCall,
) -> Result<MeasuredRun> {
    let run = closed_loop(
        || site.cpu(),
        from_mut(browser),
        TIME,
        async |browser| {
            let answer = browser.call(call.path, call.body.clone()).await?;
            Ok(answer.outcome(call.holds))
        },
    );
    flawless(run.await?).with_context(|| call.name)
}

fn calls() -> Vec<PageCall> {
    let members = |name, search: &str, page: usize| PageCall {
        name,
        path: "/api/accounts/members",
        body: member_filter(search, "null", page),
        holds: r#""members":[{"#,
        most: Some(200.0),
    };
    vec![
        PageCall {
            name: "Accounts, 50 of them",
            path: "/api/accounts/list",
            body: "{}".to_owned(),
            holds: r#""protection":{"#,
            most: Some(100.0),
        },
        members("members, first page", "", 0),
        members("members, page 21", "", 20),
        members("members, searched", "person 1", 0),
        PageCall {
            body: member_filter("", r#""on""#, 0),
            ..members("members, by state", "", 0)
        },
        PageCall {
            path: "/api/accounts/export",
            holds: r#"[{"id":"#,
            most: None,
            ..members("all members for the CSV", "", 0)
        },
    ]
}

fn member_filter(search: &str, state: &str, page: usize) -> String {
    let account = large();
    format!(
        r#"{{"request":{{"account":"{account}","search":"{search}","state":{state},"page":{page}}}}}"#
    )
}
