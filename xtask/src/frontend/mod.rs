//! Builds the pages in `dist`: compiles them for the browser, joins them with wasm-bindgen, and
//! inserts them into the index page.

mod bindings;
mod boot_scripts;
mod compile;
mod compress;
mod edition;
mod file_names;
mod fingerprint;
mod index_page;
mod inline;
mod stamp;
mod style;
mod template;
mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

pub use boot_scripts::check as check_boot_scripts;
pub use compress::{beside, brotli_at_start, gzip};
pub use edition::Edition;
pub use fingerprint::files_below;

use crate::{
    process::Process,
    stopwatch::Stopwatch,
    tools::{Toolbox, versions},
    workspace::{dist, root},
};
use bindings::ScriptAndWasm;
use index_page::Pieces;
use template::Link;

/// The folder to which the links in the page are relative.
const SOURCE: &str = "frontend";

/// Puts this edition into `dist`: a previous build if its sources are the same, otherwise a new
/// one.
pub fn build(edition: Edition) -> Result<()> {
    choose(edition)?;
    boot_scripts::update()?;
    let inputs = fingerprint::of_inputs(root(), &versions::all()?)?;
    if stamp::is_current(root(), edition, &inputs)? {
        eprintln!("The pages in dist are up to date.");
        return Ok(());
    }
    let stopwatch = Stopwatch::start();
    stamp::remove(root())?;
    match edition {
        Edition::Shipped => ship()?,
        Edition::Quick => {
            let pair = joined(edition, &[])?;
            assemble(&pair, &dist())?;
        }
    }
    stamp::write(root(), edition, &inputs)?;
    eprintln!("The pages were built in {}.", stopwatch.words());
    Ok(())
}

/// Puts the last build of this edition into `dist`, current or not; `dist` gets no pages if there
/// is none.
pub fn choose(edition: Edition) -> Result<()> {
    edition::choose(root(), edition)
}

/// Builds pages with additional features into a separate folder.
pub fn build_quick_into(folder: &Path, features: &[&str]) -> Result<()> {
    boot_scripts::update()?;
    assemble(&joined(Edition::Quick, features)?, folder)
}

fn ship() -> Result<()> {
    let tools = Toolbox::for_pages()?;
    let pair = joined(Edition::Shipped, &[])?;
    streams_are_unused(&pair)?;
    wasm::shorten_names(&pair)?;
    let pair = bindings::shrunk(pair, &app()?, &tools)?;
    wasm::put_in_order(&pair)?;
    minify(&pair, &tools)?;
    assemble(&pair, &dist())?;
    let file = dist().join("index.html");
    let page = fs::read_to_string(&file).context("reading dist/index.html")?;
    fs::write(&file, inline::shortened(page, &tools)?).context("writing dist/index.html")?;
    compress::all(&downloads()?)
}

/// Returns script and WASM as joined by wasm-bindgen.
fn joined(edition: Edition, features: &[&str]) -> Result<ScriptAndWasm> {
    let compiled = compile::compile(edition, features)?;
    let stopwatch = Stopwatch::start();
    let pair = bindings::write(&compiled, bindings_of(edition))?;
    eprintln!(
        "wasm-bindgen wrote its JavaScript in {}.",
        stopwatch.words()
    );
    Ok(pair)
}

/// Returns the output folder of wasm-bindgen.
fn bindings_of(edition: Edition) -> PathBuf {
    root()
        .join("target/pages")
        .join(edition.word())
        .join("bindings")
}

/// Returns the app's link in the index page.
fn app() -> Result<Link> {
    template::link(&source("index.html")?, "rust")
}

/// Returns the shipped pages' WASM with its function names, and the options of wasm-opt.
pub fn before_shrinking() -> Result<(PathBuf, Vec<String>)> {
    let wasm = bindings::wasm(&bindings_of(Edition::Shipped));
    Ok((wasm, bindings::shrinking(&app()?)?))
}

/// Minifies wasm-bindgen's JavaScript: half of it is names, comments and blank space.
fn minify(pair: &ScriptAndWasm, tools: &Toolbox) -> Result<()> {
    let snippets = pair.snippets()?.into_iter().map(|(_, file)| file);
    for script in snippets.chain([pair.script.clone()]) {
        Process::new("esbuild")
            .args([&script])
            .args(["--minify", "--allow-overwrite", "--log-level=warning"])
            .args([format!("--outfile={}", script.display())])
            .env_unshown("PATH", tools.path()?)
            .run()?;
    }
    Ok(())
}

/// Checks that no page uses streams, because `server_fn` is compiled against empty streams
/// (frontend/wasm-streams). A developer gets the error here instead of in a browser.
fn streams_are_unused(pair: &ScriptAndWasm) -> Result<()> {
    ensure!(
        !fs::read_to_string(&pair.script)?.contains("streamsAreLeftOut"),
        "the pages use streams now: take the patch of `wasm-streams` out of Cargo.toml"
    );
    Ok(())
}

/// Writes the folder that is served: script, WASM and icon, and the index page that names them.
fn assemble(pair: &ScriptAndWasm, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let page = source("index.html")?;
    let icon = root()
        .join(SOURCE)
        .join(template::link(&page, "icon")?.value("href")?);
    let pieces = Pieces {
        names: file_names::copy(pair, &icon, folder)?,
        styles: style::bundled(root())?,
        script: boot_scripts::read,
        icon: fs::read(&icon)?,
    };
    let page = index_page::filled(&index_page::short(&page), &pieces)?;
    fs::write(folder.join("index.html"), page).context("writing index.html")
}

fn source(name: &str) -> Result<String> {
    let file = root().join(SOURCE).join(name);
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
}

/// Returns each file of `dist` that a browser may request, without the compressed copies.
pub fn downloads() -> Result<Vec<PathBuf>> {
    let mut files = files_below(&dist())?;
    files.retain(|file| !has_ending(file, "br") && !has_ending(file, "gz"));
    Ok(files)
}

/// Returns whether a file name ends in `.ending`.
pub fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension()
        .is_some_and(|extension| extension == ending)
}

/// Writes the files that Trunk inserts into index.html, for `trunk serve`: the joined style sheets
/// and the bundled scripts. A hook in Trunk.toml calls it.
pub fn write_inline_files() -> Result<()> {
    boot_scripts::update()?;
    style::write(root())
}

/// Returns the name of the WASM file, which contains a hash of its content and the script's.
pub fn wasm_file_name() -> Result<String> {
    downloads()?
        .iter()
        .find(|file| has_ending(file, "wasm"))
        .and_then(|file| file.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .context("dist holds no .wasm file")
}
