//! Second factors by passkey: a request for a challenge, and one with the signed answer. The load
//! signs between them, so that its time counts for neither.

use std::{cell::RefCell, time::Duration};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{
    client::{clock::instant, load::RequestOutcome},
    results::{
        figures::{MeasuredRun, Spread, millis, quantile},
        report::BenchReport,
    },
    runs::scenarios::{ClientLoad, run},
    seed::people::SeededPerson,
    sites::{
        Guest, MeasuredSite, SignInClient, SignInStage,
        twinlock::{FULL, OccupiedSite, TwinlockClient},
    },
};

/// The columns of the table that [`tell`] fills.
pub const COLUMNS: [&str; 6] = [
    "second factor by key",
    "a second, of by code",
    "CPU each, of by code",
    "p95: challenge, answer, both",
    "the load signs one in",
    "the load's core at work",
];

/// One run of second factors by passkey.
pub struct KeyRun {
    /// The second factors. The response time of one is the sum of both requests'.
    pub both: MeasuredRun,
    times: StepTimes,
}

/// The times of each step, ascending once the run has ended.
#[derive(Default)]
struct StepTimes {
    challenges: Vec<Duration>,
    signatures: Vec<Duration>,
    answers: Vec<Duration>,
    /// Both requests, without the signature.
    both: Vec<Duration>,
}

impl StepTimes {
    fn add(&mut self, challenge: Duration, signature: Duration, answer: Duration) {
        self.challenges.push(challenge);
        self.signatures.push(signature);
        self.answers.push(answer);
        self.both.push(challenge + answer);
    }
}

/// Runs second factors by passkey, by users who gave their password before.
pub async fn second_factor(site: &mut OccupiedSite, load: ClientLoad) -> Result<KeyRun> {
    let guests = site.guests(SignInStage::HalfSignedIn).await?;
    let guests: Vec<_> = guests.iter().zip(&site.seeded.people).collect();
    let site = &*site;
    let times = RefCell::new(StepTimes::default());
    let measured = run(site, load, &guests, async |browser, guest| {
        give(site, browser, *guest, &times).await
    });
    let measured = measured.await?;
    let mut times = times.into_inner();
    times.challenges.sort_unstable();
    times.signatures.sort_unstable();
    times.answers.sort_unstable();
    let both = std::mem::take(&mut times.both);
    Ok(KeyRun {
        both: MeasuredRun::new(both, measured.refused, measured.wall, measured.cpu),
        times,
    })
}

/// One user gives the second factor.
async fn give(
    site: &OccupiedSite,
    browser: &mut TwinlockClient,
    (guest, person): (&Guest, &SeededPerson),
    times: &RefCell<StepTimes>,
) -> Result<RequestOutcome> {
    let key = site.seeded.key.as_ref().context("users without passkeys")?;
    let passkey = person
        .passkey
        .as_ref()
        .context("a user without a passkey")?;
    browser.act_as(guest);
    let asked = instant();
    let options = browser.key_challenge().await?;
    let challenged = instant();
    if !options.holds("challenge") {
        return Ok(RequestOutcome::Refused(options.status));
    }
    let options: Value = serde_json::from_slice(&options.body)?;
    let body = key.sign(passkey, &options);
    let signed = instant();
    let outcome = browser.verify_key(body).await?.outcome(FULL);
    let answered = instant();
    if matches!(outcome, RequestOutcome::Right) {
        times
            .borrow_mut()
            .add(challenged - asked, signed - challenged, answered - signed);
    }
    Ok(outcome)
}

/// Reports second factors by key beside those by code, compared pairwise in the order in which they
/// ran.
pub fn tell(report: &mut BenchReport, site: &str, codes: &[MeasuredRun], keys: &[KeyRun]) {
    let of = |value: &dyn Fn(&KeyRun) -> f64| Spread::of(keys.iter().map(value));
    let ratio = |value: fn(&MeasuredRun) -> f64| {
        let pairs = keys.iter().zip(codes);
        Spread::of(pairs.map(|(key, code)| value(&key.both) / value(code)))
    };
    let p95 = [
        of(&|run| quantile(&run.times.challenges, 0.95)),
        of(&|run| quantile(&run.times.answers, 0.95)),
        of(&|run| run.both.quantile(0.95)),
    ];
    let p95 = p95.map(|spread| format!("{:.1}", spread.median));
    let signature = of(&|run| quantile(&run.times.signatures, 0.5));
    let load = of(&|run| 100.0 * millis(run.both.cpu.load) / millis(run.both.wall));
    report.line(&format!(
        "| {site} | {} × | {} × | {} ms | {:.2} ms | {:.0} % |",
        ratio(MeasuredRun::rate),
        ratio(MeasuredRun::cpu_each),
        p95.join(", "),
        signature.median,
        load.median,
    ));
}
