//! `cargo xtask size --by-crate`: shows the content of the pages' WASM by crate.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use super::kilobytes;
use crate::{frontend, process::Process, tools::Toolbox};

/// Rust's own libraries. A function of theirs counts for the crate it was instantiated for, if its
/// name tells.
const STD: [&str; 3] = ["alloc", "core", "std"];

/// The functions of one crate.
#[derive(Default)]
struct Share {
    functions: u64,
    bytes: u64,
}

/// Prints the table. The pages must have been built.
pub fn print() -> Result<()> {
    let named = named()?;
    let wasm = fs::read(&named).with_context(|| format!("reading {}", named.display()))?;
    let module = Module::read(&wasm)?;
    let mut shares: Vec<(String, Share)> = module.shares().into_iter().collect();
    shares.sort_by_key(|(_, share)| std::cmp::Reverse(share.bytes));
    println!("\n{:>12}  {:>9}  crate", "code", "functions");
    for (name, share) in &shares {
        println!(
            "{:>12}  {:>9}  {name}",
            kilobytes(share.bytes),
            share.functions
        );
    }
    println!(
        "{:>12}  {:>9}  data: words, class names, tables",
        kilobytes(module.data),
        ""
    );
    Ok(())
}

/// Returns the shipped file, but with the functions' names.
fn named() -> Result<PathBuf> {
    let (wasm, options) = frontend::before_shrinking()?;
    let named = wasm.with_extension("named.wasm");
    Process::new("wasm-opt")
        .args(["--debuginfo"])
        .args(options)
        .args([format!("--output={}", named.display())])
        .args([&wasm])
        .env_unshown("PATH", Toolbox::for_pages()?.path()?)
        .remedy("`cargo xtask build` makes the file that is read here")
        .run()?;
    Ok(named)
}

/// The sizes of a module's functions, and their names by index.
#[derive(Default)]
struct Module {
    imported: u32,
    functions: Vec<u64>,
    names: BTreeMap<u32, String>,
    data: u64,
}

impl Module {
    fn read(wasm: &[u8]) -> Result<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let is_function = matches!(import?.ty, TypeRef::Func(_));
                        module.imported += u32::from(is_function);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    module.functions.push(body.as_bytes().len() as u64);
                }
                Payload::DataSection(data) => module.data = data.range().len() as u64,
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(parts) = section.as_known() {
                        for part in parts {
                            module.name(part?)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(module)
    }

    fn name(&mut self, part: Name<'_>) -> Result<()> {
        if let Name::Function(names) = part {
            for name in names {
                let name = name?;
                let readable = format!("{:#}", rustc_demangle::demangle(name.name));
                self.names.insert(name.index, readable);
            }
        }
        Ok(())
    }

    fn shares(&self) -> BTreeMap<String, Share> {
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        for (index, bytes) in (self.imported..).zip(&self.functions) {
            let name = self.names.get(&index).map_or("", String::as_str);
            let share = shares.entry(crate_of(name).to_owned()).or_default();
            share.functions += 1;
            share.bytes += bytes;
        }
        shares
    }
}

/// Returns the first crate in a function's name that is not Rust's own, otherwise `std`; `?` if the
/// name contains no crate.
fn crate_of(name: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut own = "?";
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("::") {
        // If another tool has demangled a name already, the compiler's hash follows the crate:
        // `app[1f2e…]::ui`.
        let hashed = before
            .strip_suffix(']')
            .and_then(|before| before.rsplit_once('['));
        let before = hashed.map_or(before, |(before, _)| before);
        let start = before
            .rfind(|letter| !is_part(letter))
            .map_or(0, |at| at + 1);
        let word = before.get(start..).unwrap_or_default();
        // Only the first part of a path is a crate.
        let is_first = !before.get(..start).unwrap_or_default().ends_with(':');
        if is_first && word.starts_with(|letter: char| letter.is_ascii_lowercase()) {
            if !STD.contains(&word) {
                return word;
            }
            own = "std";
        }
        let path = after.find(|letter| !is_part(letter) && letter != ':');
        rest = path.and_then(|end| after.get(end..)).unwrap_or_default();
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_counts_for_the_crate_that_it_was_made_for() {
        for (name, expected) in [
            ("app::ui::menu::Menu::hd822299228470681", "app"),
            (
                "<app[462f7d64a103aa3c]::wire::ResponseSecret as core[27cd0353e63fa9bc]::clone::Clone>::clone",
                "app",
            ),
            (
                "<T as tachys::view::any_view::IntoAny>::into_any::build",
                "tachys",
            ),
            (
                "<alloc::sync::Arc<dyn core::ops::Fn<()>> as leptos::children::ToChildren<F>>::to_children",
                "leptos",
            ),
            (
                "<&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::end",
                "serde_json",
            ),
            (
                "core::ops::function::FnOnce::call_once{{vtable.shim}}",
                "std",
            ),
            ("main", "?"),
            ("", "?"),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn sizes_and_names_are_read_from_a_module() {
        // One function, `a::b`, with a body of two bytes: no locals, end.
        let module = [
            &b"\0asm\x01\0\0\0"[..],
            b"\x01\x04\x01\x60\0\0",
            b"\x03\x02\x01\0",
            b"\x0a\x04\x01\x02\0\x0b",
            b"\0\x0e\x04name\x01\x07\x01\0\x04a::b",
        ]
        .concat();
        let read = Module::read(&module).unwrap();
        let shares = read.shares();
        assert_eq!(shares.len(), 1);
        assert_eq!((shares["a"].functions, shares["a"].bytes), (1, 2));
    }
}
