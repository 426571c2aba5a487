//! The origin of a request, as security events record it.

use std::net::IpAddr;

use domain::{
    events::{Action, Actor, Origin},
    time::Timestamp,
};
use http::{HeaderMap, header::USER_AGENT};
use usecases::Caller;

use crate::wire::access::ACCESS;

/// The origin of a request.
#[must_use]
pub fn origin(
    path: &str,
    caller: Option<&Caller>,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    at: Timestamp,
) -> Origin {
    let browser = headers.get(USER_AGENT);
    Origin {
        actor: caller.map_or(Actor::Nobody, |caller| {
            Actor::User(caller.session.user.clone())
        }),
        session: caller.map(|caller| caller.session.id.clone()),
        address,
        browser: browser.map(|name| Origin::browser_name(name.as_bytes())),
        at,
        trying: trying(path),
        function: ACCESS
            .iter()
            .find(|(known, _)| *known == path)
            .map(|(known, _)| *known),
    }
}

/// The action that this function tries a password or code for.
fn trying(path: &str) -> Option<Action> {
    Some(match path.strip_prefix("/api/")? {
        "session/sign_in" => Action::SignIn,
        "session/verify_code" | "session/verify_backup_code" => Action::SecondFactor,
        "session/confirm_password" => Action::PasswordConfirmation,
        "step_up/verify_code" | "step_up/verify_backup_code" => Action::StepUp,
        "mfa/confirm" => Action::SetUpConfirm,
        "mfa/test" => Action::MethodTest,
        "profile/change_password" => Action::PasswordChange,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_is_a_function_there_is() {
        let known = |path: &&str| trying(path).is_some();
        let count = ACCESS.iter().filter(|(path, _)| known(path)).count();
        assert!(count >= 8, "{count}");
        assert_eq!(trying("/api/profile/view"), None);
        assert_eq!(trying("/session/sign_in"), None);
    }
}
