//! Where a refusal is shown: beside the field, above the buttons, or nowhere because it leads to another page.

use crate::error::AppError;

/// The place of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Beside the code that was typed.
    Field,
    /// In the form, with `Try again`: the same request may work in a moment.
    Again,
    /// In the form.
    Form,
    /// Nowhere: the sign-in comes first.
    Session,
}

/// Finds the place.
#[must_use]
pub const fn placement(error: &AppError) -> Placement {
    match error {
        AppError::WrongCode
        | AppError::JustExpired
        | AppError::AlreadyUsed { .. }
        | AppError::ClockOff { .. }
        | AppError::BackupCodeUsed
        | AppError::Paused { .. }
        | AppError::Locked { .. }
        | AppError::Invalid { .. } => Placement::Field,
        AppError::Unreachable | AppError::Unavailable | AppError::Internal => Placement::Again,
        AppError::NotSignedIn => Placement::Session,
        _ => Placement::Form,
    }
}

/// What a countdown beside a refused code runs towards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The authenticator's next code.
    NextCode(u32),
    /// The next attempt that is judged.
    Attempt(u32),
}

/// The wait that a refusal asks for, in seconds.
#[must_use]
pub const fn wait(error: &AppError) -> Option<Wait> {
    match *error {
        AppError::AlreadyUsed { seconds } if seconds > 0 => Some(Wait::NextCode(seconds)),
        AppError::Paused { seconds } | AppError::TooMany { seconds } => Some(Wait::Attempt(seconds)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_by_itself_can_be_tried_again() {
        assert_eq!(placement(&AppError::Unreachable), Placement::Again);
        assert_eq!(placement(&AppError::WrongCredentials), Placement::Form);
        assert_eq!(placement(&AppError::WrongCode), Placement::Field);
        assert_eq!(placement(&AppError::NotSignedIn), Placement::Session);
    }

    #[test]
    fn only_what_ends_counts_down() {
        assert_eq!(wait(&AppError::AlreadyUsed { seconds: 0 }), None);
        assert_eq!(wait(&AppError::AlreadyUsed { seconds: 7 }), Some(Wait::NextCode(7)));
        assert_eq!(wait(&AppError::Locked { tries: 10 }), None);
        assert_eq!(wait(&AppError::TooMany { seconds: 60 }), Some(Wait::Attempt(60)));
    }
}
