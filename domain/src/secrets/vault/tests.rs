use super::*;
use crate::second_factor::totp::TotpKey;

fn vault(byte: u8) -> Vault {
    Vault::new(&MasterKey::from_random([1; 4], [byte; 32]))
}

fn ids() -> (UserId, MethodId, SessionId) {
    (
        UserId::from_random([1; 16]),
        MethodId::from_random([2; 16]),
        SessionId::from_random([2; 16]),
    )
}

#[test]
fn a_sealed_key_opens_in_its_row_only() {
    let (user, method, session) = ids();
    let place = SealContext::Method(&user, &method);
    let sealed = vault(1)
        .seal(&TotpKey::from_random([9; 20]), place, [3; 24])
        .unwrap();

    assert_eq!(
        vault(1).open(&sealed, place).ok().unwrap().expose(),
        &[9; 20]
    );
    assert!(
        vault(1)
            .open(&sealed, SealContext::Pending(&user, &session))
            .is_err(),
        "another table"
    );
    assert!(
        vault(1)
            .open(
                &sealed,
                SealContext::Method(&UserId::from_random([7; 16]), &method)
            )
            .is_err(),
        "another user"
    );
    assert!(vault(2).open(&sealed, place).is_err(), "another master key");
    for index in 0..sealed.bytes.len() {
        let mut flipped = sealed.clone();
        flipped.bytes[index] ^= 1;
        assert!(
            vault(1).open(&flipped, place).is_err(),
            "byte {index} flipped"
        );
    }
}

#[test]
fn the_key_file_is_read_back() {
    let master = MasterKey::from_random([0xab; 4], [5; 32]);
    let again: MasterKey = master.expose().parse().ok().unwrap();
    assert_eq!(again.id.as_str(), "abababab");
    assert_eq!(again.check(), master.check());
    assert_ne!(
        MasterKey::from_random([0xab; 4], [6; 32]).check(),
        master.check()
    );
    for broken in ["", "k1", "k1:AAAA", ":".repeat(40).as_str()] {
        assert!(broken.parse::<MasterKey>().is_err());
    }
}

#[test]
fn an_index_depends_on_user_and_code() {
    let code = BackupCode::from_random([1; 10]);
    let (user, ..) = ids();
    let index = vault(1).backup_code_index(&user, &code);
    assert_eq!(
        index,
        vault(1).backup_code_index(
            &user,
            &code.to_string().to_lowercase().parse().ok().unwrap()
        )
    );
    assert_ne!(
        index,
        vault(1).backup_code_index(&UserId::from_random([7; 16]), &code)
    );
    assert_ne!(
        index,
        vault(1).backup_code_index(&user, &BackupCode::from_random([2; 10]))
    );
    assert_ne!(index, vault(2).backup_code_index(&user, &code));
}
