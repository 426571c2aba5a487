//! The faults F1 to F24 of docs/FAULTS.md.

mod disk;
mod doors;
mod kills;
mod limits;
mod lock;
mod migrations;
mod order;
mod outages;
mod power;
mod restores;
mod soak;
mod stops;

use crate::{
    engine::TestedEngine::{Postgres, Sqlite},
    plan::{
        FaultCase,
        FaultPlan::{Elsewhere, NotRun, Try, TryFully},
    },
};

/// All faults, in the order of the list.
#[rustfmt::skip]
pub fn all() -> Vec<FaultCase> {
    vec![
        FaultCase::on(Sqlite, "F1", Try(kills::on_sqlite)),
        FaultCase::on(Postgres, "F1", Try(kills::on_postgres)),
        FaultCase::on(Sqlite, "F2", Try(order::check_sync_order)),
        FaultCase::on(Postgres, "F2", Elsewhere("storage/src/engine/postgres/mod.rs", "synchronous_commit")),
        FaultCase::on(Sqlite, "F3", Try(power::lose_power)),
        FaultCase::on(Postgres, "F3", NotRun("the disk is the database server's, which recovers by its own journal; `synchronous_commit` is asked of it (F2)")),
        FaultCase::on(Sqlite, "F4", Try(disk::fill_disk)),
        FaultCase::on(Postgres, "F4", NotRun("the disk is the database server's: to the program it is F9, an error in class 53")),
        FaultCase::on(Sqlite, "F5", TryFully(disk::fail_disk_writes)),
        FaultCase::on(Postgres, "F5", NotRun("the disk is the database server's")),
        FaultCase::on(Sqlite, "F6", TryFully(lock::hold_write_lock)),
        FaultCase::on(Postgres, "F6", NotRun("it locks rows, for 5 s at most (lock_timeout)")),
        FaultCase::on_any("F7", Elsewhere("server/tests/command_line/keys/key_file.rs", "a_file_that_is_no_database_is_refused_and_left_alone")),
        FaultCase::on(Postgres, "F8", Try(outages::crash_server)),
        FaultCase::on(Postgres, "F9", TryFully(outages::refuse_writes)),
        FaultCase::on(Postgres, "F10", TryFully(outages::freeze_server)),
        FaultCase::on(Postgres, "F11", TryFully(outages::drop_connections)),
        FaultCase::on(Sqlite, "F12", Try(stops::stop_under_load)),
        FaultCase::on(Postgres, "F13", TryFully(stops::restart_in_turn)),
        FaultCase::on_any("F14", Elsewhere("storage/tests/contract/engine/schema.rs", "two_programs_may_migrate_at_once")),
        FaultCase::on(Sqlite, "F15", Try(migrations::on_sqlite)),
        FaultCase::on(Postgres, "F15", Try(migrations::on_postgres)),
        FaultCase::on(Sqlite, "F16", TryFully(restores::restore_backups)),
        FaultCase::on(Sqlite, "F16", Elsewhere("server/tests/command_line/database/backup.rs", "under_load_brings_everybody_back_and_no_used_code")),
        FaultCase::on(Postgres, "F16", NotRun("a backup is pg_dump's; after it `twinlock restored` does what `restore` does")),
        FaultCase::on_any("F17", Elsewhere("suites/attack/src/families/totp.rs", "t9_the_servers_clock_jumps")),
        FaultCase::on_any("F18", NotRun("no mail is sent")),
        FaultCase::on(Sqlite, "F19", Try(limits::limit_resources)),
        FaultCase::on(Sqlite, "F20", TryFully(soak::on_sqlite)),
        FaultCase::on(Postgres, "F20", TryFully(soak::on_postgres)),
        FaultCase::on(Sqlite, "F21", Try(doors::kill_on_sqlite)),
        FaultCase::on(Postgres, "F21", Try(doors::kill_on_postgres)),
        FaultCase::on(Postgres, "F22", Try(doors::freeze_database)),
        FaultCase::on(Sqlite, "F23", Try(doors::rotate_keys)),
        FaultCase::on(Postgres, "F24", Try(doors::take_at_two_instances)),
    ]
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    #[test]
    fn no_fault_of_the_list_is_missing() {
        let rows = all();
        let ids: BTreeSet<&str> = rows.iter().map(|fault| fault.id).collect();
        let list: Vec<String> = (1..=24).map(|number| format!("F{number}")).collect();
        assert_eq!(ids, list.iter().map(String::as_str).collect());
    }

    #[test]
    fn what_is_shown_elsewhere_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for fault in all() {
            if let Elsewhere(file, text) = fault.plan {
                let found = fs::read_to_string(root.join(file)).unwrap_or_default();
                assert!(found.contains(text), "{}: {text} in {file}", fault.id);
            }
        }
    }
}
