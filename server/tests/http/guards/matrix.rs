//! Every server function for every kind of session and every relation to an account: allowed, or
//! the right refusal.

use std::collections::BTreeSet;

use app::wire::access::ACCESS;
use domain::people::roles::Role;
use serde_json::{Value, json};

use crate::support::{
    HttpAnswer, MemberWithMfa, RouterBrowser, TestPerson, TestServer, ada, eve, max, olga,
};

/// No session, half signed in, several accounts to choose from, held at the set-up, a member, an
/// Owner; the last four without MFA.
const SESSIONS: [&str; 6] = ["nobody", "half", "choose", "held", "member", "owner"];

/// Each function with the result of a well-formed request for each of [`SESSIONS`]: `ok`, or the
/// kind of the refusal.
#[rustfmt::skip]
const FUNCTIONS: &[(&str, [&str; 6])] = &[
    ("session/whoami", ["ok", "ok", "ok", "ok", "ok", "ok"]),
    ("session/sign_in", ["wrong_credentials", "wrong_credentials", "wrong_credentials", "wrong_credentials", "wrong_credentials", "wrong_credentials"]),
    ("session/verify_code", ["not_signed_in", "wrong_code", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]),
    ("session/verify_backup_code", ["not_signed_in", "wrong_code", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]),
    ("session/key_challenge", ["not_signed_in", "no_method", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]),
    ("session/verify_key", ["not_signed_in", "key_refused", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]),
    ("session/sign_out", ["not_signed_in", "ok", "ok", "ok", "ok", "ok"]),
    ("session/confirm_password", ["not_signed_in", "not_allowed", "not_allowed", "wrong_credentials", "wrong_credentials", "wrong_credentials"]),
    ("session/check_setup_link", ["link_dead", "link_dead", "link_dead", "link_dead", "link_dead", "link_dead"]),
    ("session/create_first_owner", ["link_dead", "link_dead", "link_dead", "link_dead", "link_dead", "link_dead"]),
    ("session/check_invitation", ["link_dead", "link_dead", "link_dead", "link_dead", "link_dead", "link_dead"]),
    ("session/accept_invitation", ["link_dead", "link_dead", "link_dead", "link_dead", "link_dead", "link_dead"]),
    ("session/helpers", ["not_signed_in", "ok", "not_allowed", "not_allowed", "not_allowed", "not_allowed"]),
    ("session/accounts", ["not_signed_in", "not_allowed", "ok", "ok", "ok", "ok"]),
    ("session/choose_account", ["not_signed_in", "not_allowed", "not_found", "not_found", "ok", "ok"]),
    ("profile/view", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "ok", "ok"]),
    ("profile/change_password", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "wrong_credentials", "wrong_credentials"]),
    ("mfa/set_up", ["not_signed_in", "not_allowed", "not_allowed", "ok", "ok", "ok"]),
    ("mfa/set_up_key", ["not_signed_in", "not_allowed", "not_allowed", "ok", "ok", "ok"]),
    ("mfa/pending", ["not_signed_in", "not_allowed", "not_allowed", "ok", "ok", "ok"]),
    ("mfa/confirm", ["not_signed_in", "not_allowed", "not_allowed", "nothing_pending", "nothing_pending", "nothing_pending"]),
    ("mfa/confirm_key", ["not_signed_in", "not_allowed", "not_allowed", "nothing_pending", "nothing_pending", "nothing_pending"]),
    ("mfa/cancel", ["not_signed_in", "not_allowed", "not_allowed", "ok", "ok", "ok"]),
    ("mfa/backup_codes", ["not_signed_in", "not_allowed", "not_allowed", "nothing_pending", "nothing_pending", "nothing_pending"]),
    ("mfa/finish", ["not_signed_in", "not_allowed", "not_allowed", "nothing_pending", "nothing_pending", "nothing_pending"]),
    ("mfa/keep_codes", ["not_signed_in", "not_allowed", "not_allowed", "nothing_pending", "nothing_pending", "nothing_pending"]),
    ("mfa/generate", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "verification_required", "verification_required"]),
    ("mfa/delete", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "verification_required", "verification_required"]),
    ("mfa/rename", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("mfa/make_default", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("mfa/test", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("mfa/key_challenge", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("mfa/test_key", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "key_refused", "key_refused"]),
    ("mfa/accepted_keys", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "ok", "ok"]),
    ("step_up/ask", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("step_up/asked", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "ok", "ok"]),
    ("step_up/verify_code", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "nothing_pending", "nothing_pending"]),
    ("step_up/verify_backup_code", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "nothing_pending", "nothing_pending"]),
    ("step_up/key_challenge", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "no_method", "no_method"]),
    ("step_up/verify_key", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "nothing_pending", "nothing_pending"]),
    ("step_up/cancel", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "ok", "ok"]),
    ("accounts/list", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "ok", "ok"]),
    ("accounts/require_mfa", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "not_allowed", "ok"]),
    ("accounts/lift_rule", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "not_allowed", "verification_required"]),
    ("accounts/members", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "not_allowed", "ok"]),
    ("accounts/export", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "not_allowed", "ok"]),
    ("accounts/reset_member", ["not_signed_in", "not_allowed", "not_allowed", "set_up_required", "not_allowed", "no_reset"]),
];

/// Functions about an account, with the result for each relation of a full session with MFA to it
/// (Owner, member, stranger), and for its Owner without MFA who works in another account while this
/// one requires MFA.
#[rustfmt::skip]
const ABOUT_AN_ACCOUNT: &[(&str, [&str; 4])] = &[
    ("accounts/require_mfa", ["ok", "not_allowed", "not_found", "set_up_required"]),
    ("accounts/lift_rule", ["verification_required", "not_allowed", "not_found", "set_up_required"]),
    ("accounts/members", ["ok", "not_allowed", "not_found", "set_up_required"]),
    ("accounts/export", ["ok", "not_allowed", "not_found", "set_up_required"]),
    ("accounts/reset_member", ["no_reset", "not_allowed", "not_found", "set_up_required"]),
    ("step_up/ask", ["ok", "not_allowed", "not_found", "no_method"]),
    ("session/choose_account", ["ok", "ok", "not_found", "ok"]),
];

/// A request with all fields that the functions read.
fn request(account: &Value, member: &Value) -> Value {
    json!({
        "action": "rule-off", "account": account, "member": member,
        "code": "000000", "name": "Phone", "set": "0".repeat(32), "method": "0".repeat(32),
        "email": "nobody@example.com", "password": "no password of anybody",
        "current": "no password of anybody", "new": "somebody's next password",
        "kind": "passkey", "is_default": false, "answer": "{}",
        "token": "A".repeat(43), "search": "", "state": null, "page": 0,
    })
}

/// Adapts a field that has another meaning here: the name of a new account for the first owner, or
/// a backup code.
fn fitting(function: &str, mut request: Value) -> Value {
    match function {
        "session/create_first_owner" => request["account"] = json!("New Ltd"),
        "session/verify_backup_code" | "step_up/verify_backup_code" => {
            request["code"] = json!("AAAA-AAAA-AAAA-AAAA");
        }
        _ => {}
    }
    request
}

async fn send(browser: &mut RouterBrowser, function: &str, request: Value) -> HttpAnswer {
    let without_arguments = [
        "session/whoami",
        "session/sign_out",
        "session/key_challenge",
        "session/helpers",
        "session/accounts",
        "profile/view",
        "mfa/set_up",
        "mfa/pending",
        "mfa/cancel",
        "mfa/backup_codes",
        "mfa/keep_codes",
        "mfa/generate",
        "mfa/delete",
        "mfa/accepted_keys",
        "step_up/asked",
        "step_up/key_challenge",
        "step_up/cancel",
        "accounts/list",
    ];
    if without_arguments.contains(&function) {
        browser.ask(function).await
    } else {
        browser.call(function, fitting(function, request)).await
    }
}

#[track_caller]
fn expect(answer: &HttpAnswer, expected: &str, cell: &str) {
    let got = if answer.is_success() {
        "ok".to_owned()
    } else {
        answer.kind()
    };
    assert_eq!(got, expected, "{cell}: {}", answer.text());
}

async fn signed_in(server: &TestServer, person: &TestPerson) -> RouterBrowser {
    let mut browser = server.browser();
    browser.sign_in(person).await.expect_ok();
    browser
}

/// Makes a browser for each of [`SESSIONS`], all on one server.
async fn sessions(server: &TestServer) -> Vec<RouterBrowser> {
    let (owner, half) = (
        server.add_owner().await,
        TestPerson {
            email: "half@example.com",
            ..max()
        },
    );
    server.add_user(&max(), Role::Member).await;
    server.add_user(&half, Role::Member).await;
    MemberWithMfa::of(server, half).await;
    server.add_account("Other Ltd").await;
    server.add_account("Strict Ltd").await;
    server.require_mfa("Strict Ltd").await;
    server.add_user(&olga(), Role::Owner).await;
    server.join(&olga(), "Strict Ltd", Role::Owner).await;
    server.add_user(&eve(), Role::Owner).await;
    vec![
        server.browser(),
        signed_in(server, &half).await,
        signed_in(server, &olga()).await,
        signed_in(server, &eve()).await,
        signed_in(server, &max()).await,
        signed_in(server, &owner).await,
    ]
}

#[test]
fn no_function_is_missing() {
    let listed: BTreeSet<String> = FUNCTIONS
        .iter()
        .map(|(path, _)| format!("/api/{path}"))
        .collect();
    let known: BTreeSet<String> = ACCESS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, known);
}

#[tokio::test]
async fn every_function_for_every_session() {
    for (function, cells) in FUNCTIONS {
        let server = TestServer::start().await;
        let browsers = sessions(&server).await;
        let account = json!(server.account("Example Ltd").await);
        let owner = json!(server.user(&ada()).await);
        for ((mut browser, expected), session) in browsers.into_iter().zip(cells).zip(SESSIONS) {
            let mut request = request(&account, &owner);
            // Each session has an address of its own, because repeated wrong passwords for one
            // address are delayed.
            request["email"] = json!(format!("{session}@example.net"));
            let answer = send(&mut browser, function, request).await;
            expect(&answer, expected, &format!("{function} for {session}"));
        }
    }
}

#[tokio::test]
async fn every_function_about_an_account_for_every_relation_to_it() {
    for (function, cells) in ABOUT_AN_ACCOUNT {
        let server = TestServer::start().await;
        let mut owner = MemberWithMfa::on(&server).await.browser;
        server.add_user(&max(), Role::Member).await;
        let mut member = MemberWithMfa::of(&server, max()).await.browser;
        server.add_account("Other Ltd").await;
        server.add_account("Strict Ltd").await;
        server.add_user(&eve(), Role::Owner).await;
        let mut stranger = MemberWithMfa::of(&server, eve()).await.browser;
        server.add_user(&olga(), Role::Owner).await;
        server.join(&olga(), "Example Ltd", Role::Owner).await;
        let mut elsewhere = signed_in(&server, &olga()).await;
        let other = json!({ "account": server.account("Other Ltd").await });
        elsewhere
            .call("session/choose_account", other)
            .await
            .expect_ok();

        let account = json!(server.account("Example Ltd").await);
        let target = request(&account, &json!(server.user(&ada()).await));
        let relations = [
            (
                &mut elsewhere,
                3,
                "its Owner without MFA, from another account",
            ),
            (&mut stranger, 2, "a stranger"),
            (&mut member, 1, "a member"),
            (&mut owner, 0, "an Owner"),
        ];
        server.require_mfa("Example Ltd").await;
        for (browser, column, relation) in relations {
            let answer = send(browser, function, target.clone()).await;
            expect(
                &answer,
                cells[column],
                &format!("{function} for {relation}"),
            );
        }
    }
}
