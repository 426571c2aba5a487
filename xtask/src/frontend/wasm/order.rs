//! Puts the functions of a WASM file in the order of their likeness, because brotli finds a
//! repetition more cheaply the nearer it is. No other command line tool sorts like this.

use std::convert::Infallible;

use anyhow::{Context, Result};
use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{Error, Reencode, utils},
};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, MemArg, Parser, Payload, TypeRef,
};

use super::likeness;

/// Returns the same module with its functions in another order.
pub fn ordered(wasm: &[u8]) -> Result<Vec<u8>> {
    let wasm = written(wasm, &mut Alignment)?;
    let mut imported = 0;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    written(
        &wasm,
        &mut Order::new(imported, likeness::chained(&bodies))?,
    )
}

fn written(wasm: &[u8], by: &mut impl Reencode<Error = Infallible>) -> Result<Vec<u8>> {
    let mut module = Module::new();
    by.parse_core_module(&mut module, Parser::new(0), wasm)
        .context("writing the WASM in another order")?;
    Ok(module.finish())
}

/// Takes the alignments out. They are hints to the browser that it need not follow and that change
/// no result (WebAssembly 1.0, 4.4.7), but each tells apart what is equal otherwise. Only atomic
/// instructions need theirs, and a browser refuses to load one without it.
struct Alignment;

impl Reencode for Alignment {
    type Error = Infallible;

    fn mem_arg(&mut self, argument: MemArg) -> Result<wasm_encoder::MemArg, Error> {
        utils::mem_arg(
            self,
            MemArg {
                align: 0,
                ..argument
            },
        )
    }
}

/// A new order of the functions.
struct Order {
    /// How many functions are imported. They stay where they are, before all others.
    imported: u32,
    /// The old places of the functions, in their new order.
    old: Vec<usize>,
    /// The new place of each function, by its old one.
    new: Vec<u32>,
}

impl Order {
    fn new(imported: u32, old: Vec<usize>) -> Result<Self> {
        let mut new = vec![0; old.len()];
        for (place, function) in (0..).zip(&old) {
            *new.get_mut(*function).context("a function has no place")? = place;
        }
        Ok(Self { imported, old, new })
    }
}

impl Reencode for Order {
    type Error = Infallible;

    /// Every mention of a function passes here: calls, exports, tables, the start and the names.
    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        let own = index.checked_sub(self.imported);
        let new = own.and_then(|own| self.new.get(usize::try_from(own).ok()?));
        Ok(new.map_or(index, |new| self.imported + new))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for function in self.old.iter().filter_map(|old| types.get(*old)) {
            functions.function(*function);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section
            .into_iter()
            .collect::<Result<Vec<FunctionBody<'_>>, _>>()?;
        for old in self.old.clone() {
            if let Some(body) = bodies.get(old) {
                self.parse_function_body(code, body.clone())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        ImportSection, Instruction, MemArg, StartSection, TypeSection, ValType,
    };

    use super::*;

    /// Where the three functions of the program below stand. Place 0 is the imported function's.
    struct Places {
        load: u32,
        call: u32,
        load_too: u32,
    }

    /// Returns a program in which everything that can mention a function does so. Two of its
    /// functions are alike, and the loads have this alignment.
    fn program(at: &Places, align: u32) -> Vec<u8> {
        let load = |offset| {
            let mut load = Function::new([]);
            let from = MemArg {
                offset,
                align,
                memory_index: 0,
            };
            load.instruction(&Instruction::I32Const(123_456_789))
                .instruction(&Instruction::I32Load(from))
                .instruction(&Instruction::End);
            load
        };
        let mut call = Function::new([]);
        call.instruction(&Instruction::Call(0))
            .instruction(&Instruction::Call(at.load))
            .instruction(&Instruction::Call(at.load_too))
            .instruction(&Instruction::RefFunc(at.call))
            .instruction(&Instruction::End);
        let mut own = [(at.load, load(8)), (at.call, call), (at.load_too, load(16))];
        own.sort_by_key(|(place, _)| *place);

        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("a", "a", EntityType::Function(0));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        for (place, body) in &own {
            functions.function(u32::from(*place != at.call));
            code.function(body);
        }
        let mut exports = ExportSection::new();
        exports.export("b", ExportKind::Func, at.load_too);
        let mut elements = ElementSection::new();
        let table = Elements::Functions(vec![at.load_too, at.call, at.load].into());
        elements.active(None, &ConstExpr::i32_const(1), table);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&exports);
        module.section(&StartSection {
            function_index: at.call,
        });
        module.section(&elements).section(&code);
        module.finish()
    }

    #[test]
    fn functions_that_are_alike_become_neighbours_and_every_mention_follows_them() {
        let before = program(
            &Places {
                load: 1,
                call: 2,
                load_too: 3,
            },
            2,
        );
        let after = program(
            &Places {
                load: 1,
                load_too: 2,
                call: 3,
            },
            0,
        );
        assert_eq!(ordered(&before).unwrap(), after);
        assert_eq!(ordered(&after).unwrap(), after);
    }
}
