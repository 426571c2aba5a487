//! The cases, in the order of the ids.

mod accounts;
mod codes;
mod entering;
mod forgeries;
mod outages;
mod paths;
mod sessions;
mod sign_out;
mod wire;

use std::sync::LazyLock;

use crate::case::DoorCase;

static ALL: LazyLock<Vec<DoorCase>> = LazyLock::new(|| {
    let mut cases: Vec<DoorCase> = [
        entering::cases(),
        accounts::cases(),
        forgeries::cases(),
        codes::cases(),
        sessions::cases(),
        outages::cases(),
        paths::cases(),
        sign_out::cases(),
        wire::cases(),
    ]
    .into_iter()
    .flatten()
    .collect();
    cases.sort_by_key(|case| case.id()[2..].parse::<u32>().unwrap_or_default());
    cases
});

/// Returns all cases, in the order of the ids.
pub fn all() -> &'static [DoorCase] {
    &ALL
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;

    #[test]
    fn every_id_has_one_case() {
        let ids: Vec<String> = all().iter().map(DoorCase::id).collect();
        let listed: Vec<&str> = ids::LIST.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, listed);
    }
}
