//! Short names for imports and exports. wasm-bindgen's names end in a hash, which no compression
//! makes smaller, and both files contain each of them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use wasm_encoder::{
    ExportSection, ImportSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{ExportSectionReader, Import, ImportSectionReader, Parser, Payload};

/// The one module that the WASM imports from.
const MODULE: &str = "a";

/// The variable of the script that contains the exports, before esbuild renames it.
const EXPORTS: &str = "wasm.";

/// Returns script and WASM with short names.
pub fn shortened(script: &str, wasm: &[u8]) -> Result<(String, Vec<u8>)> {
    let mut names = Names::read(wasm)?;
    let script = names.in_script(script)?;
    let mut module = Module::new();
    names
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .context("renaming the imports and exports of the WASM")?;
    Ok((script, module.finish()))
}

/// The short name of each long one.
#[derive(Default)]
struct Names {
    /// The name of the module that the WASM imports from.
    module: String,
    imports: BTreeMap<String, String>,
    /// Without a short name: an export that the script does not use.
    exports: BTreeMap<String, Option<String>>,
}

impl Names {
    fn read(wasm: &[u8]) -> Result<Self> {
        let mut names = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        names.import(import?)?;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        names.exports.insert(export?.name.to_owned(), None);
                    }
                }
                _ => {}
            }
        }
        Ok(names)
    }

    fn import(&mut self, import: Import<'_>) -> Result<()> {
        if self.imports.is_empty() {
            import.module.clone_into(&mut self.module);
        }
        ensure!(
            import.module == self.module,
            "the WASM imports from a second module: {}",
            import.module
        );
        let short = letters(self.imports.len());
        self.imports.insert(import.name.to_owned(), short);
        Ok(())
    }

    /// Returns the script with short names, and notes which exports it uses.
    fn in_script(&mut self, script: &str) -> Result<String> {
        let module = format!("\"{}\":", self.module);
        ensure!(
            script.matches(&module).count() == 1,
            "wasm-bindgen's script does not name the module {} once",
            self.module
        );
        let script = script.replacen(&module, &format!("{MODULE}:"), 1);
        let mut short = String::new();
        let (mut defined, mut used) = (0, 0);
        let mut rest = script.as_str();
        while let Some(start) = rest.find(is_part) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
            let (word, after) = from.split_at(end);
            short.push_str(before);
            let import = self.imports.get(word).filter(|_| after.starts_with(':'));
            let export = self.exports.get_mut(word);
            if let Some(import) = import {
                defined += 1;
                short.push_str(import);
            } else if let Some(export) = export.filter(|_| short.ends_with(EXPORTS)) {
                short.push_str(export.get_or_insert_with(|| {
                    used += 1;
                    letters(used - 1)
                }));
            } else {
                short.push_str(word);
            }
            rest = after;
        }
        short.push_str(rest);
        ensure!(
            defined == self.imports.len(),
            "wasm-bindgen's script defines {defined} of {} imports",
            self.imports.len()
        );
        Ok(short)
    }
}

impl Reencode for Names {
    type Error = std::convert::Infallible;

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: ImportSectionReader<'_>,
    ) -> Result<(), Error> {
        for import in section.into_imports() {
            let import = import?;
            let kind = self.entity_type(import.ty)?;
            if let Some(name) = self.imports.get(import.name) {
                imports.import(MODULE, name, kind);
            }
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> Result<(), Error> {
        for export in section {
            let export = export?;
            let kind = self.export_kind(export.kind)?;
            let index = self.external_index(export.kind, export.index)?;
            if let Some(Some(name)) = self.exports.get(export.name) {
                exports.export(name, kind, index);
            }
        }
        Ok(())
    }
}

/// Returns whether this is part of a name in JavaScript.
fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

/// Returns the name with this number: `a` to `z`, then `aa`, `ab` and so on.
fn letters(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        let digit = u8::try_from(number % 26).unwrap_or_default();
        name.insert(0, char::from(b'a' + digit));
        if number < 26 {
            return name;
        }
        number = number / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{EntityType, ExportKind, RawSection, SectionId};

    use super::*;

    const SCRIPT: &str = r#"
        const import0 = { __proto__: null,
            __wbg_alert_01ab: function(arg0) { alert(arg0, wasm.__wbindgen_malloc); },
            __wbg_log_23cd: function(memory) { console.log(memory); } };
        return { "./frontend_bg.js": import0 };
        wasm.__wbindgen_start(); new DataView(wasm.memory.buffer); wasm.__wbindgen_start();"#;

    /// Returns a module with these imports and exports, all of the type of the first import.
    fn module(imports: &[(&str, &str)], exports: &[&str]) -> Vec<u8> {
        let mut module = Module::new();
        // One type: a function without arguments and results.
        let types = RawSection {
            id: SectionId::Type.into(),
            data: &[1, 0x60, 0, 0],
        };
        let mut import_section = ImportSection::new();
        for (module, name) in imports {
            import_section.import(module, name, EntityType::Function(0));
        }
        let mut export_section = ExportSection::new();
        for name in exports {
            export_section.export(name, ExportKind::Func, 1);
        }
        let module = module.section(&types).section(&import_section);
        module.section(&export_section).clone().finish()
    }

    const IMPORTS: [(&str, &str); 2] = [
        ("./frontend_bg.js", "__wbg_log_23cd"),
        ("./frontend_bg.js", "__wbg_alert_01ab"),
    ];

    #[test]
    fn script_and_wasm_call_each_other_by_the_same_short_names() {
        let exports = ["memory", "main", "__wbindgen_start", "__wbindgen_malloc"];
        let (script, wasm) = shortened(SCRIPT, &module(&IMPORTS, &exports)).unwrap();
        assert_eq!(
            script,
            r"
        const import0 = { __proto__: null,
            b: function(arg0) { alert(arg0, wasm.a); },
            a: function(memory) { console.log(memory); } };
        return { a: import0 };
        wasm.b(); new DataView(wasm.c.buffer); wasm.b();"
        );
        // The export `main` is gone, because the script does not use it.
        let expected = module(&[("a", "a"), ("a", "b")], &["c", "b", "a"]);
        assert_eq!(wasm, expected);
    }

    #[test]
    fn a_script_that_does_not_fit_the_wasm_is_refused() {
        let refused = |script: &str, imports: &[(&str, &str)]| {
            shortened(script, &module(imports, &[]))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(SCRIPT, &[("./frontend_bg.js", "__wbg_unknown_45ef")]),
            "wasm-bindgen's script defines 0 of 1 imports"
        );
        assert_eq!(
            refused(SCRIPT, &[IMPORTS[0], ("./other.js", "a")]),
            "the WASM imports from a second module: ./other.js"
        );
        assert_eq!(
            refused("", &IMPORTS),
            "wasm-bindgen's script does not name the module ./frontend_bg.js once"
        );
    }

    #[test]
    fn names_are_counted_in_letters() {
        let names = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(letters);
        assert_eq!(names, ["a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa"]);
    }
}
