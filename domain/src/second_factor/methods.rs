//! How many methods a user can have, and which of them is the default.

use crate::second_factor::enrolment::METHOD_NAME;

/// Authenticator applications that a user can have.
pub const MAX_APPLICATIONS: usize = 3;

/// The name that is suggested for a new authenticator application: the kind, with a number if the
/// user has a method of that name.
#[must_use]
pub fn suggested_application_name(is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(METHOD_NAME) {
        return METHOD_NAME.to_owned();
    }
    // With fewer methods than numbers, one of the names is free.
    (2_u32..1000)
        .map(|number| format!("{METHOD_NAME} {number}"))
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| METHOD_NAME.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_of_a_name_gets_a_number() {
        let suggested = |taken: &[&str]| suggested_application_name(|name| taken.contains(&name));
        assert_eq!(suggested(&[]), "Authenticator application");
        assert_eq!(suggested(&["Phone"]), "Authenticator application");
        assert_eq!(
            suggested(&["Authenticator application"]),
            "Authenticator application 2"
        );
        assert_eq!(
            suggested(&["Authenticator application", "Authenticator application 2"]),
            "Authenticator application 3"
        );
    }
}
