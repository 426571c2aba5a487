//! F15: SIGKILL during a schema migration.

use std::fs;

use testkit::{chance::Chance, people::Person};

use crate::{
    database::{self, OpenDatabase},
    engine::TestedEngine,
    older,
    plan::{FaultOutcome, FaultRun},
    site::FaultSite,
    watch::{self, Durations},
};

const NAME: &str = "migrated";
/// Users whose names are not folded yet. Without this work, a migration would finish before the
/// signal arrives.
const MANY: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 3999)
    INSERT INTO users (id, email, name, name_folded, created_at)
    SELECT '0000000000000000000000000000' || CAST(n AS TEXT), CAST(n AS TEXT) || '@example.com', 'Ada Owner', '', 0 FROM numbers";

/// What a session is setting up, which the migrations 47 and 48 move.
const PENDING: &str = "
    INSERT INTO pending_keys (session_id, user_id, kind, key_id, sealed_key, made_at, name, is_default)
    SELECT id, user_id, 'application', (SELECT MIN(key_id) FROM app_keys), token_hash, 0, 'Authenticator application', 1 FROM sessions";

/// From how many older schemas the quick run migrates. Those before were tried when they were new.
const NEWEST: usize = 6;

pub fn on_sqlite(run: &FaultRun) -> FaultOutcome {
    kill_migrations(run, TestedEngine::Sqlite)
}

pub fn on_postgres(run: &FaultRun) -> FaultOutcome {
    kill_migrations(run, TestedEngine::Postgres)
}

fn kill_migrations(run: &FaultRun, engine: TestedEngine) -> FaultOutcome {
    let kills = run.of(2, 20);
    let mut site = match FaultSite::try_new(engine, run.cluster.as_ref(), NAME, None) {
        Ok(site) => site,
        Err(why) => return FaultOutcome::impossible(&why),
    };
    site.start_timed();
    site.add_owner("ada@example.com", "Example Ltd");
    let ada = site.enrol(&Person::with_email("ada@example.com"));
    site.stop();
    database::run(site.url(), MANY);
    database::run(site.url(), PENDING);
    let kept = DatabaseCopies { run, engine };
    kept.take(&site, "newest");
    let newest = look(&site, engine, older::schema);

    let (migrations, mut chance) = (older::migrations(engine), Chance::new(run.seed));
    let (mut killed, mut undone, mut done, mut lengths) = (0, 0, 0, Durations::default());
    let schemas = run.of(NEWEST, migrations.len()).min(migrations.len());
    for count in migrations.len() - schemas..migrations.len() {
        kept.put(&site, "newest");
        older::take_back(engine, site.url(), &migrations[..count]);
        kept.take(&site, "before");
        let before = look(&site, engine, older::schema);
        // Excludes the columns that every start fills: folded names, and the mark of canonical
        // forms.
        let mut tables = look(&site, engine, older::tables);
        for (_, columns) in &mut tables {
            columns.retain(|column| !["name_folded", "is_canonical"].contains(&column.as_str()));
        }
        let rows = look(&site, engine, |open, engine| {
            older::rows(open, engine, &tables)
        });
        let began = watch::now();
        site.cli(&["migrate"]).expect_success();
        let length = began.elapsed();
        lengths.add(length);
        for number in 0..kills {
            kept.put(&site, "before");
            let percent = u32::try_from(chance.below(100)).unwrap();
            killed += usize::from(site.cut_off(&["migrate"], length * percent / 100));
            // In every other round, the program itself is the first to open what is left.
            if number % 2 == 0 {
                let left = look(&site, engine, older::schema);
                assert!(left == before || left == newest, "a part is left: {left:?}");
                undone += usize::from(left == before);
                done += usize::from(left == newest);
            }
            site.cli(&["migrate"]).expect_success();
            assert_eq!(look(&site, engine, older::schema), newest, "after {count}");
            let found = look(&site, engine, |open, engine| {
                older::rows(open, engine, &tables)
            });
            assert!(found == rows, "rows differ after {count} migrations");
            let folded = "SELECT email FROM users WHERE name_folded = ''";
            assert!(database::texts(site.url(), folded).is_empty(), "unfolded");
        }
        if count > 0 {
            site.start_timed();
            assert!(ada.sign_in(&site).is_in(), "a right code");
            site.stop();
        }
    }
    FaultOutcome {
        what: format!(
            "SIGKILL at {kills} random instants of `twinlock migrate` from each of {schemas} older schemas with 3000 people, then `migrate` again"
        ),
        times: kills * schemas,
        figures: format!(
            "{killed} were killed before their end (untouched: {}); of every other one {undone} left the old schema and {done} the new one, none a part; then each schema was the newest, each row as before, and the person signed in by a code",
            lengths.words()
        ),
    }
}

fn look<T>(
    site: &FaultSite,
    engine: TestedEngine,
    at: impl FnOnce(&mut OpenDatabase, TestedEngine) -> T,
) -> T {
    let mut open = OpenDatabase::at(site.url());
    let seen = at(&mut open, engine);
    open.close();
    seen
}

/// Copies of the database, by name.
struct DatabaseCopies<'a> {
    run: &'a FaultRun,
    engine: TestedEngine,
}

impl DatabaseCopies<'_> {
    fn take(&self, site: &FaultSite, name: &str) {
        match self.engine {
            TestedEngine::Sqlite => {
                let file = site.data.join("twinlock.db");
                // No connection is open, so the file is complete.
                fs::copy(&file, file.with_extension(name)).unwrap();
            }
            TestedEngine::Postgres => self.run.cluster().copy(NAME, &format!("{NAME}_{name}")),
        }
    }

    fn put(&self, site: &FaultSite, name: &str) {
        match self.engine {
            TestedEngine::Sqlite => {
                let file = site.data.join("twinlock.db");
                for journal in ["db-wal", "db-shm"] {
                    // A killed program leaves these files.
                    let _ = fs::remove_file(file.with_extension(journal));
                }
                fs::copy(file.with_extension(name), file).unwrap();
            }
            TestedEngine::Postgres => self.run.cluster().copy(&format!("{NAME}_{name}"), NAME),
        }
    }
}
