//! `twinlock migrate`.

use serde_json::json;

use super::{Failure, Report};
use crate::{
    config::Database,
    context::{Opening, open},
};

pub(super) async fn run(database: &Database) -> Result<Report, Failure> {
    open(database, Opening::Migrate).await?.close().await;
    let (file, key_file) = (
        database.place.to_string(),
        database.key_file.display().to_string(),
    );
    let line = format!("{file} is up to date; its key file is {key_file}.");
    Ok(Report::one(
        line,
        json!({ "database": file, "key_file": key_file }),
    ))
}
