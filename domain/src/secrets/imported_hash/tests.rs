use proptest::prelude::*;
use rstest::rstest;

use super::*;

const OWN: Argon2Cost = Argon2Cost {
    memory_kib: 19_456,
    passes: 2,
};

/// Hashes that real programs made. That they fit their password is tested where they are computed
/// (`server/src/hasher/old_digest.rs`).
const VECTORS: &str = include_str!("vectors.txt");

fn scheme(text: &str) -> Result<Scheme, HashError> {
    match TakenHash::read(text, OWN)? {
        TakenHash::Old(old) => Ok(old.recipe.scheme),
        TakenHash::Own(_) => Err(HashError::Form),
    }
}

#[rstest]
#[case("django pbkdf2_sha256", "pbkdf2.sha256.1200")]
#[case("django pbkdf2_sha1", "pbkdf2.sha1.1200")]
#[case("django argon2", "argon2id.102400.2.8")]
#[case("django bcrypt_sha256", "bcrypt.sha256.4")]
#[case("django bcrypt", "bcrypt.plain.4")]
#[case("django scrypt", "scrypt.10.8.5")]
#[case("passlib argon2id", "argon2id.256.2.1")]
#[case("passlib argon2i", "argon2i.256.3.2")]
#[case("passlib bcrypt", "bcrypt.plain.4")]
#[case("passlib pbkdf2_sha1", "pbkdf2.sha1.1200")]
#[case("passlib pbkdf2_sha256", "pbkdf2.sha256.1200")]
#[case("passlib pbkdf2_sha512", "pbkdf2.sha512.1200")]
#[case("hashlib pbkdf2_hmac as PHC", "pbkdf2.sha256.1200")]
#[case("passlib scrypt", "scrypt.10.8.1")]
#[case("passlib phpass", "phpass.8")]
#[case("passlib phpass H", "phpass.8")]
#[case("WordPress 6.8 by hashlib and bcrypt", "bcrypt.wordpress.4")]
#[case("htpasswd -nbB", "bcrypt.plain.4")]
fn the_form_of_each_program_is_read(#[case] program: &str, #[case] expected: &str) {
    let vectors = VECTORS.lines().filter_map(|line| line.split_once('\t'));
    let mut of_program = vectors.filter(|(name, _)| *name == program).peekable();
    assert!(of_program.peek().is_some(), "no vector of {program}");
    for (_, hash) in of_program {
        let read = scheme(hash).map(|scheme| scheme.to_string());
        assert_eq!(read.as_deref(), Ok(expected), "{hash}");
    }
}

const BCRYPT: &str = "BLDKaMvUCzFQwpFiL88ZQ.PeUrf47n9lzAbiFWgtZxSa/JjtBHhb2";

#[rstest]
#[case("", HashError::Unknown)]
#[case("secret", HashError::Unknown)]
#[case("d2b949d1f07ccb69b0c50bc2a96cb3c8", HashError::Plain)]
#[case(
    "C41328FE4CAC92B92260EBB987C6DF284F5045CA4EF4CBD4A92F58FB3D70A0BD",
    HashError::Plain
)]
#[case("md5$salt$d2b949d1f07ccb69b0c50bc2a96cb3c8", HashError::Plain)]
#[case("{SSHA}qcTjv36xPyGMgcLq+QhiU/DuOnU7R2gN", HashError::Plain)]
#[case("{CRYPT}$6$salt$digest", HashError::Crypt)]
#[case("$1$salt$digest", HashError::Crypt)]
#[case("$5$rounds=5000$salt$digest", HashError::Crypt)]
#[case("$6$z9cf8DTkmR9yWMJa$yXNcuUU6obSjWpf7rURZBW", HashError::Crypt)]
#[case("$y$j9T$salt$digest", HashError::Crypt)]
#[case(
    "$argon2d$v=19$m=64,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Argon2Version
)]
#[case(
    "$argon2id$m=64,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Argon2Version
)]
#[case(
    "$argon2id$v=16$m=64,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Argon2Version
)]
#[case(
    "$argon2id$v=19$m=64,t=2$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Form
)]
#[case(
    "$argon2id$v=19$m=64,t=2,p=1,m=64$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Form
)]
#[case(
    "$argon2id$v=19$m=64,t=2,p=1,data=x$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Form
)]
#[case(
    "$argon2id$v=19$m=+64,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Form
)]
#[case(
    "$argon2id$v=19$m=4294967296,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::Form
)]
#[case(
    "$argon2id$v=19$m=4000000,t=2,p=1$lIEaGjiL33fSUoKltTVs0g$jiPqnUwUHT2GhrLASrA3gg",
    HashError::TooLarge
)]
#[case("$2b$04$short", HashError::Form)]
#[case(
    "$2b$4$BLDKaMvUCzFQwpFiL88ZQ.PeUrf47n9lzAbiFWgtZxSa/JjtBHhb2x",
    HashError::Form
)]
#[case(
    "$pbkdf2-sha256$1200$$skAZsME/gZOV5PRc4ZBR8jEoWuUnGdhA/FW6Ug4uApY",
    HashError::Form
)]
#[case("$pbkdf2-sha256$1200$c2FsdA$c2hvcnQ", HashError::Form)]
#[case(
    "$pbkdf2-sha384$1200$c2FsdA$skAZsME/gZOV5PRc4ZBR8jEoWuUnGdhA/FW6Ug4uApY",
    HashError::Form
)]
#[case(
    "$pbkdf2-sha256$i=1200,l=31$c2FsdA$skAZsME/gZOV5PRc4ZBR8jEoWuUnGdhA/FW6Ug4uApY",
    HashError::Form
)]
#[case(
    "pbkdf2_sha256$9000000$salt$UItSBH6Nh3pJcjA08WeSW9rJUN+4zS79bhVkjkmk15w=",
    HashError::TooSlow
)]
#[case(
    "scrypt$1000$salt$8$1$UItSBH6Nh3pJcjA08WeSW9rJUN+4zS79bhVkjkmk15w=",
    HashError::Form
)]
#[case(
    "$scrypt$ln=20,r=8,p=1$RKh1jlHqvVeKMQYAgND6vw$gws+gfNRq/QJZMyk3VXa759xtq5Ej3vbA0yhRuwLZbs",
    HashError::TooLarge
)]
#[case("$P$6Jzz0Eu78xvxsGcquyJZnj3oqrC7GS", HashError::Form)]
#[case("$P$!Jzz0Eu78xvxsGcquyJZnj3oqrC7GS0", HashError::Form)]
#[case("$P$\u{e9}Jzz0Eu78xvxsGcquyJZnj3oqrC7GS", HashError::Form)]
fn what_is_not_taken_has_its_reason(#[case] text: &str, #[case] expected: HashError) {
    assert_eq!(scheme(text).err(), Some(expected));
}

#[rstest]
#[case("$2x$04$", HashError::BcryptVersion)]
#[case("$2b$14$", HashError::TooSlow)]
#[case("$2b$03$", HashError::Form)]
#[case("$wp$2z$04$", HashError::Form)]
fn a_bcrypt_that_is_not_taken_has_its_reason(#[case] begin: &str, #[case] expected: HashError) {
    assert_eq!(scheme(&format!("{begin}{BCRYPT}")).err(), Some(expected));
}

/// A hash of this very program, or at its cost, needs no other form.
#[test]
fn argon2id_at_our_cost_is_kept() {
    let hash = VECTORS.lines().find(|line| line.contains("at our cost"));
    let (_, hash) = hash.unwrap().split_once('\t').unwrap();
    for text in [hash.to_owned(), format!("argon2{hash}")] {
        let taken = TakenHash::read(&text, OWN);
        assert!(matches!(taken, Ok(TakenHash::Own(kept)) if kept.expose() == hash));
    }
    // A text in another order or with padding would not be read by the own hasher.
    let reordered = hash.replace("m=19456,t=2,p=1", "p=1,m=19456,t=2");
    assert!(matches!(
        TakenHash::read(&reordered, OWN),
        Ok(TakenHash::Old(_))
    ));
    let padded = format!("{hash}=");
    assert!(matches!(
        TakenHash::read(&padded, OWN),
        Ok(TakenHash::Old(_))
    ));
}

#[test]
fn no_reason_repeats_the_hash() {
    for line in VECTORS.lines().filter(|line| line.contains('\t')) {
        let cut = &line.split_once('\t').unwrap().1[..20];
        if let Err(error) = scheme(cut) {
            assert!(!error.to_string().contains(cut));
        }
    }
}

fn over() -> SecretHash {
    SecretHash::phc("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA".to_owned())
}

#[test]
fn each_stored_form_is_read_back() {
    for line in VECTORS.lines().filter(|line| line.contains('\t')) {
        let Ok(TakenHash::Old(old)) = TakenHash::read(line.split_once('\t').unwrap().1, OWN) else {
            continue;
        };
        let stored = old.recipe.stored(&over());
        assert!(StoredHash::is_imported(&stored));
        match StoredHash::read(&stored) {
            Ok(StoredHash::Imported { recipe, over: read }) => {
                assert!(recipe == old.recipe && read == over(), "{line}");
            }
            _ => panic!("{line}"),
        }
    }
    assert!(matches!(StoredHash::read(&over()), Ok(StoredHash::Own(hash)) if hash == over()));
    assert!(!StoredHash::is_imported(&over()));
}

/// The index orders the rows by four digits.
#[test]
fn the_time_of_the_digest_stands_behind_the_mark() {
    let stored = |text: String| match TakenHash::read(&text, OWN) {
        Ok(TakenHash::Old(old)) => old.recipe.stored(&over()).expose()[..14].to_owned(),
        _ => panic!("{text}"),
    };
    assert_eq!(stored(format!("$2b$12${BCRYPT}")), "imported:0308:");
    assert_eq!(stored(format!("$2b$04${BCRYPT}")), "imported:0002:");
}

#[rstest]
#[case("imported:")]
#[case("imported:0267:bcrypt.plain.31:AAAA:23:$argon2id$")]
#[case("imported:0267:argon2id.4000000.1.1:AAAA:23:$argon2id$")]
#[case("imported:0267:rot13:AAAA:23:$argon2id$")]
#[case("imported:0267:bcrypt.plain.4:!:23:$argon2id$")]
#[case("imported:0267:bcrypt.plain.4:AAAA:0:$argon2id$")]
#[case("imported:0267:bcrypt.plain.4:AAAA:9999999:$argon2id$")]
fn a_changed_row_is_damaged(#[case] text: &str) {
    let stored = SecretHash::phc(text.to_owned());
    assert!(StoredHash::read(&stored).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\$|[a-z0-9_]{0,12}\\$)?[ -~]{0,90}") {
        let _ = TakenHash::read(&text, OWN);
        let _ = StoredHash::read(&SecretHash::phc(format!("{MARK}{text}")));
    }

    #[test]
    fn no_changed_hash_makes_the_reader_panic(index in 0_usize..20, at in 0_usize..80, put in any::<char>()) {
        let lines: Vec<&str> = VECTORS.lines().filter_map(|line| line.split('\t').nth(1)).collect();
        let mut text: Vec<char> = lines[index % lines.len()].chars().collect();
        let at = at % text.len();
        text[at] = put;
        let _ = TakenHash::read(&text.into_iter().collect::<String>(), OWN);
    }
}
