//! A person from another program signs in with the password and the authenticator that they had.

mod repeated;

use domain::ports::SecretHash;
use rstest::rstest;
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;
use usecases::operator::{self, ImportPlan};

use crate::support::{TestPerson, TestServer};

const EVE: TestPerson = TestPerson {
    name: "Eve Imported",
    email: "eve@example.com",
    password: "correct horse 電池 staple",
    account: "Example Ltd",
};
/// Of this password, by Django, passlib, `htpasswd` and others.
const VECTORS: &str = include_str!("../../../../domain/src/secrets/imported_hash/vectors.txt");
const SECRET: &str = "GEZDGNBVGY3TQOJQ";

fn hash_of(program: &str) -> &'static str {
    let mut lines = VECTORS.lines();
    let line = lines.find(|line| line.starts_with(program)).unwrap();
    line.split_once('\t').unwrap().1
}

async fn import(server: &TestServer, line: &Value) {
    let operator = server.operator();
    let mut plan = ImportPlan::start(&operator).await.unwrap();
    plan.judge(&operator, line.to_string().as_bytes())
        .await
        .unwrap();
    assert!(!plan.is_refused());
    plan.carry_out(&operator, |_, _| {}).await.unwrap();
}

fn eve(hash: &str) -> Value {
    json!({ "email": EVE.email, "name": EVE.name, "account": EVE.account, "password_hash": hash })
}

async fn stored(server: &TestServer) -> SecretHash {
    let email = EVE.email.parse().unwrap();
    let user = operator::find_user(&server.operator(), &email)
        .await
        .unwrap();
    let password = server.services.users.password(&user.id).await.unwrap();
    password.unwrap()
}

#[tokio::test]
async fn the_old_password_and_the_old_authenticator_sign_in() {
    let server = TestServer::start().await;
    server.add_owner().await;
    let mut line = eve(hash_of("django pbkdf2_sha256"));
    line["totp"] = json!(format!("otpauth://totp/Old:eve?secret={SECRET}"));
    let authenticator = Authenticator::new(SECRET);
    import(&server, &line).await;
    let mut browser = server.browser();
    let half = browser.sign_in(&EVE).await.expect_ok();
    assert_eq!(half["standing"]["standing"], "half_signed_in");
    // The code that the other program may have taken a moment ago does not work again.
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let before = browser.call("session/verify_code", code).await;
    assert_eq!(before.refusal().1, "already_used");
    server.clock.next_step();
    let code = json!({ "code": authenticator.code(server.clock.now().millis()) });
    let signed_in = browser.call("session/verify_code", code).await.expect_ok();
    assert_eq!(signed_in["viewer"]["standing"]["standing"], "full");
    assert_eq!(
        (&signed_in["codes_left"], &signed_in["has_no_codes_yet"]),
        (&Value::Null, &json!(true)),
        "the pages offer the first codes"
    );
    let profile = browser.ask("profile/view").await.expect_ok();
    let method = &profile["methods"][0];
    assert_eq!(
        (&method["name"], &method["is_default"]),
        (&json!("Authenticator application"), &json!(true))
    );
    assert_eq!(
        (&profile["codes_left"], &profile["codes_saved"]),
        (&json!(0), &json!(false))
    );
}

#[tokio::test]
async fn a_rehash_happens_once_at_the_first_right_password() {
    let server = TestServer::start().await;
    server.add_owner().await;
    import(&server, &eve(hash_of("htpasswd"))).await;
    let imported = stored(&server).await;
    assert!(imported.expose().starts_with("imported:"));
    assert!(
        server
            .services
            .imports
            .slowest_digest()
            .await
            .unwrap()
            .is_some()
    );
    let wrong = TestPerson {
        password: "wrong horse",
        ..EVE
    };
    let refused = server.browser().sign_in(&wrong).await;
    refused.expect_refused(401, "wrong_credentials");
    assert!(
        stored(&server).await == imported,
        "a wrong password changes nothing"
    );

    server.browser().sign_in(&EVE).await.expect_ok();
    let own = stored(&server).await;
    assert!(own.expose().starts_with("$argon2id$v=19$"));
    assert_eq!(
        server.services.imports.slowest_digest().await.unwrap(),
        None
    );
    server.browser().sign_in(&EVE).await.expect_ok();
    assert!(stored(&server).await == own, "the hash is replaced once");
}

/// Two sign-ins at once: both replace the hash, one does, and both sessions open.
#[tokio::test]
async fn two_first_sign_ins_at_once_both_succeed() {
    let server = TestServer::start().await;
    server.add_owner().await;
    import(&server, &eve(hash_of("passlib scrypt"))).await;
    let (mut one, mut other) = (server.browser(), server.browser());
    let (first, second) = tokio::join!(one.sign_in(&EVE), other.sign_in(&EVE));
    first.expect_ok();
    second.expect_ok();
    assert!(stored(&server).await.expose().starts_with("$argon2id$"));
}

#[tokio::test]
async fn every_supported_hash_signs_its_person_in() {
    let server = TestServer::start().await;
    server.add_owner().await;
    let programs = VECTORS.lines().filter_map(|line| line.split_once('\t'));
    for (number, (program, hash)) in programs.enumerate() {
        let email = format!("eve{number}@example.com");
        let mut line = eve(hash);
        line["email"] = json!(email);
        import(&server, &line).await;
        let form = json!({ "email": email, "password": EVE.password });
        let mut browser = server.browser().from(&format!("198.51.100.{number}"));
        let signed_in = browser.call("session/sign_in", form).await;
        assert_eq!(signed_in.status, 200, "{program}");
    }
}

/// A weak password signs in, the answer says that it is weak, and its change follows the rule.
#[tokio::test]
async fn a_short_imported_password_signs_in_and_can_be_changed() {
    let server = TestServer::start().await;
    server.add_owner().await;
    // `short` by Apache's htpasswd.
    import(
        &server,
        &eve("$2y$04$xHx7u6XvhrZ6pq1EH0I63uQEQGU.9FdURhyUVLMvHe1SeZkfXfmLu"),
    )
    .await;
    let short = TestPerson {
        password: "short",
        ..EVE
    };
    let mut browser = server.browser();
    for _ in 0..2 {
        let asked = browser.sign_in(&short).await.expect_ok();
        assert_eq!(asked["has_weak_password"], true, "at each sign-in");
    }
    let whoami = browser.ask("session/whoami").await.expect_ok();
    assert_eq!(whoami["has_weak_password"], false, "without the password");
    let mut change = json!({ "current": "short", "new": "shorter still" });
    let refused = browser
        .call("profile/change_password", change.clone())
        .await;
    assert_eq!(refused.status, 422);
    change["new"] = json!("a lamp behind the third door");
    browser
        .call("profile/change_password", change)
        .await
        .expect_ok();
    let long = TestPerson {
        password: "a lamp behind the third door",
        ..EVE
    };
    let content = browser.sign_in(&long).await.expect_ok();
    assert_eq!(content["has_weak_password"], false);
}

/// Both are texts that another program may have hashed, and that no one may sign in by.
#[rstest]
#[case::empty("$2b$04$cl/UC.jd1zLbt.gvjDVvLeeWbAxPysJX4jtkOk1n.Um53tVPXOk0.", "")]
#[case::zero_byte("$2b$04$aa2aTdWd7Xwp6KjlwIXQGeIelAviAQP61Sc2jQ.pozWzjfUCpQmiO", "x\0x")]
#[tokio::test]
async fn no_password_is_empty_or_holds_a_zero_byte(#[case] hash: &str, #[case] typed: &str) {
    let server = TestServer::start().await;
    server.add_owner().await;
    import(&server, &eve(hash)).await;
    let form = json!({ "email": EVE.email, "password": typed });
    let refused = server.browser().call("session/sign_in", form).await;
    refused.expect_refused(401, "wrong_credentials");
    let kept = stored(&server).await;
    assert!(
        kept.expose().starts_with("imported:"),
        "nothing is hashed anew"
    );
}

/// bcrypt takes a longer text for the password too. To keep that text would lock out the person who
/// types the password itself.
#[tokio::test]
async fn a_password_that_bcrypt_cuts_is_not_replaced_by_what_was_typed() {
    let server = TestServer::start().await;
    server.add_owner().await;
    // A hundred times `x`, by Python's `bcrypt`.
    let hash = "$2b$04$/1FSaV04FvMqYziO3G6q.ufHjSAFMsGnA.CudzusF3BFYxzG5OMmy";
    import(&server, &eve(hash)).await;
    for length in [99, 72, 100] {
        let form = json!({ "email": EVE.email, "password": "x".repeat(length) });
        let signed_in = server.browser().call("session/sign_in", form).await;
        signed_in.expect_ok();
        let kept = stored(&server).await;
        assert!(kept.expose().starts_with("imported:"), "{length}");
    }
    let mut browser = server.browser();
    let form = json!({ "email": EVE.email, "password": "x".repeat(100) });
    browser.call("session/sign_in", form).await.expect_ok();
    let change = json!({ "current": "x".repeat(100), "new": "a lamp behind the third door" });
    let changed = browser.call("profile/change_password", change).await;
    changed.expect_ok();
    assert!(stored(&server).await.expose().starts_with("$argon2id$"));
}
