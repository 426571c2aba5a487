//! Tests of what can't be taken of a person, and that no text repeats a secret.

use super::*;

#[test]
fn what_can_not_be_taken_is_a_loss_of_the_person() {
    let line = r#"{"email":"a@example.com","name":"Ada","account":"Acme","password_hash":"$6$salt$digest","totp":"otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ&counter=1"}"#;
    let person = person(&[line]);
    assert!(person.password.is_none() && person.method.is_none());
    let [Loss::Password(_), Loss::Method(KeyError::Hotp)] = person.losses[..] else {
        panic!("{:?}", person.losses)
    };
}

/// A line of Eve with these fields.
fn eve(more: &str) -> String {
    format!(r#"{{"email":"eve@example.com","name":"Eve","account":"Acme",{more}}}"#)
}

#[rstest]
#[case(r#""password_hash":"\\N""#)]
#[case(r#""password_hash":"NULL""#)]
#[case(r#""password_hash":"null","totp":"NULL","role":"\\N","disabled":"NULL""#)]
#[case(r#""password_hash":"!""#)]
#[case(r#""password_hash":"!$6$salt$digest""#)]
#[case(r#""password_hash":"!Uu3xHqLZkk9sTqpQ1mSYqy2hWzFAKzVbJbHkGS1q""#)]
#[case(r#""password_hash":"*""#)]
#[case(r#""password_hash":" ""#)]
fn the_words_of_other_programs_for_no_password_are_none(#[case] more: &str) {
    let person = person(&[&eve(more)]);
    assert_eq!(person.losses, [Loss::NoPassword]);
    assert_eq!((person.role, person.disabled), (Role::Member, false));
}

#[test]
fn blanks_around_a_hash_and_a_key_do_not_count() {
    let person = person(&[&eve(&format!(
        r#""password_hash":" {HASH}\n","totp":" {KEY} ""#
    ))]);
    assert_eq!(person.losses, []);
}

/// A note says what really happens: without a password nothing signs a person in, and an account
/// that requires MFA leads to the set-up.
#[test]
fn a_note_about_an_authenticator_fits_the_person_and_the_account() {
    let totp = r#""totp":"otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ""#;
    let with = person(&[&eve(&format!(r#"{totp},"password_hash":"{HASH}""#))]);
    let without = person(&[&eve(totp)]);
    let last = |person: &Person, requires_mfa| {
        let notes = person.notes(requires_mfa);
        let text = notes.last().unwrap().to_string();
        text.split_once("(HOTP); ").unwrap().1.to_owned()
    };
    assert_eq!(
        last(&with, false),
        "they must set MFA up again, and until then their password alone signs them in"
    );
    assert_eq!(
        last(&with, true),
        "their next sign-in leads them to the set-up, and until then their password alone is enough to enrol a device"
    );
    assert_eq!(
        last(&without, false),
        "they must set MFA up again, once they have a password"
    );
    assert_eq!(
        last(&without, true),
        "their first sign-in leads them to the set-up, once they have a password"
    );
}

#[rstest]
#[case("name", HASH)]
#[case("name", "pbkdf2_sha256$1000$salt$x")]
#[case("name", KEY)]
#[case("name", "GEZDGNBVGY3TQOJQ")]
#[case("account", HASH)]
#[case("account", KEY)]
#[case("email", HASH)]
#[case("email", "d2b949d1f07ccb69b0c50bc2a96cb3c8")]
#[case("role", HASH)]
#[case("disabled", KEY)]
#[case("mfa_name", KEY)]
fn a_secret_in_a_field_that_people_see_is_refused(#[case] field: &str, #[case] secret: &str) {
    let columns = [
        ("email", "eve@example.com"),
        ("name", "Eve"),
        ("account", "Acme"),
        ("role", ""),
        ("disabled", ""),
        ("mfa_name", ""),
    ];
    let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let shifted = columns.map(|(name, usual)| if name == field { secret } else { usual });
    let field = Field::find(field).unwrap();
    let error = error(&[header.join(",").as_bytes(), shifted.join(",").as_bytes()]);
    assert_eq!(error, LineError::Secret(field));
}

#[rstest]
#[case(
    r#""password_hash":"otpauth://totp/x?secret=SECRET""#,
    LineError::Shifted(Field::PasswordHash, "an otpauth URI")
)]
#[case(
    r#""totp":"$2b$04$SECRET""#,
    LineError::Shifted(Field::Totp, "a password hash")
)]
#[case(
    r#""totp":"pbkdf2_sha256$1000$salt$SECRET""#,
    LineError::Shifted(Field::Totp, "a password hash")
)]
fn secrets_in_each_others_field_are_refused(#[case] more: &str, #[case] expected: LineError) {
    assert_eq!(error(&[eve(more).as_bytes()]), expected);
}

/// A first line that is data is no list of unknown fields.
#[rstest]
#[case(format!("Ada,{HASH}"), LineError::HeaderMissing)]
#[case(format!("email,{HASH}"), LineError::HeaderMissing)]
#[case(format!("Ada,{KEY}"), LineError::HeaderMissing)]
#[case(format!(r#"{{"{HASH}":"x"}}"#), LineError::SecretName)]
fn a_secret_in_place_of_a_field_name_is_not_repeated(
    #[case] line: String,
    #[case] expected: LineError,
) {
    assert_eq!(error(&[line.as_bytes()]), expected);
}

/// No refusal repeats what the fields with secrets hold.
#[rstest]
#[case(r#"{"email":"a@example.com","password_hash":"SECRET","totp":"SECRET","disabled":"SECRET"}"#)]
#[case(r#"{"password_hash":"SECRET" "totp":"SECRET"}"#)]
#[case(r#"{"password_hash":["SECRET"]}"#)]
#[case(r#"{"email":"a@example.com","name":"Ada","account":"Acme","password_hash":"SECRET","totp":"SECRET"}"#)]
fn no_refusal_repeats_a_secret(#[case] line: &str) {
    let told = match judged(&[line.as_bytes()]).pop().unwrap() {
        Ok(person) => {
            let losses = person.unwrap().losses;
            let texts: Vec<String> = losses.iter().map(ToString::to_string).collect();
            format!("{losses:?} {texts:?}")
        }
        Err(error) => format!("{error:?} {error}"),
    };
    assert!(!told.contains("SECRET"), "{told}");
}
