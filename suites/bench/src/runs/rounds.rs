//! Repeated runs of all scenarios at one site.

use anyhow::Result;

use crate::{
    results::{
        figures::{MeasuredRun, Spread},
        report::{BenchReport, Bound},
    },
    runs::{
        keys::{self, KeyRun},
        scenarios::{self, ClientLoad},
    },
    sites::{MeasuredSite, twinlock::OccupiedSite},
};

/// The scenarios that every site is measured with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// Password and code.
    FullSignIn,
    /// Only the code.
    SecondFactor,
    /// A wrong code.
    WrongCode,
    /// A request that reads the signed-in user.
    Read,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: [Self; 4] = [
        Self::FullSignIn,
        Self::SecondFactor,
        Self::WrongCode,
        Self::Read,
    ];
}

/// A site and its measurements.
pub struct Rounds<S> {
    name: String,
    site: S,
    idle: f64,
    after: Vec<f64>,
    full: Vec<MeasuredRun>,
    second: Vec<MeasuredRun>,
    by_key: Vec<KeyRun>,
    wrong: Vec<MeasuredRun>,
    read: Vec<MeasuredRun>,
}

impl<S: MeasuredSite> Rounds<S> {
    /// A site before its first request.
    pub fn of(name: impl Into<String>, site: S) -> Self {
        Self {
            name: name.into(),
            idle: site.memory(),
            site,
            after: Vec::new(),
            full: Vec::new(),
            second: Vec::new(),
            by_key: Vec::new(),
            wrong: Vec::new(),
            read: Vec::new(),
        }
    }

    /// Runs one scenario once.
    pub async fn go(&mut self, scenario: Scenario, load: ClientLoad) -> Result<()> {
        let site = &mut self.site;
        match scenario {
            Scenario::FullSignIn => self.full.push(scenarios::full_sign_in(site, load).await?),
            Scenario::SecondFactor => self
                .second
                .push(scenarios::second_factor(site, load).await?),
            Scenario::WrongCode => self.wrong.push(scenarios::wrong_code(site, load).await?),
            Scenario::Read => self.read.push(scenarios::read(site, load).await?),
        }
        self.after.push(self.site.memory());
        Ok(())
    }

    /// Reports a row for each scenario.
    pub fn tell(&self, report: &mut BenchReport) {
        report.runs(&self.name, "full sign-in", &self.full);
        report.runs(&self.name, "second factor", &self.second);
        if !self.by_key.is_empty() {
            let runs: Vec<_> = self.by_key.iter().map(|run| run.both.clone()).collect();
            report.runs(&self.name, "second factor by key", &runs);
        }
        report.runs(&self.name, "wrong code", &self.wrong);
        report.runs(&self.name, "signed-in read", &self.read);
    }

    /// The site.
    pub const fn site(&mut self) -> &mut S {
        &mut self.site
    }

    /// The site, when no more runs follow.
    pub fn into_site(self) -> S {
        self.site
    }

    /// The runs of full sign-ins.
    pub fn sign_ins(&self) -> &[MeasuredRun] {
        &self.full
    }

    /// Memory in MiB: before the first request, and after each scenario.
    pub fn memory(&self) -> (Spread, Spread) {
        let after = Spread::of(self.after.iter().copied());
        (Spread::of([self.idle]), after)
    }
}

impl Rounds<OccupiedSite> {
    /// Runs second factors by passkey once. The users must have passkeys.
    pub async fn go_by_key(&mut self, load: ClientLoad) -> Result<()> {
        let run = keys::second_factor(&mut self.site, load).await?;
        self.by_key.push(run);
        self.after.push(self.site.memory());
        Ok(())
    }

    /// Reports second factors by passkey beside those by code.
    pub fn tell_by_key(&self, report: &mut BenchReport) {
        keys::tell(report, &self.name, &self.second, &self.by_key);
    }
}

/// Reports the budgets that are multiples of a peer's figures.
pub fn compare(
    report: &mut BenchReport,
    full: &Rounds<impl MeasuredSite>,
    normal: &Rounds<impl MeasuredSite>,
    peer: &Rounds<impl MeasuredSite>,
) {
    let mut times = |what: &str, ours: &[MeasuredRun], theirs: &[MeasuredRun], least| {
        // Compared pairwise, in the order in which they ran.
        let pairs = ours.iter().zip(theirs);
        let ratio = Spread::of(pairs.map(|(ours, theirs)| ours.rate() / theirs.rate()));
        report.budget(what, ratio, "× better-auth", Bound::AtLeast(least));
    };
    times("full sign-in, FULL", &full.full, &peer.full, 2.5);
    times("second factor, FULL", &full.second, &peer.second, 4.0);
    times(
        "second factor, as NORMAL",
        &normal.second,
        &peer.second,
        12.0,
    );
    times("signed-in read", &full.read, &peer.read, 15.0);
    let latency = Spread::of(normal.second.iter().map(|run| run.quantile(0.95)));
    report.budget(
        "second factor, as NORMAL, p95",
        latency,
        "ms",
        Bound::AtMost(10.0),
    );
}
