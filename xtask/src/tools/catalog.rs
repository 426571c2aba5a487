//! The tools that are not part of a toolchain, each with its purpose and its installation.

use anyhow::Result;

use super::versions;

/// One tool in one version.
pub struct Tool {
    /// The tool's name for people.
    pub label: &'static str,
    /// The tool's name on the command line.
    pub program: &'static str,
    /// The version that is installed.
    pub version: String,
    /// The word that identifies this version in the output of `--version`.
    pub reported: String,
    /// The purpose of the tool.
    pub purpose: &'static str,
    /// About how long the installation takes.
    pub duration: &'static str,
    /// The source of the tool.
    pub source: Source,
}

/// The sources of tools.
pub enum Source {
    /// Compiled by `cargo install`.
    Cargo {
        package: &'static str,
        options: &'static [&'static str],
        /// The compiler's optimisation level, for a tool that is used a few times a day.
        opt_level: &'static str,
    },
    /// An npm package.
    Npm { package: &'static str },
}

impl Tool {
    /// Returns the name of the tool's folder in the cache.
    pub fn folder(&self) -> String {
        let package = match self.source {
            Source::Cargo { package, .. } | Source::Npm { package } => package,
        };
        format!("{package}-{}", self.version)
    }

    /// Returns the subfolder with the program.
    pub fn bin(&self) -> &'static str {
        match self.source {
            Source::Cargo { .. } => "bin",
            Source::Npm { .. } => "node_modules/.bin",
        }
    }

    /// Returns whether the output of `--version` names this version.
    pub fn is_reported_by(&self, answer: &str) -> bool {
        answer.split_whitespace().any(|word| word == self.reported)
    }
}

/// Rebuilds the pages whenever a file changes (`trunk serve`).
pub fn trunk() -> Tool {
    Tool {
        label: "Trunk",
        program: "trunk",
        version: versions::TRUNK.to_owned(),
        reported: versions::TRUNK.to_owned(),
        purpose: "it serves the pages while you write them",
        duration: "5 minutes",
        source: Source::Cargo {
            package: "trunk",
            options: &["--locked"],
            opt_level: "0",
        },
    }
}

/// Writes the JavaScript glue between WASM and browser; called by Trunk. `run` and `build` use the
/// same code as a library.
pub fn wasm_bindgen() -> Result<Tool> {
    let version = versions::wasm_bindgen()?;
    Ok(Tool {
        label: "wasm-bindgen",
        program: "wasm-bindgen",
        reported: version.clone(),
        version,
        purpose: "it joins the pages' WASM to the browser",
        duration: "3 minutes",
        // Without `--locked` and the default features, because its lock file contains the server of
        // its test runner and crates that no longer compile.
        source: Source::Cargo {
            package: "wasm-bindgen-cli",
            options: &["--no-default-features", "--bin", "wasm-bindgen"],
            opt_level: "1",
        },
    })
}

/// Shrinks the WASM.
pub fn wasm_opt() -> Tool {
    let major = versions::BINARYEN.split('.').next().unwrap_or_default();
    Tool {
        label: "wasm-opt (Binaryen)",
        program: "wasm-opt",
        version: versions::BINARYEN.to_owned(),
        reported: major.to_owned(),
        purpose: "it makes the pages' WASM small",
        duration: "half a minute",
        source: Source::Npm {
            package: "binaryen",
        },
    }
}

/// Minifies the pages' JavaScript, and bundles the scripts of the index page.
pub fn esbuild() -> Tool {
    Tool {
        label: "esbuild",
        program: "esbuild",
        version: versions::ESBUILD.to_owned(),
        reported: versions::ESBUILD.to_owned(),
        purpose: "it makes the pages' JavaScript small",
        duration: "5 seconds",
        source: Source::Npm { package: "esbuild" },
    }
}

/// Checks licences, sources and advisories of all crates.
pub fn cargo_deny() -> Tool {
    Tool {
        label: "cargo-deny",
        program: "cargo-deny",
        version: versions::CARGO_DENY.to_owned(),
        reported: versions::CARGO_DENY.to_owned(),
        purpose: "it checks licences and advisories of the crates",
        duration: "2 minutes",
        source: Source::Cargo {
            package: "cargo-deny",
            options: &["--locked"],
            opt_level: "0",
        },
    }
}

/// Lists every crate of a build (`CycloneDX`).
pub fn cargo_cyclonedx() -> Tool {
    Tool {
        label: "cargo-cyclonedx",
        program: "cargo-cyclonedx",
        version: versions::CARGO_CYCLONEDX.to_owned(),
        reported: versions::CARGO_CYCLONEDX.to_owned(),
        purpose: "it lists the crates of a build",
        duration: "2 minutes",
        source: Source::Cargo {
            package: "cargo-cyclonedx",
            options: &["--locked"],
            opt_level: "0",
        },
    }
}

/// Runs the fuzz targets.
pub fn cargo_fuzz() -> Tool {
    Tool {
        label: "cargo-fuzz",
        program: "cargo-fuzz",
        version: versions::CARGO_FUZZ.to_owned(),
        reported: versions::CARGO_FUZZ.to_owned(),
        purpose: "it throws mutated input at every decoder",
        duration: "a minute",
        source: Source::Cargo {
            package: "cargo-fuzz",
            options: &["--locked"],
            opt_level: "0",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_recognised_as_a_whole_word() {
        assert!(trunk().is_reported_by("trunk 0.21.14\n"));
        assert!(!trunk().is_reported_by("trunk 0.21.140\n"));
        assert!(wasm_opt().is_reported_by("wasm-opt version 132 (version_132)\n"));
        assert!(!wasm_opt().is_reported_by("wasm-opt version 116 (version_116)\n"));
    }

    #[test]
    fn folders_name_package_and_version() {
        assert_eq!(trunk().folder(), format!("trunk-{}", versions::TRUNK));
        assert_eq!(
            wasm_opt().folder(),
            format!("binaryen-{}", versions::BINARYEN)
        );
    }
}
