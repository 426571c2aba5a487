//! The families of the list, one module each.

mod accounts;
mod answers;
mod browser;
mod codes;
mod device_clock;
mod enrolment;
mod keys;
mod limits;
mod mandatory;
mod races;
mod red_team;
mod robust;
mod secrets;
mod sessions;
mod step_up;
mod timing;
mod totp;

use std::sync::LazyLock;

use crate::attack::Attack;

static ALL: LazyLock<Vec<Attack>> = LazyLock::new(|| {
    [
        races::attacks(),
        totp::attacks(),
        codes::attacks(),
        enrolment::attacks(),
        step_up::attacks(),
        keys::attacks(),
        sessions::attacks(),
        mandatory::attacks(),
        limits::attacks(),
        timing::attacks(),
        browser::attacks(),
        secrets::attacks(),
        accounts::attacks(),
        robust::attacks(),
        red_team::attacks(),
    ]
    .into_iter()
    .flatten()
    .collect()
});

/// Returns all attacks, in the order of the list.
pub fn all() -> &'static [Attack] {
    &ALL
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{attack::AttackPlan, ids};

    #[test]
    fn every_id_of_the_list_has_one_row() {
        let ids: Vec<String> = all().iter().map(Attack::id).collect();
        assert_eq!(ids, ids::all());
    }

    #[test]
    fn what_is_shown_elsewhere_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for attack in all() {
            if let AttackPlan::Elsewhere(file, test, _) = attack.plan {
                let text = fs::read_to_string(root.join(file)).unwrap_or_default();
                assert!(text.contains(test), "{}: {test} in {file}", attack.id());
            }
        }
    }
}
