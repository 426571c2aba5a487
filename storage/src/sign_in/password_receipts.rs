//! Takes back what a password attempt was counted by, because the password was right.

use domain::{blind_index::BlindIndex, ports::Receipt};

use crate::{
    Store,
    engine::statement::{Statement, query},
    sign_in::admission,
};

const DELETE_NUMBER: &str = "
    DELETE FROM refused_sign_ins
    WHERE address = $1 AND number = $2";

const FORGET_NAME: &str = "
    DELETE FROM password_attempts
    WHERE email_index = $1";

const FORGET_IN_SESSION: &str = "
    UPDATE sessions
    SET password_failures = 0, password_allowed_at = 0
    WHERE id = $1";

const FORGET_IN_BROWSER: &str = "
    UPDATE known_browsers
    SET failures = 0, allowed_at = 0
    WHERE token_hash = $1";

/// Forgets in memory that an address exceeded its limit, because one of its attempts was given
/// back.
pub fn forget_address(store: &Store, receipt: &Receipt) {
    if let Receipt::Stranger { address, .. } = receipt {
        store.scope.strangers.forget(address);
    }
}

/// The statements that remove the counts of a correct password.
pub fn forget_statements(receipt: &Receipt) -> Vec<Statement> {
    match receipt {
        Receipt::Session(session) => vec![query(FORGET_IN_SESSION).bind(session.as_str())],
        Receipt::Browser(browser) => {
            vec![query(FORGET_IN_BROWSER).bind(browser.as_bytes().as_slice())]
        }
        Receipt::Stranger {
            email,
            address,
            network,
            number,
        } => {
            let number = query(DELETE_NUMBER).bind(address.as_str()).bind(*number);
            let mut all = vec![number];
            if let Some(email) = *email {
                all.push(forget_name_statement(email));
                all.push(admission::forget_failure_statement(email, network));
            }
            all
        }
    }
}

/// Deletes the attempts for an account name.
pub fn forget_name_statement(email: BlindIndex) -> Statement {
    query(FORGET_NAME).bind(email.as_bytes().as_slice())
}
