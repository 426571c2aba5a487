//! One style sheet out of many: Trunk copies the file it is shown and leaves `@import` alone, and a browser that follows
//! imports pays a round trip for each.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

/// Writes `target/style/twinlock.css` from `style/main.css` and what that imports.
pub fn bundle(root: &Path) -> Result<()> {
    let source = root.join("style");
    let list = fs::read_to_string(source.join("main.css")).context("reading style/main.css")?;
    let bundled = inline(&list, |name| {
        fs::read_to_string(source.join(name))
            .with_context(|| format!("reading style/{name}, which style/main.css imports"))
    })?;
    let target = root.join("target/style");
    fs::create_dir_all(&target)?;
    fs::write(target.join("twinlock.css"), bundled).context("writing target/style/twinlock.css")
}

fn inline(list: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut bundled = String::new();
    for line in list.lines() {
        let Some(import) = line.strip_prefix("@import url(\"") else {
            bundled.extend([line, "\n"]);
            continue;
        };
        let parts = import
            .strip_suffix(");")
            .and_then(|import| import.split_once("\") layer("));
        let Some((name, layer)) = parts else {
            bail!(
                "`{line}` in style/main.css should read `@import url(\"file.css\") layer(name);`"
            );
        };
        bundled.extend(["@layer ", layer, " {\n", &read(name)?, "}\n"]);
    }
    Ok(bundled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_become_layers_in_place() {
        let bundled = inline(
            "@layer a, b;\n@import url(\"x/y.css\") layer(b);\n",
            |name| Ok(format!("/* {name} */\n")),
        )
        .unwrap();
        assert_eq!(bundled, "@layer a, b;\n@layer b {\n/* x/y.css */\n}\n");
    }

    #[test]
    fn an_import_without_a_layer_is_refused() {
        assert!(inline("@import url(\"x.css\");", |_| Ok(String::new())).is_err());
    }
}
