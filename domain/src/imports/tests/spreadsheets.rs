//! Tests of CSV as spreadsheets write it, and of files that are cut short.

use super::*;

/// Reads lines as they are, without adding newlines.
fn read(lines: &[&str]) -> Vec<Result<Option<Person>, LineError>> {
    let mut reader = LineReader::default();
    let lines = lines.iter().map(|line| {
        let row = reader.read(line.as_bytes())?;
        let person = row.map(|row| Person::judge(&row, Argon2Cost::STANDARD));
        person.transpose()
    });
    lines.collect()
}

/// A last field that was cut off would enable a disabled person, or take their authenticator.
#[rstest]
#[case("a@example.com,Ada,Acme,tru")]
#[case("a@example.com,Ada,Acme,")]
#[case("a@example.com,Ada,Acme,true")]
#[case("a@example.com,Ada")]
fn a_csv_file_whose_last_line_does_not_end_is_refused(#[case] last: &str) {
    let mut lines = read(&["email,name,account,disabled\n", last]);
    assert_eq!(lines.pop().unwrap().err(), Some(LineError::CutShort));
}

/// An object that was cut is not whole, which JSON tells.
#[test]
fn a_json_file_needs_no_newline_at_its_end() {
    let [Ok(Some(_))] = &read(&[ADA])[..] else {
        panic!("refused")
    };
    let cut = &ADA[..ADA.len() - 1];
    let error = read(&[cut]).pop().unwrap().err();
    assert!(matches!(error, Some(LineError::Json(_))), "{error:?}");
}

#[rstest]
#[case(&["email;name;account;disabled", "ada@example.com;\"Ada; Owner\";Acme;TRUE"])]
#[case(&["email\tname\taccount\tdisabled", "ada@example.com\tAda; Owner\tAcme\tTRUE"])]
#[case(&["Email,NAME,Account,Disabled", "ada@example.com,Ada; Owner,Acme,True"])]
#[case(&["email,name,account,disabled,,", "ada@example.com,Ada; Owner,Acme,true,,"])]
#[case(&["email,name,account,disabled", "ada@example.com,Ada; Owner,Acme,true,,,"])]
#[case(&["email,name,account,disabled", ",,,", "ada@example.com,Ada; Owner,Acme,true"])]
fn what_spreadsheets_write_is_read(#[case] lines: &[&str]) {
    let person = person(lines);
    assert_eq!(person.name.as_str(), "Ada; Owner");
    assert!(person.disabled);
}

#[test]
fn lines_of_separators_alone_describe_no_person() {
    let lines = ["email,name,account\n", ",,\n", ",,,,\n", " , ,\n"];
    assert!(read(&lines).iter().all(|line| matches!(line, Ok(None))));
}

#[rstest]
#[case("Owner", Role::Owner)]
#[case("OWNER", Role::Owner)]
#[case("Member", Role::Member)]
fn roles_are_read_in_any_case(#[case] role: &str, #[case] expected: Role) {
    let line = format!("a@example.com,Ada,Acme,{role}");
    assert_eq!(person(&["email,name,account,role", &line]).role, expected);
}

#[test]
fn a_refused_line_still_tells_whose_it_is() {
    let mut reader = LineReader::default();
    let line = r#"{"email":"ada@example.com","name":"+plus","account":"Acme"}"#;
    let row = reader.read(line.as_bytes()).ok().flatten().unwrap();
    let error = Person::judge(&row, Argon2Cost::STANDARD).err().unwrap();
    assert_eq!(row.email().unwrap().as_str(), "ada@example.com");
    assert_eq!(
        error.to_string(),
        "the field `name` begins with `+`, as a formula of a spreadsheet does: write it without that sign (docs/IMPORT.md, Names)"
    );
}

/// A hash of Argon2 holds commas.
#[test]
fn a_hash_with_commas_that_is_not_quoted_has_its_hint() {
    let line = b"a@example.com,Ada,Acme,$argon2id$v=19$m=64,t=2,p=1$c2FsdA$eA";
    let error = error(&[b"email,name,account,password_hash", line]);
    assert_eq!(error, LineError::ManyColumns(4));
    assert!(error.to_string().contains("is quoted"));
}
