//! R14: two commands at once that each remove an Owner, of whom one has to stay.

use testkit::rounds::rounds;

use crate::support::program::ProgramSite;

#[test]
fn one_owner_stays_when_two_commands_remove_each_the_other() {
    let site = ProgramSite::with_account();
    let owners = ["ada@example.com", "max@example.com"];
    for email in owners {
        site.add_person(email, "owner");
    }
    for round in 0..rounds() {
        // Both are started before the test waits for either.
        let running: Vec<_> = owners
            .iter()
            .map(|email| {
                let mut command = site.command(&["member", "remove", email, "Example Ltd"]);
                command.spawn().unwrap()
            })
            .collect();
        let codes: Vec<_> = running
            .into_iter()
            .map(|child| child.wait_with_output().unwrap().status.code())
            .collect();
        let done = codes.iter().filter(|code| **code == Some(0)).count();
        assert_eq!((done, codes.contains(&Some(1))), (1, true), "round {round}");
        let (gone, _) = owners
            .iter()
            .zip(&codes)
            .find(|(_, code)| **code == Some(0))
            .unwrap();
        let back = ["member", "add", gone, "Example Ltd", "--role", "owner"];
        site.run(&back).expect_done();
    }
}
