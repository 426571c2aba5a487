//! The pages: Trunk's build for the browser, compressed, in `dist`.

mod compress;
mod file_names;
mod fingerprint;
mod index_page;
mod inline;
mod stamp;
mod style;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

pub use compress::{beside, brotli_at_start, gzip};
pub use fingerprint::files_below;

use crate::{
    process::Process,
    stopwatch::Stopwatch,
    tools::{self, Toolbox, versions},
    workspace::{dist, root},
};

/// Kept apart from the host's folder: `app` is built once with `csr` and once with `ssr`, and each keeps its cache.
pub const WASM_TARGET_DIR: &str = "target/wasm";

/// Builds the pages unless they are those of the present sources already.
pub fn build() -> Result<()> {
    let inputs = fingerprint::of_inputs(root(), &versions::all()?)?;
    if stamp::is_current(root(), &inputs)? {
        eprintln!("The pages in dist are up to date.");
        return Ok(());
    }
    tools::ensure_sources()?;
    let tools = Toolbox::for_pages()?;
    let stopwatch = Stopwatch::start();
    stamp::remove(root())?;
    // Trunk works offline, cargo below it too: what the lock file names is fetched here.
    with_own_std(Process::cargo(["fetch", "--target", "wasm32-unknown-unknown"]))
        .remedy("the crates of Cargo.lock must be reachable: look at the network or the registry settings of cargo")
        .run()?;
    trunk(&tools)?;
    streams_are_unused()?;
    minify_scripts(&tools)?;
    file_names::renew()?;
    index_page::shorten()?;
    inline::shorten(&tools)?;
    compress::all(&downloads()?)?;
    stamp::write(root(), &inputs)?;
    eprintln!("The pages were built in {}.", stopwatch.words());
    Ok(())
}

fn trunk(tools: &Toolbox) -> Result<()> {
    with_own_std(Process::new("trunk"))
        .args(["build", "--release", "--skip-version-check"])
        .env("CARGO_TARGET_DIR", root().join(WASM_TARGET_DIR))
        .env_unshown("CARGO_ENCODED_RUSTFLAGS", compiler_flags().join("\u{1f}"))
        .env_unshown("PATH", tools.path()?)
        // Trunk 0.21 takes only `true` and `false` for it and refuses the usual NO_COLOR=1.
        .env_remove("NO_COLOR")
        .remedy("mend what the compiler or Trunk says above, then repeat the command")
        .run()
}

/// wasm-bindgen writes its JavaScript for people: half of it is names, comments and blank space. Trunk would minify the index page as well, and take
/// the quotes around its placeholders.
fn minify_scripts(tools: &Toolbox) -> Result<()> {
    for script in scripts()? {
        Process::new("esbuild")
            .args([&script])
            .args(["--minify", "--allow-overwrite", "--log-level=warning"])
            .args([format!("--outfile={}", script.display())])
            .env_unshown("PATH", tools.path()?)
            .run()?;
    }
    Ok(())
}

/// `server_fn` is compiled against streams that do nothing (frontend/wasm-streams). If a page begins to use one, the developer hears of it here,
/// and not from a browser.
fn streams_are_unused() -> Result<()> {
    for script in scripts()? {
        ensure!(
            !fs::read_to_string(&script)?.contains("streamsAreLeftOut"),
            "the pages use streams now: take the patch of `wasm-streams` out of Cargo.toml"
        );
    }
    Ok(())
}

fn scripts() -> Result<Vec<PathBuf>> {
    let mut files = downloads()?;
    files.retain(|file| has_ending(file, "js"));
    Ok(files)
}

/// Has cargo compile the standard library too, for size and with panics that end the app without composing words about it (ADR 21).
/// Cargo takes that on its nightly channel only, or where this variable is set.
fn with_own_std(process: Process) -> Process {
    process
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
}

/// Components without their types weigh less, and no page shows what `{:?}` would write. What is left of panics names source files, but
/// not where those lay on the machine that built them (ASVS V13.4).
fn compiler_flags() -> Vec<String> {
    let hidden =
        |folder: PathBuf, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home =
        cargo_home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let mut flags = vec![
        "--cfg=erase_components".to_owned(),
        "-Zunstable-options".to_owned(),
        "-Cpanic=immediate-abort".to_owned(),
        "-Zfmt-debug=none".to_owned(),
        hidden(root().to_owned(), "twinlock"),
    ];
    flags.extend(cargo_home.map(|folder| hidden(folder, "cargo")));
    flags
}

/// Each file of `dist` a browser may ask for, without the compressed copies.
pub fn downloads() -> Result<Vec<PathBuf>> {
    let mut files = files_below(&dist())?;
    files.retain(|file| !has_ending(file, "br") && !has_ending(file, "gz"));
    Ok(files)
}

/// Whether a file name ends in `.ending`.
pub fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension()
        .is_some_and(|extension| extension == ending)
}

/// Joins the style sheets into the one file that Trunk puts into index.html. A hook in Trunk.toml calls it, so that
/// `trunk serve` has it too.
pub fn join_styles() -> Result<()> {
    style::bundle(root())
}

/// The name of the WASM file, with a hash of its contents and the script's.
pub fn wasm_file_name() -> Result<String> {
    downloads()?
        .iter()
        .find(|file| has_ending(file, "wasm"))
        .and_then(|file| file.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .context("dist holds no .wasm file")
}
