//! `cargo xtask gallery`: shows every widget in every state, in a development build served under
//! the product's own policy.

use std::{
    fs,
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{
    frontend::{self, files_below},
    process::Process,
    tools,
    workspace::{end2end, root},
};

/// A word that occurs often in the gallery's code and styles, and nowhere in the product.
const MARK: &[u8] = b"gallery";

/// What `gallery` takes.
#[derive(Args)]
pub struct GalleryArguments {
    /// Look at it with a browser and axe, and take pictures, instead of serving it
    #[arg(long)]
    check: bool,

    /// Where to serve it
    #[arg(long, default_value = "127.0.0.1:3100")]
    listen: SocketAddr,
}

/// Builds the gallery, then serves or checks it.
pub fn run(arguments: &GalleryArguments) -> Result<()> {
    let pages = pages()?;
    let server = server()?;
    if arguments.check {
        return check(&server, &pages);
    }
    eprintln!("\nOpen the link printed below in a browser. Ctrl-C stops it.");
    let error = Command::new(&server)
        .arg(&pages)
        .args(["--listen", &arguments.listen.to_string()])
        .exec();
    Err(error).with_context(|| format!("{} could not be started", server.display()))
}

/// Fails if a file of the product contains parts of the gallery.
pub fn ensure_left_out_of(files: &[PathBuf]) -> Result<()> {
    let found = holding_the_mark(files)?;
    ensure!(
        found.is_empty(),
        "{} hold the gallery, which is for development only\nWhat to do: build the pages without the feature `gallery`, and keep style/gallery.css out of style/main.css",
        found.join(", ")
    );
    Ok(())
}

fn holding_the_mark(files: &[PathBuf]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files {
        let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        if bytes.windows(MARK.len()).any(|part| part == MARK) {
            found.push(file.display().to_string());
        }
    }
    Ok(found)
}

/// Builds the gallery's pages, separate from the product's.
fn pages() -> Result<PathBuf> {
    let folder = root().join("target/gallery");
    frontend::build_quick_into(&folder, &["gallery"])?;
    fs::copy(root().join("style/gallery.css"), folder.join("gallery.css"))
        .context("copying style/gallery.css")?;
    // Checks that the mark is present here, because otherwise its absence from the product would
    // prove nothing.
    let wasm: Vec<PathBuf> = files_below(&folder)?
        .into_iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "wasm"))
        .collect();
    ensure!(
        !holding_the_mark(&wasm)?.is_empty(),
        "the WASM file in {} does not hold the gallery",
        folder.display()
    );
    Ok(folder)
}

/// Builds the pages' part of the server as an example, so that it is not part of the product.
fn server() -> Result<PathBuf> {
    Process::cargo(["build", "--package", "server", "--example", "gallery"])
        .args(["--target-dir", "target"])
        .run()?;
    Ok(root().join("target/debug/examples/gallery"))
}

fn check(server: &Path, pages: &Path) -> Result<()> {
    tools::ensure_for_browser_tests()?;
    tools::install_packages()?;
    Process::new("npx")
        .args(["--no-install", "playwright", "test"])
        .args(["--config", "gallery.config.ts"])
        .folder(&end2end())
        .env("GALLERY_SERVER", server)
        .env("GALLERY_PAGES", pages)
        .remedy("the report above names widget and theme; `cargo xtask gallery` shows them")
        .run()?;
    println!(
        "Pictures: {}",
        root().join("target/gallery-pictures").display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Components without visible content.
    const NOT_SHOWN: [&str; 3] = ["HiddenUsername", "Rows", "When"];

    fn sources(folder: &str) -> String {
        let files = files_below(&root().join(folder)).unwrap();
        let code = files
            .iter()
            .filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
        code.map(|file| fs::read_to_string(file).unwrap()).collect()
    }

    /// Returns the words that follow `before` in the text.
    fn words_after<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        text.split(before)
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next())
    }

    /// A child that follows a signal is either a `boxed_view`, which makes new nodes, or the
    /// `text_content` of its element.
    /// `tachys` writes everything else to the previous text node, which a browser's translator may
    /// have replaced.
    #[test]
    fn p1_no_view_keeps_the_text_node_of_words_that_change() {
        let pages = files_below(&root().join("app/src")).unwrap();
        for file in pages {
            let code = fs::read_to_string(&file).unwrap();
            assert!(!code.contains("{move ||"), "{}", file.display());
        }
    }

    #[test]
    fn every_widget_and_every_picture_is_shown() {
        let (ui, gallery) = (sources("app/src/ui"), sources("app/src/gallery"));
        let shown: Vec<&str> = words_after(&gallery, "<").chain(NOT_SHOWN).collect();
        let widgets: Vec<&str> = words_after(&ui, "#[component]\npub fn ").collect();
        assert!(widgets.len() > 30, "{widgets:?}");
        for widget in widgets {
            assert!(shown.contains(&widget), "the gallery lacks {widget}");
        }
        let pictures = fs::read_to_string(root().join("app/src/ui/layout/icon.rs")).unwrap();
        let drawn: Vec<&str> = words_after(&gallery, "Glyph::").collect();
        for picture in words_after(&pictures, " Self::") {
            assert!(
                drawn.contains(&picture),
                "the gallery lacks the picture {picture}"
            );
        }
    }

    #[test]
    fn a_product_with_the_gallery_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            file
        };
        let (plain, with) = (
            file("a.wasm", "\0asm /profile"),
            file("b.wasm", "\0asm/gallery\0"),
        );
        assert!(ensure_left_out_of(std::slice::from_ref(&plain)).is_ok());
        let error = ensure_left_out_of(&[plain, with]).unwrap_err().to_string();
        assert!(
            error.contains("b.wasm") && !error.contains("a.wasm"),
            "{error}"
        );
    }
}
