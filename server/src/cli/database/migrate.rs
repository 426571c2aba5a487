//! `twinlock migrate`.

use serde_json::json;

use crate::{
    cli::{Failure, Report, collisions},
    config::Database,
    context::{OpenMode, open},
};

pub(in crate::cli) async fn run(database: &Database) -> Result<Report, Failure> {
    let opened = open(database, OpenMode::Prepare).await?;
    let collisions = collisions::notice(opened.store()).await;
    opened.close().await;
    let (file, key_file) = (
        database.place.to_string(),
        database.key_file.display().to_string(),
    );
    let line = format!("{file} is up to date; its key file is {key_file}.");
    let mut lines = vec![line];
    lines.extend(collisions?);
    Ok(Report::lines(
        lines,
        json!({ "database": file, "key_file": key_file }),
    ))
}
