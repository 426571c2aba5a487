//! The versions of the tools that build this workspace.

use std::fs;

use anyhow::{Context, Result};

use crate::{process::Process, workspace::root};

/// Trunk, for `trunk serve`. Version 0.22 needs a newer compiler than ours.
pub const TRUNK: &str = "0.21.14";

/// The npm package with `wasm-opt`; Trunk.toml names the same version.
pub const BINARYEN: &str = "132.0.0";

/// The npm package that bundles and minifies the pages' JavaScript.
pub const ESBUILD: &str = "0.28.2";

/// The tool that checks licences and advisories.
pub const CARGO_DENY: &str = "0.20.2";

/// The tool that writes the bill of materials.
pub const CARGO_CYCLONEDX: &str = "0.5.9";

/// The fuzzer.
pub const CARGO_FUZZ: &str = "0.13.2";

/// Returns the version of the wasm-bindgen crate, which its command and the library in this tool
/// must match exactly.
pub fn wasm_bindgen() -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("reading Cargo.lock")?;
    locked(&lock, "wasm-bindgen")
        .map(str::to_owned)
        .context("Cargo.lock names no wasm-bindgen")
}

/// Returns a text that changes whenever the tools that build the pages change.
pub fn all() -> Result<String> {
    let compiler = Process::new("rustc").args(["--version"]).output()?;
    Ok(format!(
        "wasm-bindgen {}, binaryen {BINARYEN}, esbuild {ESBUILD}, {compiler}",
        wasm_bindgen()?
    ))
}

/// Returns the version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"
[[package]]
name = "wasm-bindgen-futures"
version = "0.4.50"

[[package]]
name = "wasm-bindgen"
version = "0.2.130"
source = "registry"
"#;

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(LOCK, "wasm-bindgen-futures"), Some("0.4.50"));
        assert_eq!(locked(LOCK, "wasm"), None);
    }

    #[test]
    fn the_library_in_this_tool_has_the_version_of_the_crate() {
        let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
        let library = locked(&lock, "wasm-bindgen-cli-support");
        assert_eq!(library, locked(&lock, "wasm-bindgen"));
        assert!(library.is_some());
    }

    #[test]
    fn trunk_is_told_the_same_versions() {
        let config = fs::read_to_string(root().join("Trunk.toml")).unwrap();
        let major = BINARYEN.split('.').next().unwrap();
        assert!(config.contains(&format!("wasm_opt = \"version_{major}\"")));
        let bindgen = wasm_bindgen().unwrap();
        assert!(config.contains(&format!("wasm_bindgen = \"{bindgen}\"")));
    }
}
