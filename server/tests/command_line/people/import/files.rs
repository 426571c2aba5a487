//! Files that are refused, and where files come from.

use super::*;

/// A refused line leaves nothing of the file, and no refusal repeats a secret.
#[rstest]
#[case(
    "eve@example.com,Eve,Nowhere,,",
    "line 4: eve@example.com is refused: there is no account `Nowhere`: `twinlock account add` makes one."
)]
#[case(
    "max@example.com,Max,Example Ltd,,",
    "line 4: max@example.com is refused: line 3 has the same address; keep one of them (`twinlock member add` adds a person to a further account)."
)]
#[case("eve,Eve,Example Ltd,,", "line 4: `eve` is not an email address.")]
#[case(
    "eve@example.com,=HYPERLINK(A1),Example Ltd,,",
    "line 4: eve@example.com is refused: the field `name` begins with `=`, as a formula of a spreadsheet does: write it without that sign (docs/IMPORT.md, Names)."
)]
#[case(
    "eve@example.com,$2b$04$SECRET,Example Ltd,,",
    "line 4: eve@example.com is refused: the field `name` looks like a hash or a key: are the columns shifted?"
)]
#[case(
    "eve@example.com,Eve,UItSBH6Nh3pJcjA08WeSW9rJUN+4zS79bhVkjkmk15w=,,",
    "line 4: eve@example.com is refused: the field `account` looks like a hash or a key: are the columns shifted?"
)]
#[case(
    "eve@example.com,Eve,Example Ltd,admin,",
    "line 4: eve@example.com is refused: the field `role` is not valid: a role is `owner` or `member`."
)]
#[case(
    "eve@example.com,Eve,Example Ltd,",
    "line 4: the line has 4 fields, but the header has 5."
)]
fn one_refused_line_leaves_nothing_of_the_file(#[case] line: &str, #[case] said: &str) {
    let site = ProgramSite::with_account();
    let file = format!(
        "email,name,account,role,password_hash\n\
         ada@example.com,Ada,Example Ltd,owner,{BCRYPT}\n\
         max@example.com,Max,Example Ltd,,{BCRYPT}\n{line}\n"
    );
    let done = import(&site, file, &[]);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.out.trim_end(),
        format!(
            "{said}\n2 could be added (2 with a password, 0 with an authenticator), 0 exist already."
        )
    );
    assert_eq!(
        done.err,
        "twinlock: nothing was imported, because 1 of 3 lines is refused\n"
    );
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(listed, json!([]));
}

/// Otherwise each of the two could sign in with the codes of the other.
#[test]
fn two_people_with_one_key_are_refused() {
    let site = ProgramSite::with_account();
    let file = format!(
        "email,name,account,totp\n\
         ada@example.com,Ada,Example Ltd,{KEY}\n\
         max@example.com,Max,Example Ltd,{KEY}&issuer=Old\n\
         eve@example.com,Eve,Nowhere,\n\
         eva@example.com,Eva,Nowhere,\n"
    );
    let done = import(&site, file, &[]);
    assert_eq!(done.code, 1);
    let said: Vec<&str> = done
        .out
        .lines()
        .filter(|line| !line.contains("Note"))
        .collect();
    let no_account = "there is no account `Nowhere`: `twinlock account add` makes one.";
    assert_eq!(
        said[..4],
        [
            "line 3: max@example.com is refused: line 2 has the same authenticator key, so an export gave one of them the key of the other; correct it, or leave `totp` out of both.".to_owned(),
            format!("line 4: eve@example.com is refused: {no_account}"),
            format!("line 5: eva@example.com is refused: {no_account}"),
            format!("2 lines are refused because {no_account}"),
        ]
    );
}

#[rstest]
#[case::empty(b"", "the file holds no person")]
#[case::only_a_header(b"email,name,account\n", "the file holds no person")]
fn a_file_without_people_is_refused(#[case] content: &[u8], #[case] reason: &str) {
    let site = ProgramSite::with_account();
    assert_eq!(import(&site, content, &[]).expect_refused(1), reason);
}

/// What a wrong file, an attacker or a spreadsheet may bring.
#[rstest]
#[case::no_table("PK\u{3}\u{4}".into(), "line 1: the line holds the control character U+0003.")]
#[case::not_utf_8(b"email,name,account\nada@example.com,Zo\xeb,Example Ltd\n".to_vec(), "line 2: the line is not UTF-8 text.")]
#[case::cut(b"email,name,account,disabled\nada@example.com,Ada,Example Ltd,".to_vec(), "line 2: the file may be cut short: end it with a newline if it is whole.")]
#[case::nul(b"email,name,account\nada@example.com,A\0da,Example Ltd\n".to_vec(), "line 2: the line holds the control character U+0000.")]
#[case::columns(format!("email,name,account\n{}\n", ",".repeat(1_000_000)).into(), "line 2: the line is longer than 8192 bytes.")]
#[case::unknown("email,uid\n".into(), "line 1: there is no field `uid`; the fields are email, name, account, role, password_hash, totp, mfa_name and disabled.")]
#[case::twice("email,name,name\n".into(), "line 1: the field `name` comes twice.")]
#[case::open_quote("email,name,account\nada@example.com,\"Ada\nOwner\",Example Ltd\n".into(), "line 2: a quotation mark is out of place: a field with one is quoted and doubles it, and no field spans lines.")]
fn hostile_files_are_refused_by_line(#[case] content: Vec<u8>, #[case] said: &str) {
    let site = ProgramSite::with_account();
    let done = import(&site, content, &[]);
    assert_eq!(done.code, 1);
    assert_eq!(done.out.lines().next().unwrap(), said);
    let listed = site.run(&["user", "list", "--json"]).expect_json();
    assert_eq!(listed, json!([]));
}

/// A file of another kind is refused once, not at each of its lines.
#[rstest]
#[case::utf_16(b"\xff\xfee\0m\0a\0i\0l\0\n\0".to_vec(), "line 1: the file is UTF-16: `iconv -f UTF-16 -t UTF-8` converts it.")]
#[case::array(b"[\n  {\n    \"email\": \"ada@example.com\"\n  }\n]\n".to_vec(), "line 1: the file is one JSON array: `jq -c '.[]'` writes each of its objects on a line.")]
#[case::data(b"ada@example.com,Ada,Example Ltd\n".to_vec(), "line 1: the header is missing: the first line of CSV names the fields, such as `email,name,account`.")]
#[case::meant("email,password\n".into(), "line 1: there is no field `password`: did you mean `password_hash`?")]
#[case::no_newline(vec![b'x'; 20_000_000], "line 1: the line is longer than 8192 bytes.")]
#[case::header(format!("email{}\n", ",x".repeat(1_000_000)).into(), "line 1: the line is longer than 8192 bytes.")]
fn a_file_of_another_kind_has_one_refusal(#[case] content: Vec<u8>, #[case] said: &str) {
    let site = ProgramSite::with_account();
    let done = import(&site, content, &[]);
    assert_eq!(done.out, format!("{said}\n"));
    assert_eq!(
        done.err,
        "twinlock: nothing was imported, because line 1 is refused\n"
    );
}

#[test]
fn spreadsheets_and_standard_input_are_read() {
    let site = ProgramSite::with_account();
    let file = format!("\u{feff}{}", two().replace('\n', "\r\n"));
    let done = site.run_with(&["user", "import", "-"], &file);
    assert!(
        done.expect_done()
            .contains("\n2 added (1 with a password, 1 with an authenticator), 0 exist already.\n")
    );
}

#[test]
fn a_file_that_others_may_read_is_warned_of() {
    let site = ProgramSite::with_account();
    let file = site.file("open");
    fs::write(&file, two()).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    let done = site.run(&["user", "import", file.to_str().unwrap()]);
    assert_eq!(
        done.err,
        format!(
            "twinlock: {} holds password hashes and authenticator keys, and other users of this machine may read it: `chmod 600` it, and delete it after the import\n",
            file.display()
        )
    );
    assert_eq!(done.code, 0);
    let missing = site.run(&["user", "import", "/no/such/file"]);
    assert!(
        missing
            .expect_refused(1)
            .starts_with("opening /no/such/file: ")
    );
    let folder = site.file(".");
    let folder = site.run(&["user", "import", folder.to_str().unwrap()]);
    assert!(folder.expect_refused(1).ends_with(" is a folder"));
}

/// A device without an end does not keep the command busy for ever.
#[test]
fn a_line_without_an_end_is_read_only_so_far() {
    let site = ProgramSite::with_account();
    let done = site.run(&["user", "import", "/dev/zero"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.out, "line 1: the line is longer than 8192 bytes.\n");
    // Behind a header, the reader would go on to the next line.
    let endless = format!("email,name,account\n{}\nx", "x".repeat(5_000_000));
    let done = site.run_with(&["user", "import", "-"], &endless);
    assert_eq!(done.out, "line 2: the line is longer than 8192 bytes.\n");
}

/// Scripts read one JSON value, whether the file is refused as a whole, by line, or not.
#[rstest]
#[case("", "the file holds no person")]
#[case("{}\n", "nothing was imported, because line 1 is refused")]
#[case(
    "email,name,account\na@,Ada,Example Ltd\nmax@example.com,Max,Nowhere\n",
    "nothing was imported, because 2 of 2 lines are refused"
)]
fn a_refusal_is_one_json_value(#[case] content: &str, #[case] error: &str) {
    let site = ProgramSite::with_account();
    let done = import(&site, content, &["--json"]);
    assert_eq!(done.code, 1);
    let value: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(value["error"], error);
    assert_eq!(done.err, format!("twinlock: {error}\n"));
}
