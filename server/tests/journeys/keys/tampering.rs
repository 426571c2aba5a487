//! What a writer of the database can do with keys.

use domain::people::roles::Role;

use super::{AdaWithKey, newest_event};
use crate::support::{TestServer, max};

/// A key of the attacker's, with all columns and the sealed row of another user's, or of their own.
#[tokio::test]
async fn wa21_a_key_slipped_into_the_database_opens_nothing() {
    let server = TestServer::start().await;
    let mut ada = AdaWithKey::on(&server).await;
    server.add_user(&max(), Role::Member).await;
    let mut thief = AdaWithKey::of(&server, max()).await;
    let (hers, his) = (server.user(&ada.person).await, server.user(&max()).await);
    // His method becomes hers, with the key.
    let moved = format!(
        "UPDATE mfa_methods SET user_id = '{}', is_default = 0 WHERE user_id = '{}'",
        hers.as_str(),
        his.as_str()
    );
    assert_eq!(server.database.change(&moved).await, 1);
    let (mut browser, options) = ada.half(&server).await;
    assert!(!thief.key.is_allowed_by(&options));
    thief.key.user_handle = None;
    let answer = thief.key.sign(&options);
    let answer = browser.call("session/verify_key", answer).await;
    answer.expect_refused(500, "failed");
    let told = newest_event(&server).await;
    assert!(told.contains("damaged passkey"), "{told}");
    // The sealed row alone is copied over hers.
    let copied = format!(
        "UPDATE public_keys SET sealed_key = (
            SELECT sealed_key FROM public_keys k WHERE k.rp_id = public_keys.rp_id
            AND k.method_id <> public_keys.method_id
         ) WHERE method_id = (SELECT id FROM mfa_methods WHERE user_id = '{}' AND is_default = 1)",
        hers.as_str()
    );
    assert_eq!(server.database.change(&copied).await, 1);
    let mut half = server.browser();
    half.sign_in(&ada.person).await.expect_ok();
    let answer = half.ask("session/key_challenge").await;
    answer.expect_refused(500, "failed");
    ada.browser.ask("profile/view").await.expect_ok();
}
