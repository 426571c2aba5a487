//! One hash over all inputs of the pages.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Increase this when this tool changes how it joins styles, compiles pages or packs `dist`.
const FORMAT: &str = "9";

const FOLDERS: [&str; 5] = ["app", "domain", "frontend", "style", "usecases"];
const FILES: [&str; 2] = ["Cargo.lock", "Cargo.toml"];

/// Returns the hash of the sources below `root` and of the tools' versions.
pub fn of_inputs(root: &Path, versions: &str) -> Result<String> {
    let mut files: Vec<PathBuf> = FILES.iter().map(|name| root.join(name)).collect();
    for folder in FOLDERS {
        files.extend(files_below(&root.join(folder))?);
    }
    let mut hash = Sha256::new();
    add(&mut hash, FORMAT.as_bytes());
    add(&mut hash, versions.as_bytes());
    add_files(&mut hash, root, &files)?;
    Ok(hex(hash))
}

/// Returns the hash of all files of a folder, by name and content.
pub fn of_folder(folder: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    add_files(&mut hash, folder, &files_below(folder)?)?;
    Ok(hex(hash))
}

/// Returns the hash of the contents of these files in order.
pub fn of_contents(files: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let contents = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        add(&mut hash, &contents);
    }
    Ok(hex(hash))
}

/// Returns the hash of these texts in order.
pub fn of_texts(texts: &[String]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        add(&mut hash, text.as_bytes());
    }
    hex(hash)
}

/// Returns all files of a folder and its subfolders in a fixed order. Hidden files are skipped,
/// because they belong to editors and tools.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn add_files(hash: &mut Sha256, root: &Path, files: &[PathBuf]) -> Result<()> {
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(file);
        add(hash, name.to_string_lossy().as_bytes());
        let contents = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        add(hash, &contents);
    }
    Ok(())
}

/// Hashes each part with its length, so that different lists of parts never give the same byte
/// stream.
fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update(part.len().to_string().as_bytes());
    hash.update(b":");
    hash.update(part);
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn tree() -> TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in FOLDERS {
            fs::create_dir_all(root.path().join(folder).join("src")).unwrap();
        }
        for file in FILES {
            fs::write(root.path().join(file), file).unwrap();
        }
        fs::write(root.path().join("app/src/a.rs"), "one").unwrap();
        root
    }

    fn of(root: &TempDir) -> String {
        of_inputs(root.path(), "esbuild 1").unwrap()
    }

    #[test]
    fn the_same_sources_give_the_same_hash_wherever_they_stand() {
        assert_eq!(of(&tree()), of(&tree()));
        assert_eq!(of(&tree()).len(), 64);
    }

    #[test]
    fn a_changed_moved_new_or_removed_file_changes_it() {
        let root = tree();
        let file = |name: &str| root.path().join(name);
        let mut seen = vec![of(&root)];
        fs::write(file("app/src/a.rs"), "two").unwrap();
        seen.push(of(&root));
        fs::rename(file("app/src/a.rs"), file("style/src/a.rs")).unwrap();
        seen.push(of(&root));
        fs::write(file("domain/src/b.rs"), "").unwrap();
        seen.push(of(&root));
        fs::write(file("Cargo.lock"), "newer").unwrap();
        seen.push(of(&root));
        seen.push(of_inputs(root.path(), "esbuild 2").unwrap());
        let different: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(different.len(), seen.len());
    }

    #[test]
    fn files_of_the_server_and_hidden_ones_do_not_count() {
        let root = tree();
        let before = of(&root);
        fs::create_dir(root.path().join("server")).unwrap();
        fs::write(root.path().join("server/main.rs"), "fn main() {}").unwrap();
        fs::write(root.path().join("app/src/.a.rs.swp"), "x").unwrap();
        assert_eq!(of(&root), before);
    }
}
