//! Why a command failed: one line for standard error, and the exit code.

use std::{io, process::ExitCode};

use domain::ports::PortError;
use storage::{BackupError, explained_io};
use thiserror::Error;
use usecases::operator::OperatorError;

use crate::{
    config::SettingError,
    context::{StartError, source_of},
    files::{named_path::PathError, work_lock::WorkError},
};

/// A command's refusal or failure.
#[derive(Debug, Error)]
pub enum Failure {
    /// A setting is wrong; exit code 2, as for wrong arguments.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The database or its key can't be used.
    #[error(transparent)]
    Open(#[from] StartError),
    /// The command is refused, with its reason.
    #[error("{0}")]
    Refused(String),
    /// The command is refused, and its result on standard output says so too.
    #[error("{0}")]
    Reported(String),
    /// The system refused something.
    #[error("{doing}: {}", explained_io(source))]
    System {
        /// The action that failed.
        doing: String,
        /// The system's error.
        source: io::Error,
    },
    /// The path of a named file can't be used.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// Another command is writing the file.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// A backup can't be made or used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A port failed.
    #[error("{}", port(.0))]
    Port(#[from] PortError),
}

impl Failure {
    /// Creates a refusal with its reason.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }

    /// Reports that standard output could not be written.
    pub fn output(source: io::Error) -> Self {
        Self::System {
            doing: "writing the result".to_owned(),
            source,
        }
    }

    /// Returns 2 for settings, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Setting(_)) {
            2
        } else {
            1
        })
    }
}

impl From<OperatorError> for Failure {
    /// The commands replace the errors that they expect, to name the user or the account.
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Port(error) => Self::Port(error),
            refusal => Self::refused(refusal.to_string()),
        }
    }
}

/// Shortens an overlong line in the middle: the line may repeat input or a file's content.
pub fn cut(line: &str) -> String {
    const BEGIN: usize = 1_000;
    const END: usize = 800;
    let count = line.chars().count();
    if count <= BEGIN + END {
        return line.to_owned();
    }
    let begin: String = line.chars().take(BEGIN).collect();
    let end: String = line.chars().skip(count - END).collect();
    format!("{begin} … {end}")
}

fn port(error: &PortError) -> String {
    match error {
        PortError::Unavailable(_) => {
            format!("temporarily unavailable, try again: {}", source_of(error))
        }
        PortError::Failed(_) => format!("it failed: {}", source_of(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_to_be_read_loses_its_middle() {
        assert_eq!(cut("no such file"), "no such file");
        let line = format!("`{}` is no role", "ä".repeat(1_000_000));
        let cut = cut(&line);
        assert!(cut.starts_with("`ää") && cut.ends_with("ä` is no role"));
        assert!(cut.chars().count() < 2_000);
    }
}
