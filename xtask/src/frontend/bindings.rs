//! Runs wasm-bindgen and wasm-opt: turns the compiled WASM into a script and WASM that a browser
//! can load.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::{fingerprint::files_below, template::Link};
use crate::{process::Process, tools::Toolbox};

/// The base name of both files before the hash is added.
const NAME: &str = "frontend";

/// The output of wasm-bindgen.
pub struct ScriptAndWasm {
    /// The folder with the whole output.
    pub(super) folder: PathBuf,
    /// The script that loads the WASM.
    pub script: PathBuf,
    /// The WASM.
    pub wasm: PathBuf,
}

impl ScriptAndWasm {
    /// Returns the scripts of other crates, which the main script imports by relative paths: none
    /// today.
    pub fn snippets(&self) -> Result<Vec<(String, PathBuf)>> {
        let folder = self.folder.join("snippets");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let named = |file: PathBuf| {
            let name = file.strip_prefix(&self.folder).unwrap_or(&file);
            (name.display().to_string(), file.clone())
        };
        Ok(files_below(&folder)?.into_iter().map(named).collect())
    }
}

/// Writes the JavaScript glue for a WASM file, and the WASM that it needs, into a separate folder.
pub fn write(compiled: &Path, folder: PathBuf) -> Result<ScriptAndWasm> {
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Bindgen::new()
        .web(true)?
        .input_path(compiled)
        .out_name(NAME)
        .demangle(false)
        .omit_default_module_path(false)
        .generate(&folder)
        .with_context(|| format!("wasm-bindgen on {}", compiled.display()))?;
    Ok(ScriptAndWasm {
        script: folder.join(format!("{NAME}.js")),
        wasm: wasm(&folder),
        folder,
    })
}

/// Returns the path of the WASM file in wasm-bindgen's output folder.
pub fn wasm(folder: &Path) -> PathBuf {
    folder.join(format!("{NAME}_bg.wasm"))
}

/// Shrinks the WASM with wasm-opt. The original file stays for `cargo xtask size --by-crate`.
pub fn shrunk(pair: ScriptAndWasm, app: &Link, tools: &Toolbox) -> Result<ScriptAndWasm> {
    let small = pair.wasm.with_extension("small.wasm");
    Process::new("wasm-opt")
        .args([format!("--output={}", small.display())])
        .args(shrinking(app)?)
        .args([&pair.wasm])
        .env_unshown("PATH", tools.path()?)
        .run()?;
    Ok(ScriptAndWasm {
        wasm: small,
        ..pair
    })
}

/// Returns the options of wasm-opt, from the attributes of the app's link in the index page.
pub fn shrinking(app: &Link) -> Result<Vec<String>> {
    let level = format!("-O{}", app.value("data-wasm-opt")?);
    let passes = app.value("data-wasm-opt-params")?.split_whitespace();
    Ok([level]
        .into_iter()
        .chain(passes.map(str::to_owned))
        .collect())
}
