//! The credentials of passkeys and security keys in a rotation.

use data_encoding::BASE32_NOPAD;
use domain::{
    ids::{MethodId, UserId},
    secrets::{
        keys::KeyRing,
        vault::{KeyId, Sealed, Vault},
    },
    webauthn::{
        authenticators::{Aaguid, KeyKind},
        credential::Credential,
        public_key::PublicKey,
    },
};
use serde_json::json;
use sqlx::{AnyConnection, Connection, Row};

use crate::{
    keys::rotation::{ids, key_file, with_people, write},
    support::program::ProgramSite,
};

fn credential(number: u8) -> Credential {
    Credential {
        kind: KeyKind::SecurityKey,
        id: vec![number; 16].try_into().unwrap(),
        // A key of zeros would be a point for which anyone can sign.
        public_key: PublicKey::EdDsa([number + 7; 32]),
        user_verified: false,
        backup_eligible: false,
        aaguid: Aaguid::default(),
        rp_id: "localhost".to_owned(),
    }
}

fn vault(site: &ProgramSite) -> Vault {
    let ring: KeyRing = key_file(site).parse().ok().unwrap();
    Vault::new(ring.current().unwrap())
}

fn user(number: u8) -> UserId {
    format!("{number:032x}").parse().unwrap()
}

fn method(number: u8) -> MethodId {
    format!("{:032x}", 0xff00 + u32::from(number))
        .parse()
        .unwrap()
}

/// Gives each of these users a security key beside their authenticator.
fn add_keys(site: &ProgramSite, count: u8) {
    let vault = vault(site);
    let mut statements = Vec::new();
    for number in 0..count {
        let (user, method) = (user(number), method(number));
        let sealed = vault.seal_credential(&credential(number), &user, &method, [number; 24]);
        let sealed = sealed.ok().unwrap();
        let bytes = |bytes: &[u8]| json!({ "bytes": BASE32_NOPAD.encode(bytes) });
        statements.push((
            "INSERT INTO mfa_methods (id, user_id, name, added_at, kind, is_default) VALUES ($1, $2, 'Stick', 0, 'security_key', 0)",
            vec![json!(method.as_str()), json!(user.as_str())],
        ));
        statements.push((
            "INSERT INTO public_keys (method_id, credential_id, key_id, sealed_key, counter, backup_eligible, backed_up, transports, rp_id) VALUES ($1, $2, $3, $4, 0, 0, 0, 'usb', 'localhost')",
            vec![
                json!(method.as_str()),
                bytes(&[number; 16]),
                json!(sealed.key_id.as_str()),
                bytes(&sealed.bytes),
            ],
        ));
    }
    write(site, &statements);
}

/// The credential of that user, as the database holds it.
fn stored(site: &ProgramSite, number: u8) -> Sealed {
    sqlx::any::install_default_drivers();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut raw = AnyConnection::connect(site.url()).await.unwrap();
        let sql = "SELECT key_id, sealed_key FROM public_keys WHERE method_id = $1";
        let row = sqlx::query(sql)
            .bind(method(number).as_str().to_owned())
            .fetch_one(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
        Sealed {
            key_id: KeyId::stored(row.get("key_id")),
            bytes: row.get("sealed_key"),
        }
    })
}

#[test]
fn credentials_open_after_a_rotation_and_the_old_key_is_needed_until_then() {
    let site = with_people(2);
    add_keys(&site, 2);
    site.run(&["key", "new"]).expect_done();
    let [old, new] = &ids(&site)[..] else {
        panic!("two keys")
    };
    let needed = site.run(&["key", "drop", old]);
    let line = needed.expect_refused(1);
    assert!(line.contains("is needed by 8 rows"), "{line}");
    site.run(&["key", "rotate"]).expect_done();
    site.run(&["key", "drop", old]).expect_done();
    let vault = vault(&site);
    for number in 0..2 {
        let sealed = stored(&site, number);
        assert_eq!(sealed.key_id.as_str(), new);
        let opened = vault.open_credential(&sealed, &user(number), &method(number));
        assert_eq!(opened, Ok(credential(number)));
    }
}

/// A program that writes to the database gives no user the key of another one.
#[test]
fn a_credential_in_the_row_of_another_user_is_reported_by_a_rotation() {
    let site = with_people(2);
    add_keys(&site, 2);
    let swap = "UPDATE public_keys SET sealed_key = (SELECT b.sealed_key FROM public_keys b WHERE b.method_id = $1) WHERE method_id = $2";
    let methods = [1, 0].map(|number| json!(method(number).as_str()));
    write(&site, &[(swap, methods.to_vec())]);
    site.run(&["key", "new"]).expect_done();
    let old = ids(&site)[0].clone();
    let rotated = site.run(&["key", "rotate", "--json"]);
    let (_, line) = rotated.expect_failed(1);
    assert!(line.starts_with("1 row"), "{line}");
    assert_eq!(stored(&site, 0).key_id.as_str(), old);
    let needed = site.run(&["key", "drop", &old]);
    let line = needed.expect_refused(1);
    assert!(line.contains("is needed by 1 row"), "{line}");
}
