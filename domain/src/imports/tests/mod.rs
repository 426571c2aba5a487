//! Tests of the lines of a file, and of the people in them.

mod keys;
mod losses;
mod spreadsheets;

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::{people::roles::Role, secrets::imported_hash::Argon2Cost};

const ADA: &str = r#"{"email":"Ada@Example.com","name":"Ada Owner","account":"Acme"}"#;
const HASH: &str = "$2b$04$BLDKaMvUCzFQwpFiL88ZQ.PeUrf47n9lzAbiFWgtZxSa/JjtBHhb2";
const KEY: &str = "otpauth://totp/Old:ada?secret=GEZDGNBVGY3TQOJQ";

/// Reads lines and judges the people in them. Each line ends with a newline.
fn judged(lines: &[&[u8]]) -> Vec<Result<Option<Person>, LineError>> {
    let mut reader = LineReader::default();
    let lines = lines.iter().map(|line| {
        let row = reader.read(&[line, b"\n".as_slice()].concat())?;
        let person = row.map(|row| Person::judge(&row, Argon2Cost::STANDARD));
        person.transpose()
    });
    lines.collect()
}

fn error(lines: &[&[u8]]) -> LineError {
    let last = judged(lines).pop().unwrap();
    last.err().unwrap()
}

fn person(lines: &[&str]) -> Person {
    let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
    let last = judged(&lines).pop().unwrap();
    last.ok().flatten().unwrap()
}

#[test]
fn json_and_csv_describe_the_same_person() {
    let json = format!(
        r#"{{"email":"ada@example.com","name":"Ada \"A\", Owner","account":"Acme","role":"owner","password_hash":"{HASH}","totp":"{KEY}","mfa_name":"Phone","disabled":true}}"#
    );
    let header = "disabled,mfa_name,totp,password_hash,role,account,name,email";
    let csv = format!(r#"true,Phone,{KEY},"{HASH}",owner,Acme,"Ada ""A"", Owner",ada@example.com"#);
    for person in [person(&[&json]), person(&[header, &csv])] {
        assert_eq!(person.email.as_str(), "ada@example.com");
        assert_eq!(person.name.as_str(), "Ada \"A\", Owner");
        assert_eq!(person.account.as_str(), "Acme");
        assert_eq!(person.role, Role::Owner);
        assert!(person.disabled && person.password.is_some());
        let (key, name) = person.method.unwrap();
        assert_eq!(
            (key.expose(), name.as_str()),
            (b"1234567890".as_slice(), "Phone")
        );
        assert_eq!(person.losses, []);
    }
}

#[rstest]
#[case(&[ADA])]
#[case(&["\u{feff}email,name,account\r", "ada@example.com,Ada Owner,Acme\r"])]
#[case(&["", "email , name,account", "", "ada@example.com,Ada Owner,Acme"])]
#[case(&["email,name,account,role,disabled", "ada@example.com,Ada Owner,Acme,,"])]
#[case(&[r#"{"email":"ada@example.com","name":"Ada Owner","account":"Acme","role":null,"totp":"","disabled":false}"#])]
fn what_is_left_out_has_its_usual_value(#[case] lines: &[&str]) {
    let person = person(lines);
    assert_eq!(person.email.as_str(), "ada@example.com");
    assert_eq!((person.role, person.disabled), (Role::Member, false));
    assert!(person.password.is_none() && person.method.is_none());
    assert_eq!(person.losses, [Loss::NoPassword]);
}

#[rstest]
#[case(br#"{"email":"a@example.com","mail":"x"}"#, LineError::Misnamed("mail".into(), Field::Email))]
#[case(br#"{"email":"a@example.com","uid":"x"}"#, LineError::UnknownField("uid".into()))]
#[case(
    br#"{"email":"a@example.com","email":"b@example.com"}"#,
    LineError::Twice(Field::Email)
)]
#[case(
    br#"{"email":"a@example.com","email":null}"#,
    LineError::Twice(Field::Email)
)]
#[case(br#"{"email":17}"#, LineError::Type(Field::Email, "text or null"))]
#[case(br#"{"totp":["x"]}"#, LineError::Type(Field::Totp, "text or null"))]
#[case(br#"{"totp":{"x":1}}"#, LineError::Type(Field::Totp, "text or null"))]
#[case(
    br#"{"disabled":1}"#,
    LineError::Type(Field::Disabled, "true, false or null")
)]
#[case(br#"{"name":true}"#, LineError::Type(Field::Name, "text or null"))]
#[case(br#"{"email":"a@example.com""#, LineError::Json(24))]
#[case(br#"{"email":"a@example.com"} {}"#, LineError::Json(27))]
#[case(br"{}", LineError::Missing(Field::Email))]
#[case(
    br#"{"email":"a@example.com","account":"Acme"}"#,
    LineError::Missing(Field::Name)
)]
#[case(
    br#"{"email":"a@example.com","name":"Ada"}"#,
    LineError::Missing(Field::Account)
)]
#[case(br#"[{"email":"a@example.com"}]"#, LineError::JsonArray)]
#[case(b"[", LineError::JsonArray)]
#[case(b"{", LineError::JsonLines)]
#[case(br"user;password", LineError::Misnamed("password".into(), Field::PasswordHash))]
#[case(br"user;realm", LineError::NoHeader)]
#[case(br"name,account", LineError::NoHeader)]
#[case(br"email,name,email", LineError::Twice(Field::Email))]
#[case(br"email,uid", LineError::UnknownField("uid".into()))]
#[case(br"E-Mail,name,account", LineError::Misnamed("E-Mail".into(), Field::Email))]
#[case(br#"{"passwordHash":"x"}"#, LineError::Misnamed("passwordHash".into(), Field::PasswordHash))]
#[case(br"ada@example.com,Ada,Acme", LineError::HeaderMissing)]
#[case(b"email,name\rb", LineError::Control('\r'))]
#[case(b"\xff\xfee\0m\0a\0", LineError::Utf16)]
#[case(b"\xfe\xff\0e\0m\0a", LineError::Utf16)]
#[case(b"e\0m\0a\0", LineError::Utf16)]
#[case(b"\0e\0m\0a", LineError::Utf16)]
#[case(b"email,na\0me", LineError::Control('\0'))]
#[case(b"email\rname", LineError::Control('\r'))]
#[case(b"email,\xff", LineError::NotUtf8)]
#[case(b"{\"name\":\"\xed\xa0\x80\"}", LineError::NotUtf8)]
#[case("email,\u{feff}name".as_bytes(), LineError::ByteOrderMark)]
fn a_first_line_that_is_wrong_has_its_reason(#[case] line: &[u8], #[case] expected: LineError) {
    assert_eq!(error(&[line]), expected);
}

#[rstest]
#[case("a@example.com,Ada", LineError::FewColumns { found: 2, expected: 3 })]
#[case("a@example.com,Ada,Acme,more", LineError::ManyColumns(3))]
#[case("a@example.com,\"Ada,Acme", LineError::Quote)]
#[case("a@example.com,\"Ada\"x,Acme", LineError::Quote)]
#[case("a@example.com,A\"da,Acme", LineError::Quote)]
#[case("a@example.com,=1+1,Acme", LineError::Formula(Field::Name, '='))]
#[case("a@example.com,Ada,@SUM(A1)", LineError::Formula(Field::Account, '@'))]
#[case("a@example.com,Ada,Acme,,more", LineError::ManyColumns(3))]
#[case("a@example.com, +1,Acme", LineError::Formula(Field::Name, '+'))]
#[case("no address,Ada,Acme", LineError::Email("no address".into()))]
#[case("a\u{202e}b@example.com,Ada,Acme", LineError::Invalid(Field::Email, "leave out U+202E (direction override), which shows nothing".into()))]
#[case("a@example.com,  ,Acme", LineError::Missing(Field::Name))]
fn a_line_of_csv_that_is_wrong_has_its_reason(#[case] line: &str, #[case] expected: LineError) {
    assert_eq!(error(&[b"email,name,account", line.as_bytes()]), expected);
}

#[test]
fn wrong_values_of_other_fields_have_their_reason() {
    let header = b"email,name,account,role,disabled,mfa_name".as_slice();
    for (line, expected) in [
        (
            "admin,,",
            LineError::Invalid(Field::Role, "a role is `owner` or `member`".into()),
        ),
        (
            ",yes,",
            LineError::Type(Field::Disabled, "`true` or `false`"),
        ),
        (",,-Phone", LineError::Formula(Field::MfaName, '-')),
    ] {
        let line = format!("a@example.com,Ada,Acme,{line}");
        assert_eq!(error(&[header, line.as_bytes()]), expected);
    }
}

#[test]
fn long_lines_and_long_files_are_refused() {
    let longest = [vec![b' '; MAX_LINE_BYTES - 2], b",x\r".to_vec()].concat();
    assert_eq!(
        error(&[b"email", &longest]),
        LineError::ManyColumns(1),
        "the carriage return does not count"
    );
    let longer = vec![b'x'; MAX_LINE_BYTES + 1];
    assert_eq!(error(&[&longer]), LineError::TooLong);
    let mut reader = LineReader::default();
    for _ in 0..MAX_LINES {
        assert!(matches!(reader.read(b""), Ok(None)));
    }
    assert!(matches!(reader.read(b""), Err(LineError::TooMany)));
    let unknown = format!(r#"{{"{}":1}}"#, "x".repeat(5_000));
    assert!(error(&[unknown.as_bytes()]).to_string().len() < 300);
}

proptest! {
    #[test]
    fn no_line_makes_the_reader_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..4)) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let _ = judged(&lines);
    }

    /// What is written as CSV is read back, whatever the name. Its words are shorter than a secret.
    #[test]
    fn a_quoted_field_is_read_back(name in "[a-zA-Z]( [ -#%-~]{0,11}){0,3}[a-z]") {
        let line = format!("a@example.com,\"{}\",Acme", name.replace('"', "\"\""));
        let person = person(&["email,name,account", &line]);
        prop_assert_eq!(person.name.as_str(), name.trim());
    }
}
