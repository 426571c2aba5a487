//! The format of the log.

use super::{LoggingArgs, SettingError, filled};

/// The format of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object per line, for programs.
    Json,
}

impl LogFormat {
    /// Reads the setting.
    pub fn new(args: &LoggingArgs) -> Result<Self, SettingError> {
        match filled(Some(&args.log_format)) {
            None | Some("human") => Ok(Self::Human),
            Some("json") => Ok(Self::Json),
            Some(other) => {
                let problem = format!("`{}` is neither human nor json", other.escape_default());
                Err(SettingError::new("TWINLOCK_LOG_FORMAT", problem))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(log_format: &str) -> LoggingArgs {
        LoggingArgs {
            log_format: log_format.to_owned(),
        }
    }

    #[test]
    fn it_is_read() {
        assert_eq!(LogFormat::new(&args("json")).unwrap(), LogFormat::Json);
        assert_eq!(LogFormat::new(&args("")).unwrap(), LogFormat::Human);
    }

    #[test]
    fn a_wrong_one_is_named() {
        let error = LogFormat::new(&args("xml")).unwrap_err();
        assert!(error.to_string().starts_with("TWINLOCK_LOG_FORMAT: `xml`"));
    }
}
