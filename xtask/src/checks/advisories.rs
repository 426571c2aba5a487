//! Checks our dependencies for published advisories. If the databases can't be reached, the step
//! reports that it has checked nothing.

use anyhow::{Result, bail};

use crate::{
    process::Process,
    summary::Checked,
    tools::{Toolbox, node_folders},
};

/// A check of the summary.
type Check = fn() -> Result<Checked>;

/// The checks with the names of their steps.
pub const CHECKS: [(&str, Check); 2] = [
    ("advisories, crates", crates),
    ("advisories, packages of npm", packages),
];

/// Checks the crates against the `RustSec` database.
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
        .remedy(
            "take a fixed version (`cargo update --package CRATE`); deny.toml says what is \
        allowed and why",
        )
        .run()?;
    Ok(Checked::Fine)
}

/// Checks the npm packages of the tests and the build against the registry's advisories.
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
                "{report}\nWhat to do: in {}, `npm audit` names the package and `npm audit fix` \
                installs a fixed version",
                folder.display()
            );
        }
    }
    Ok(Checked::Fine)
}

/// Returns whether the output is a report: npm exits alike when it finds advisories and when it
/// can't reach the registry.
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
