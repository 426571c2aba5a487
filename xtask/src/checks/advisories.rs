//! Published advisories about what we depend on. Where they can't be reached the step says so: it has checked nothing.

use anyhow::{Result, bail};

use crate::{
    process::Process,
    summary::Checked,
    tools::{Toolbox, node_folders},
};

/// A check of the summary.
type Check = fn() -> Result<Checked>;

/// The checks, each with the name of its step.
pub const CHECKS: [(&str, Check); 2] = [
    ("advisories, crates", crates),
    ("advisories, packages of npm", packages),
];

/// The crates, against the database of `RustSec`.
fn crates() -> Result<Checked> {
    let tools = Toolbox::for_dependency_check()?;
    let deny = |arguments: &[&str]| -> Result<Process> {
        Ok(Process::new("cargo-deny")
            .args(["--all-features"])
            .args(arguments)
            .env_unshown("PATH", tools.path()?))
    };
    if !deny(&["fetch", "db"])?.answer()?.0 {
        return Ok(Checked::NotPossible("github.com/RustSec is not reachable"));
    }
    deny(&["check", "--disable-fetch", "advisories"])?
        .remedy("take a mended version (`cargo update --package CRATE`); deny.toml says what is allowed and why")
        .run()?;
    Ok(Checked::Fine)
}

/// The packages of the tests and the build, against the registry's own.
fn packages() -> Result<Checked> {
    for folder in node_folders() {
        let audit = Process::new("npm")
            .args(["audit", "--json"])
            .folder(&folder);
        let (is_fine, report) = audit.answer()?;
        if !is_report(&report) {
            return Ok(Checked::NotPossible("the registry of npm answers no audit"));
        }
        if !is_fine {
            bail!(
                "{report}\nWhat to do: in {}, `npm audit` names the package and `npm audit fix` takes a mended version",
                folder.display()
            );
        }
    }
    Ok(Checked::Fine)
}

/// Whether an answer is a report at all: npm ends alike when it found something and when it could not ask.
fn is_report(answer: &str) -> bool {
    answer.contains("\"auditReportVersion\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_no_report() {
        assert!(is_report(
            r#"{ "auditReportVersion": 2, "vulnerabilities": {} }"#
        ));
        for answer in ["", r#"{ "message": "405 Method Not Allowed" }"#] {
            assert!(!is_report(answer), "{answer}");
        }
    }
}
