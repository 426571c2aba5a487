//! `cargo xtask size`: measures what a browser downloads, part by part.

mod budget;
mod crates;

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    build,
    frontend::{beside, brotli_at_start, downloads, gzip, has_ending},
    workspace::dist,
};

struct Part {
    name: String,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// What `size` takes.
#[derive(Args)]
pub struct SizeArguments {
    /// Print also what the WASM holds, by crate
    #[arg(long)]
    by_crate: bool,
}

/// Builds what has changed, prints the table and fails if a budget is exceeded.
pub fn run(arguments: &SizeArguments) -> Result<()> {
    let binary = build::build()?;
    if arguments.by_crate {
        crates::print()?;
    }
    let files = downloads()?;
    let parts = files
        .iter()
        .map(|file| measure(file))
        .collect::<Result<Vec<_>>>()?;
    let total = Part {
        name: "sum".to_owned(),
        raw: parts.iter().map(|part| part.raw).sum(),
        gzip: parts.iter().map(|part| part.gzip).sum(),
        brotli: parts.iter().map(|part| part.brotli).sum(),
    };
    print_table(&parts, &total);
    println!(
        "\nserver binary: {}",
        kilobytes(fs::metadata(&binary)?.len())
    );

    let wasm = files.iter().zip(&parts);
    let wasm = wasm.filter(|(file, _)| has_ending(file, "wasm"));
    let broken = budget::broken(total.brotli, wasm.map(|(_, part)| part.raw).sum());
    if broken.is_empty() {
        println!(
            "Within the budget: {} in brotli, {} of WASM.",
            kilobytes(budget::BROTLI_TOTAL),
            kilobytes(budget::RAW_WASM)
        );
        return Ok(());
    }
    bail!(
        "over the budget (xtask/src/size/budget.rs):\n  {}",
        broken.join("\n  ")
    )
}

/// Measures a file. Without a compressed copy it is compressed here like in the server, because
/// index.html is only filled in at the server's start.
fn measure(file: &Path) -> Result<Part> {
    let plain = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let raw = length(&plain);
    let name = file.strip_prefix(dist()).unwrap_or(file);
    Ok(Part {
        name: name.display().to_string(),
        raw,
        gzip: packed(file, "gz", || gzip(&plain))?.min(raw),
        brotli: packed(file, "br", || brotli_at_start(&plain))?.min(raw),
    })
}

fn packed(file: &Path, ending: &str, pack: impl FnOnce() -> Result<Vec<u8>>) -> Result<u64> {
    match fs::metadata(beside(file, ending)) {
        Ok(copy) => Ok(copy.len()),
        Err(_) => Ok(length(&pack()?)),
    }
}

fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

fn print_table(parts: &[Part], total: &Part) {
    let all = || parts.iter().chain([total]);
    let width = all().map(|part| part.name.chars().count()).max();
    let width = width.unwrap_or_default().max("part".len());
    println!(
        "\n{:width$}  {:>12}  {:>12}  {:>12}",
        "part", "raw", "gzip", "brotli"
    );
    for part in all() {
        println!(
            "{:width$}  {:>12}  {:>12}  {:>12}",
            part.name,
            kilobytes(part.raw),
            kilobytes(part.gzip),
            kilobytes(part.brotli)
        );
    }
}

/// Formats `1,234.5 KB`, of 1000 bytes each.
pub fn kilobytes(bytes: u64) -> String {
    let tenths = (bytes + 50) / 100;
    let whole = (tenths / 10).to_string();
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{} KB", tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_and_grouped() {
        assert_eq!(kilobytes(0), "0.0 KB");
        assert_eq!(kilobytes(949), "0.9 KB");
        assert_eq!(kilobytes(950), "1.0 KB");
        assert_eq!(kilobytes(1_234_567), "1,234.6 KB");
        assert_eq!(kilobytes(21_000_000), "21,000.0 KB");
    }

    #[test]
    fn a_part_is_never_larger_packed_than_plain() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("app.js");
        fs::write(&file, "let a = 1;".repeat(50)).unwrap();
        let part = measure(&file).unwrap();
        assert_eq!(part.raw, 500);
        assert!(part.brotli < part.gzip && part.gzip < part.raw);

        fs::write(beside(&file, "br"), "as it is sent").unwrap();
        assert_eq!(measure(&file).unwrap().brotli, 13);

        fs::write(&file, "a").unwrap();
        let part = measure(&file).unwrap();
        assert_eq!((part.raw, part.gzip, part.brotli), (1, 1, 1));
    }
}
