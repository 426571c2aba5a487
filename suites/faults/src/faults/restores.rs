//! F16: backups under load, and restores from them.

use std::{fs, thread, time::Duration};

use serde_json::{Value, json};
use testkit::{http::HttpBrowser, people::PASSWORD};

use crate::{
    clients::{Clients, ScriptedClient},
    database,
    engine::TestedEngine,
    plan::{FaultOutcome, FaultRun, must_hold},
    site::FaultSite,
    tally::Tally,
    watch::{self, Durations},
};

const PEOPLE: usize = 10;
const RESTORES: usize = 20;
/// The interval between backups.
const EVERY: Duration = Duration::from_secs(10);

/// The results of the restored databases.
#[derive(Default)]
struct RestoreTally {
    broken: Vec<String>,
    sessions: u64,
    voided: u64,
    used_again: usize,
    in_again: usize,
}

pub fn restore_backups(run: &FaultRun) -> FaultOutcome {
    let mut site = FaultSite::new(TestedEngine::Sqlite, None, "restores", None);
    site.start_timed();
    let mut clients = Clients::new(&site, PEOPLE, run.seed);
    let (mut tally, mut made, mut shown) = (
        Tally::default(),
        Durations::default(),
        RestoreTally::default(),
    );
    tally.join(clients.round(&site, || thread::sleep(Duration::from_secs(4))));
    clients.settle(&site);
    for number in 0..RESTORES {
        let name = site.data.join(format!("backup-{number}"));
        let before = clients.between(500, 9_000);
        tally.join(clients.round(&site, || {
            thread::sleep(before);
            let began = watch::now();
            site.cli(&["backup", name.to_str().unwrap()])
                .expect_success();
            made.add(began.elapsed());
            thread::sleep(EVERY.saturating_sub(before + began.elapsed()));
        }));
        clients.settle(&site);
        site.stop();
        // The newest database is kept aside, and the users continue with it afterwards.
        let (file, aside) = (
            site.data.join("twinlock.db"),
            site.data.join("twinlock.newest"),
        );
        fs::copy(&file, &aside).unwrap();
        let restored = site.cli(&["restore", name.to_str().unwrap(), "--overwrite", "--json"]);
        let restored: Value = serde_json::from_str(restored.expect_success()).unwrap();
        shown.judge(&mut site, &mut clients, &restored);
        fs::rename(&aside, &file).unwrap();
        site.start_timed();
        clients.settle(&site);
        tally.join(clients.try_again(&site));
        clients.settle(&site);
        clients.later(&site);
    }
    clients.verify_events(&site);
    clients.broken.append(&mut shown.broken);
    clients
        .broken
        .extend(tally.raw.iter().map(|raw| format!("raw {raw}")));
    must_hold(&clients.broken, run.seed);
    assert!(
        shown.voided > 0 && shown.used_again > 0 && shown.in_again > 0,
        "nothing was shown"
    );
    FaultOutcome {
        what: format!(
            "a backup every {} s under load, the database restored from each",
            EVERY.as_secs()
        ),
        times: RESTORES,
        figures: format!(
            "{} acknowledged writes, {} answers 503; a backup took {}; {} sessions ended by the restores, {} backup codes voided, {} used codes given again and none accepted, {} people in again by a new code; every restored file whole, every chain of events",
            tally.acknowledged,
            tally.of(503),
            made.words(),
            shown.sessions,
            shown.voided,
            shown.used_again,
            shown.in_again
        ),
    }
}

impl RestoreTally {
    /// Checks a restored database, and the program running on it.
    fn judge(&mut self, site: &mut FaultSite, clients: &mut Clients, restored: &Value) {
        let number = |name: &str| restored[name].as_u64().unwrap();
        self.sessions += number("sessions");
        self.voided += number("backup_codes_voided");
        let damage = database::damage(site.url());
        let damage = damage.into_iter().map(|line| format!("J6 {line}"));
        self.broken.extend(damage);
        clients.verify_events(site);
        let look = database::look(site.url(), &clients.names());
        let left = look.sessions.len();
        self.broken
            .extend((left > 0).then(|| format!("{left} sessions outlived a restore")));
        site.start_timed();
        for client in &clients.all {
            let found = &look.users[&client.names.user];
            if found.last_step.is_some() && found.last_step < client.facts().last_step {
                self.broken
                    .push(format!("J2 {}: last_step went back", client.person.email));
            }
            if found.last_step.is_some() && client.app.is_some() {
                self.sign_in_again(site, client);
            }
        }
        site.stop();
    }

    /// A used code must be refused, whatever the backup contains; the next code is accepted.
    fn sign_in_again(&mut self, site: &FaultSite, client: &ScriptedClient) {
        let mut browser = HttpBrowser::new(&site.address);
        let form = json!({ "email": client.person.email, "password": PASSWORD });
        if !browser.call("session/sign_in", form).is_ok() {
            // Wrong passwords just before the backup may delay the sign-in.
            return;
        }
        if let Some(code) = &client.last_backup_code {
            self.used_again += 1;
            if browser.give_backup_code(code).is_ok() {
                self.broken
                    .push(format!("J2 {}: a used backup code", client.person.email));
                return;
            }
        }
        if let Some((step, code)) = &client.last_code
            && *step == site.clock.step()
        {
            self.used_again += 1;
            if browser.give_code(code).is_ok() {
                self.broken
                    .push(format!("J2 {}: a burnt code", client.person.email));
                return;
            }
        }
        site.clock.next_step();
        let app = client.app.as_ref().unwrap();
        // The user may have enrolled another authenticator since the backup.
        let code = app.code(site.clock.now());
        self.in_again += usize::from(browser.give_code(&code).is_ok());
    }
}
