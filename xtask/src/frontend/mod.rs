//! The pages, in `dist`: compiled for the browser, joined to it by wasm-bindgen, and named in the index page.

mod bindings;
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

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

pub use compress::{beside, brotli_at_start, gzip};
pub use edition::Edition;
pub use fingerprint::files_below;

use crate::{
    process::Process,
    stopwatch::Stopwatch,
    tools::{Toolbox, versions},
    workspace::{dist, root},
};
use bindings::Pair;
use template::Link;

/// Where the page stands that the links in it are relative to.
const SOURCE: &str = "frontend";

/// Lets `dist` hold this edition: as it was built before if its sources are those, or else anew.
pub fn build(edition: Edition) -> Result<()> {
    choose(edition)?;
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

/// Lets `dist` hold what was built last of this edition, current or not; nothing if there is none.
pub fn choose(edition: Edition) -> Result<()> {
    edition::choose(root(), edition)
}

/// Pages with these features beside the product's, in a folder of their own.
pub fn build_quick_into(folder: &Path, features: &[&str]) -> Result<()> {
    assemble(&joined(Edition::Quick, features)?, folder)
}

fn ship() -> Result<()> {
    let tools = Toolbox::for_pages()?;
    let pair = joined(Edition::Shipped, &[])?;
    streams_are_unused(&pair)?;
    let pair = bindings::shrunk(pair, &app()?, &tools)?;
    minify(&pair, &tools)?;
    assemble(&pair, &dist())?;
    let file = dist().join("index.html");
    let page = fs::read_to_string(&file).context("reading dist/index.html")?;
    fs::write(&file, inline::shortened(page, &tools)?).context("writing dist/index.html")?;
    compress::all(&downloads()?)
}

/// Script and WASM, as wasm-bindgen joins them.
fn joined(edition: Edition, features: &[&str]) -> Result<Pair> {
    let compiled = compile::compile(edition, features)?;
    let stopwatch = Stopwatch::start();
    let pair = bindings::write(&compiled, bindings_of(edition))?;
    eprintln!(
        "wasm-bindgen wrote its JavaScript in {}.",
        stopwatch.words()
    );
    Ok(pair)
}

/// Where wasm-bindgen writes.
fn bindings_of(edition: Edition) -> PathBuf {
    root()
        .join("target/pages")
        .join(edition.word())
        .join("bindings")
}

/// The link of the index page that stands for the app.
fn app() -> Result<Link> {
    template::link(&source("index.html")?, "rust")
}

/// The WASM of the shipped pages with the names of its functions, and how wasm-opt makes it small.
pub fn before_shrinking() -> Result<(PathBuf, Vec<String>)> {
    let wasm = bindings::wasm(&bindings_of(Edition::Shipped));
    Ok((wasm, bindings::shrinking(&app()?)?))
}

/// wasm-bindgen writes its JavaScript for people: half of it is names, comments and blank space.
fn minify(pair: &Pair, tools: &Toolbox) -> Result<()> {
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

/// `server_fn` is compiled against streams that do nothing (frontend/wasm-streams). If a page begins to use one, the developer hears of it here,
/// and not from a browser.
fn streams_are_unused(pair: &Pair) -> Result<()> {
    ensure!(
        !fs::read_to_string(&pair.script)?.contains("streamsAreLeftOut"),
        "the pages use streams now: take the patch of `wasm-streams` out of Cargo.toml"
    );
    Ok(())
}

/// Writes the folder that is served: the pair, the icon, and the index page that names them.
fn assemble(pair: &Pair, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let page = source("index.html")?;
    let icon = root()
        .join(SOURCE)
        .join(template::link(&page, "icon")?.value("href")?);
    let names = file_names::copy(pair, &icon, folder)?;
    let page = index_page::filled(&page, &style::bundled(root())?, &fs::read(&icon)?, &names)?;
    fs::write(folder.join("index.html"), index_page::short(&page)).context("writing index.html")
}

fn source(name: &str) -> Result<String> {
    let file = root().join(SOURCE).join(name);
    fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))
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

/// Joins the style sheets into the one file that Trunk puts into index.html, for `trunk serve`: a hook in Trunk.toml calls it.
pub fn join_styles() -> Result<()> {
    style::write(root())
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
