//! An unchanged file is harmless whatever its people did meanwhile.

use domain::people::password::Password;
use usecases::operator::LineVerdict;

use super::*;

/// Judges the line again.
async fn expect_unchanged(server: &TestServer, line: &Value, after: &str) {
    let operator = server.operator();
    let mut plan = ImportPlan::start(&operator).await.unwrap();
    let line = line.to_string();
    plan.judge(&operator, line.as_bytes()).await.unwrap();
    let verdict = &plan.lines()[0].verdict;
    assert!(matches!(verdict, LineVerdict::Unchanged), "{after}");
}

#[tokio::test]
async fn an_unchanged_file_is_harmless_after_sign_ins_and_the_deletion_of_mfa() {
    let server = TestServer::start().await;
    server.add_owner().await;
    let mut line = eve(hash_of("django pbkdf2_sha256"));
    line["totp"] = json!(format!("otpauth://totp/Old:eve?secret={SECRET}"));
    let authenticator = Authenticator::new(SECRET);
    let code = || authenticator.code(server.clock.now().millis());
    import(&server, &line).await;
    expect_unchanged(&server, &line, "the import").await;

    let mut browser = server.browser();
    browser.sign_in(&EVE).await.expect_ok();
    expect_unchanged(&server, &line, "the password, which is hashed again").await;
    server.clock.next_step();
    let request = json!({ "code": code() });
    browser
        .call("session/verify_code", request)
        .await
        .expect_ok();
    expect_unchanged(&server, &line, "a sign-in").await;

    server.clock.next_step();
    let mut intent = json!({ "action": "delete" });
    browser
        .call("step_up/ask", intent.clone())
        .await
        .expect_ok();
    intent["code"] = json!(code());
    browser
        .call("step_up/verify_code", intent)
        .await
        .expect_ok();
    browser.ask("mfa/delete").await.expect_ok();
    expect_unchanged(&server, &line, "the deletion of MFA").await;
}

#[tokio::test]
async fn a_hash_and_a_key_that_are_refused_twice_are_harmless() {
    let server = TestServer::start().await;
    server.add_owner().await;
    let mut line = eve("$6$salt$digest");
    line["totp"] = json!(format!("otpauth://totp/x?secret={SECRET}&digits=8"));
    import(&server, &line).await;
    expect_unchanged(&server, &line, "the import").await;
    // The person chooses a password, and signs in without MFA.
    let operator = server.operator();
    let email = EVE.email.parse().unwrap();
    let user = operator::find_user(&operator, &email).await.unwrap();
    let password = Password::given(EVE.password);
    operator::set_password(&operator, &user.id, &password)
        .await
        .unwrap();
    expect_unchanged(&server, &line, "a first password").await;
    server.browser().sign_in(&EVE).await.expect_ok();
    expect_unchanged(&server, &line, "a sign-in").await;
}
