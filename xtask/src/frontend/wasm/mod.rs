//! Rewrites the pages' WASM so that less of it is sent: short names towards the script, and
//! functions in an order that packs well. `wasm-encoder` writes the sections.

mod likeness;
mod names;
mod order;

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::bindings::ScriptAndWasm;
use crate::stopwatch::Stopwatch;

/// Shortens the names by which script and WASM call each other, in both files. Exports that the
/// script does not use are left out, so that `wasm-opt` removes what only they keep.
pub fn shorten_names(pair: &ScriptAndWasm) -> Result<()> {
    let script = fs::read_to_string(&pair.script).context("reading wasm-bindgen's script")?;
    let wasm = read(&pair.wasm)?;
    let (script, wasm) = names::shortened(&script, &wasm)?;
    fs::write(&pair.script, script).context("writing wasm-bindgen's script")?;
    write(&pair.wasm, &wasm)
}

/// Puts the functions in the order of their likeness.
pub fn put_in_order(pair: &ScriptAndWasm) -> Result<()> {
    let stopwatch = Stopwatch::start();
    write(&pair.wasm, &order::ordered(&read(&pair.wasm)?)?)?;
    eprintln!("The functions were put in order in {}.", stopwatch.words());
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

fn write(file: &Path, wasm: &[u8]) -> Result<()> {
    fs::write(file, wasm).with_context(|| format!("writing {}", file.display()))
}
