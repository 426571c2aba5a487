//! Why a command did nothing: one line for standard error, and the exit code.

use std::{io, process::ExitCode};

use domain::ports::PortError;
use storage::{BackupError, explained_io};
use thiserror::Error;

use crate::{
    config::SettingError,
    context::{OpenError, source_of},
    files::named_path::PathError,
};

/// A command's refusal or failure.
#[derive(Debug, Error)]
pub enum Failure {
    /// A setting is wrong; exit code 2, as for wrong arguments.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The database or its key can't be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The command is refused, with its reason.
    #[error("{0}")]
    Refused(String),
    /// The same, of a command whose result on standard output says it too.
    #[error("{0}")]
    Reported(String),
    /// The system refused something.
    #[error("{doing}: {}", explained_io(source))]
    System {
        /// What was tried.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something stands in the way of a file that was named.
    #[error(transparent)]
    Path(#[from] Box<PathError>),
    /// A backup can't be made or used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A port failed.
    #[error("{}", port(.0))]
    Port(#[from] PortError),
}

impl Failure {
    /// A refusal in words.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }

    /// Standard output could not be written.
    pub fn output(source: io::Error) -> Self {
        Self::System {
            doing: "writing the result".to_owned(),
            source,
        }
    }

    /// 2 for settings, 1 for everything else.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Setting(_)) {
            2
        } else {
            1
        })
    }
}

/// A line without the middle of what is too long to be read: it may repeat what was typed, or what a file held.
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
