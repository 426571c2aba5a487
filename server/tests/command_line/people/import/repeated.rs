//! A file that is imported again: unchanged it is harmless, and what was corrected is a conflict.

use super::*;

#[test]
fn a_person_with_other_data_is_a_conflict_and_stays() {
    let site = ProgramSite::with_account();
    site.add_account("Acme");
    import(&site, two(), &[]).expect_done();
    let changed = two()
        .replace("Ada Owner", "Ada Other")
        .replace(",owner,", ",member,")
        .replace("BLDKaMvUCzFQwpFiL88ZQ.", "BLDKaMvUCzFQwpFiL88ZA.")
        .replace("Max Member,Example Ltd", "Max Member,Acme");
    let done = import(&site, changed, &["--dry-run"]);
    assert_eq!(done.code, 1);
    let said: Vec<&str> = done.out.lines().collect();
    assert_eq!(
        said[0],
        "line 2: ada@example.com is refused: they exist already, and an import overwrites nothing: the name is `Ada Owner` here and `Ada Other` in the file; the role is owner here and member in the file; their password here is not the one of the file: `twinlock user remove EMAIL`, then import again."
    );
    assert_eq!(
        said[1],
        "line 3: max@example.com is refused: they exist already, and an import overwrites nothing: they are no member of `Acme` here: write it in the file as it is here, or leave the line out."
    );
    let listed = site.run(&["user", "list"]);
    assert!(
        listed
            .expect_done()
            .starts_with("ada@example.com (Ada Owner): owner of")
    );
}

#[rstest]
#[case::hash(
    "$6$salt$digest",
    BCRYPT,
    KEY,
    KEY,
    "they have no password here, and the file has one"
)]
#[case::no_hash(
    "",
    BCRYPT,
    KEY,
    KEY,
    "they have no password here, and the file has one"
)]
#[case::key(
    BCRYPT,
    BCRYPT,
    "GEZDGNBVGY3TQOJQ",
    KEY,
    "they have no authenticator here, and the file has one"
)]
#[case::no_key(
    BCRYPT,
    BCRYPT,
    "",
    KEY,
    "they have no authenticator here, and the file has one"
)]
#[case::other_key(
    BCRYPT,
    BCRYPT,
    "otpauth://totp/x?secret=GEZDGNBVGY3TQOJR",
    KEY,
    "their authenticator here is not the one of the file"
)]
#[case::key_gone(
    BCRYPT,
    BCRYPT,
    KEY,
    "",
    "their authenticator is here, and the file has none that can be taken"
)]
#[case::hash_gone(
    BCRYPT,
    "",
    KEY,
    KEY,
    "their password is here, and the file has none that can be taken"
)]
fn a_corrected_file_is_not_ignored(
    #[case] hash: &str,
    #[case] corrected_hash: &str,
    #[case] key: &str,
    #[case] corrected_key: &str,
    #[case] said: &str,
) {
    let site = ProgramSite::with_account();
    let file = |hash: &str, key: &str| {
        format!(
            "email,name,account,role,password_hash,totp\nada@example.com,Ada,Example Ltd,owner,{hash},{key}\n"
        )
    };
    import(&site, file(hash, key), &[]).expect_done();
    let again = import(&site, file(hash, key), &[]);
    assert_eq!(again.expect_done(), "0 added, 1 exist already.");
    let done = import(&site, file(corrected_hash, corrected_key), &[]);
    assert_eq!(
        done.out.lines().next().unwrap(),
        format!(
            "line 2: ada@example.com is refused: they exist already, and an import overwrites nothing: {said}: `twinlock user remove EMAIL`, then import again."
        )
    );
    assert_eq!(done.code, 1);
}

#[test]
fn a_person_who_was_disabled_here_is_a_conflict() {
    let site = ProgramSite::with_account();
    import(&site, two(), &[]).expect_done();
    site.run(&["user", "disable", "max@example.com"])
        .expect_done();
    let done = import(&site, two(), &[]);
    assert_eq!(
        done.out.lines().next().unwrap(),
        "line 3: max@example.com is refused: they exist already, and an import overwrites nothing: the person is disabled here and enabled in the file: write it in the file as it is here, or leave the line out."
    );
}
