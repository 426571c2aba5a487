//! The list of the security design (§5), F1 to F20.

mod disk;
mod kills;
mod limits;
mod lock;
mod order;

use crate::{
    engine::Engine::{Postgres, Sqlite},
    plan::{Fault, Plan},
};

/// Every row, in the order of the list.
pub fn all() -> Vec<Fault> {
    vec![
        Fault::on(Sqlite, "F1", Plan::Try(kills::on_sqlite)),
        Fault::on(Postgres, "F1", Plan::Try(kills::on_postgres)),
        Fault::on(Sqlite, "F2", Plan::Try(order::synced_before_the_answer)),
        Fault::on(Sqlite, "F4", Plan::Try(disk::full)),
        Fault::on(Sqlite, "F5", Plan::TryFully(disk::failing)),
        Fault::on(Sqlite, "F6", Plan::TryFully(lock::held)),
        Fault::on(Sqlite, "F19", Plan::Try(limits::little_of_all)),
    ]
}
