//! The tools that are not part of a toolchain, each with what it is for and how it is installed.

use anyhow::Result;

use super::versions;

/// One tool in one version.
pub struct Tool {
    /// As people call it.
    pub label: &'static str,
    /// As it is called on the command line.
    pub program: &'static str,
    /// The version that is installed.
    pub version: String,
    /// The word by which `--version` says so.
    pub reported: String,
    /// What it is needed for.
    pub purpose: &'static str,
    /// About how long the installation takes.
    pub duration: &'static str,
    /// Where it comes from.
    pub source: Source,
}

/// The two places tools come from.
pub enum Source {
    /// Compiled by `cargo install`.
    Cargo {
        package: &'static str,
        options: &'static [&'static str],
        /// Of the compiler's optimisation, for a tool that is used a few times a day.
        opt_level: &'static str,
    },
    /// A package of npm.
    Npm { package: &'static str },
}

impl Tool {
    /// The name of its folder in the cache.
    pub fn folder(&self) -> String {
        let package = match self.source {
            Source::Cargo { package, .. } | Source::Npm { package } => package,
        };
        format!("{package}-{}", self.version)
    }

    /// The folder, below that, with the program.
    pub fn bin(&self) -> &'static str {
        match self.source {
            Source::Cargo { .. } => "bin",
            Source::Npm { .. } => "node_modules/.bin",
        }
    }

    /// Whether the answer to `--version` is that of this version.
    pub fn is_reported_by(&self, answer: &str) -> bool {
        answer.split_whitespace().any(|word| word == self.reported)
    }
}

/// Builds the pages as often as a file changes (`trunk serve`).
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

/// Writes the JavaScript between WASM and browser; called by Trunk. `run` and `build` have the same as a library.
pub fn wasm_bindgen() -> Result<Tool> {
    let version = versions::wasm_bindgen()?;
    Ok(Tool {
        label: "wasm-bindgen",
        program: "wasm-bindgen",
        reported: version.clone(),
        version,
        purpose: "it joins the pages' WASM to the browser",
        duration: "3 minutes",
        // Without `--locked` and the default features: its own lock file holds the server of its test runner,
        // and crates that do not compile any more.
        source: Source::Cargo {
            package: "wasm-bindgen-cli",
            options: &["--no-default-features", "--bin", "wasm-bindgen"],
            opt_level: "1",
        },
    })
}

/// Makes the WASM smaller.
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

/// Takes what only people read out of the pages' JavaScript.
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
