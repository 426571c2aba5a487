//! The list of the security design (§5), F1 to F20.

mod kills;

use crate::{
    engine::Engine::{Postgres, Sqlite},
    plan::{Fault, Plan},
};

/// Every row, in the order of the list.
pub fn all() -> Vec<Fault> {
    vec![
        Fault::on(Sqlite, "F1", Plan::Try(kills::on_sqlite)),
        Fault::on(Postgres, "F1", Plan::Try(kills::on_postgres)),
    ]
}
