//! Writes `.br` and `.gz` next to each file, so that the server never compresses the same bytes
//! twice.

use std::{
    fs,
    io::{Cursor, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

/// Smaller files fit into one network packet, so compressing them saves nothing.
const WORTHWHILE: usize = 256;

/// Lets brotli choose the size of its blocks by the quality.
const CHOSEN: i32 = 0;

/// The sizes of blocks that are tried, in bits. Which one packs best changes with every build, by
/// up to 0.4 KB.
const BLOCKS: [i32; 3] = [CHOSEN, 16, 20];

/// Compresses each of these files if it saves bytes.
pub fn all(files: &[PathBuf]) -> Result<()> {
    // The server fills the placeholders of index.html at start, so a copy made here would still
    // contain them.
    let packed = |file: &&PathBuf| !file.ends_with("index.html");
    files.iter().filter(packed).try_for_each(|file| pack(file))
}

fn pack(file: &Path) -> Result<()> {
    let plain = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    if plain.len() <= WORTHWHILE {
        return Ok(());
    }
    for (ending, packed) in [("br", brotli(&plain)?), ("gz", gzip(&plain)?)] {
        if packed.len() < plain.len() {
            let copy = beside(file, ending);
            fs::write(&copy, packed).with_context(|| format!("writing {}", copy.display()))?;
        }
    }
    Ok(())
}

/// Returns the name of the copy in another format: `app.js.br` for `app.js`.
pub fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut copy = file.as_os_str().to_owned();
    copy.push(".");
    copy.push(ending);
    copy.into()
}

/// Compresses with brotli at its highest quality, in blocks of each of [`BLOCKS`]; returns the
/// smallest result.
pub fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut smallest: Option<Vec<u8>> = None;
    for block in BLOCKS {
        let packed = packed_at(plain, 11, 24, block)?;
        if smallest
            .as_ref()
            .is_none_or(|smallest| packed.len() < smallest.len())
        {
            smallest = Some(packed);
        }
    }
    smallest.context("brotli has no size of blocks to try")
}

/// Compresses with the brotli settings that the server uses at start (`server/src/spa/packing.rs`).
pub fn brotli_at_start(plain: &[u8]) -> Result<Vec<u8>> {
    packed_at(plain, 4, 16, CHOSEN)
}

fn packed_at(plain: &[u8], quality: i32, lgwin: i32, lgblock: i32) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin,
        lgblock,
        size_hint: plain.len(),
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(plain), &mut packed, &parameters)?;
    Ok(packed)
}

/// Compresses with gzip at its highest level.
pub fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{super::fingerprint::files_below, *};

    #[test]
    fn an_index_page_is_measured_as_the_server_packs_it() {
        let source = crate::workspace::root().join("server/src/spa/packing.rs");
        let source = fs::read_to_string(source).unwrap();
        for constant in ["QUALITY: i32 = 4;", "WINDOW_BITS: i32 = 16;"] {
            assert!(source.contains(constant), "{constant}");
        }
    }

    #[test]
    fn both_formats_give_the_bytes_back() {
        let plain = "twice and twice again ".repeat(100).into_bytes();
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut Cursor::new(brotli(&plain).unwrap()), &mut back).unwrap();
        assert_eq!(back, plain);
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(Cursor::new(gzip(&plain).unwrap()))
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, plain);
    }

    #[test]
    fn small_files_and_the_index_are_left_alone() {
        let dist = tempfile::tempdir().unwrap();
        let below = || files_below(dist.path()).unwrap();
        let put = |name: &str, length: usize| {
            let file = dist.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "a".repeat(length)).unwrap();
        };
        put("app-1f.js", 1000);
        put("icons/mark-2e.svg", 1000);
        put("tiny-3d.css", WORTHWHILE);
        put("index.html", 1000);
        all(&below()).unwrap();
        let mut names: Vec<String> = below()
            .iter()
            .map(|file| {
                file.strip_prefix(dist.path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "app-1f.js",
                "app-1f.js.br",
                "app-1f.js.gz",
                "icons/mark-2e.svg",
                "icons/mark-2e.svg.br",
                "icons/mark-2e.svg.gz",
                "index.html",
                "tiny-3d.css",
            ]
        );
    }
}
