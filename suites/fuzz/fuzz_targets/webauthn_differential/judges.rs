//! Both sides judge a ceremony: the rules of `domain`, and Kanidm's `webauthn-rs-core`, which is
//! configured to ask for the same.

use std::{sync::LazyLock, time::Duration};

use domain::webauthn::{
    answers::{AuthenticationAnswer, RegistrationAnswer},
    authentication::{AuthenticationError, AuthenticationExpectations, verify_authentication},
    authenticators::KeyKind,
    public_key::{Algorithm, PublicKey},
    registration::{RegistrationError, RegistrationExpectations, verify_registration},
    relying_party::RelyingParty,
    values::{Challenge, UserHandle},
};
use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AttestationFormat, AuthenticationState, COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType,
        COSEOKPKey, COSERSAKey, Credential, ECDSACurve, EDDSACurve, ParsedAttestation,
        RegisteredExtensions, RegistrationState, UserVerificationPolicy,
    },
};

use crate::{
    case::{Case, HANDLE},
    client::{CHALLENGE, ORIGIN},
    keys::Ring,
};

/// What an accepted answer says.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub id: Vec<u8>,
    /// The key that a registration brings.
    pub key: Option<PublicKey>,
    pub counter: u32,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
}

/// Why our side refuses an answer.
#[derive(Debug)]
pub enum OurError {
    Answer,
    Registration(RegistrationError),
    Authentication(AuthenticationError),
}

/// Why the other side refuses an answer.
#[derive(Debug)]
pub enum TheirError {
    Answer,
    Webauthn(WebauthnError),
}

pub fn ours(case: &Case) -> Result<Facts, OurError> {
    let relying_party = RelyingParty::new(ORIGIN, case.is_parent.then_some("example.com"));
    let relying_party = &relying_party.expect("an origin");
    let challenge = Challenge::from_random([7; 32]).hash();
    if case.attestation_object.is_some() {
        let expected = RegistrationExpectations {
            relying_party,
            challenge,
            kind: case.kind,
            algorithms: &case.offered,
        };
        let answer = RegistrationAnswer::from_json(&case.json()).map_err(|_| OurError::Answer)?;
        let new = verify_registration(&expected, &answer).map_err(OurError::Registration)?;
        return Ok(Facts {
            id: new.id.as_bytes().to_vec(),
            key: Some(new.public_key),
            counter: new.counter,
            user_verified: new.user_verified,
            backup_eligible: new.backup_eligible,
            backed_up: new.backed_up,
        });
    }
    let expected = AuthenticationExpectations {
        relying_party,
        challenge,
        user_handle: &UserHandle::from_bytes(HANDLE),
        requires_user_verification: case.requires_user_verification,
    };
    let answer = AuthenticationAnswer::from_json(&case.json()).map_err(|_| OurError::Answer)?;
    let proof = verify_authentication(&expected, &case.stored, &answer, &Ring);
    let proof = proof.map_err(OurError::Authentication)?;
    Ok(Facts {
        id: proof.credential.id.as_bytes().to_vec(),
        key: None,
        counter: proof.counter,
        user_verified: proof.user_verified,
        backup_eligible: proof.backup_eligible,
        backed_up: proof.backed_up,
    })
}

/// The other side, for the host as RP ID and for its parent.
static CORES: LazyLock<[WebauthnCore; 2]> = LazyLock::new(|| {
    ["panel.example.com", "example.com"].map(|id| {
        let origins = vec![Url::parse(ORIGIN).expect("a URL")];
        let minute = Duration::from_secs(60);
        WebauthnCore::new_unsafe_experts_only("Panel", id, origins, minute, None, None)
    })
});

/// A state of the other side without its algorithms and its policy. The challenge is ours; the
/// interface of the other side takes none.
static REGISTRATION: LazyLock<Value> = LazyLock::new(|| {
    let builder = CORES[0]
        .new_challenge_register_builder(&HANDLE, "name", "name")
        .expect("a builder");
    let (_, state) = CORES[0]
        .generate_challenge_register(builder)
        .expect("a state");
    let mut state = serde_json::to_value(state).expect("JSON");
    state["challenge"] = json!(CHALLENGE);
    state
});

/// A state that takes note of a gained BE instead of refusing it, as our side does.
static AUTHENTICATION: LazyLock<[AuthenticationState; 2]> = LazyLock::new(|| {
    [false, true].map(|is_required| {
        let builder =
            CORES[0].new_challenge_authenticate_builder(Vec::new(), Some(policy(is_required)));
        let builder = builder
            .expect("a builder")
            .allow_backup_eligible_upgrade(true);
        let (_, state) = CORES[0]
            .generate_challenge_authenticate(builder)
            .expect("a state");
        let mut state = serde_json::to_value(state).expect("JSON");
        state["challenge"] = json!(CHALLENGE);
        serde_json::from_value(state).expect("a state")
    })
});

/// What is not required is left open: the other side would take "preferred" as a promise for later.
const fn policy(is_required: bool) -> UserVerificationPolicy {
    if is_required {
        UserVerificationPolicy::Required
    } else {
        UserVerificationPolicy::Discouraged_DO_NOT_USE
    }
}

pub fn theirs(case: &Case) -> Result<Facts, TheirError> {
    let core = &CORES[usize::from(case.is_parent)];
    if case.attestation_object.is_some() {
        let mut state = REGISTRATION.clone();
        let algorithms: Vec<_> = case
            .offered
            .iter()
            .map(|algorithm| cose_algorithm(*algorithm))
            .collect();
        state["credential_algorithms"] = json!(algorithms);
        state["policy"] = json!(policy(case.kind == KeyKind::Passkey));
        let state: RegistrationState = serde_json::from_value(state).expect("a state");
        let answer = serde_json::from_str(&case.json()).map_err(|_| TheirError::Answer)?;
        let new = core
            .register_credential(&answer, &state, None)
            .map_err(TheirError::Webauthn)?;
        return Ok(Facts {
            id: new.cred_id,
            key: our_key(new.cred),
            counter: new.counter,
            user_verified: new.user_verified,
            backup_eligible: new.backup_eligible,
            backed_up: new.backup_state,
        });
    }
    let mut state = AUTHENTICATION[usize::from(case.requires_user_verification)].clone();
    state.set_allowed_credentials(
        case.stored
            .iter()
            .map(|stored| Credential {
                cred_id: stored.id.as_bytes().to_vec(),
                cred: their_key(&stored.public_key),
                counter: stored.counter,
                transports: None,
                user_verified: true,
                backup_eligible: stored.backup_eligible,
                backup_state: false,
                registration_policy: policy(false),
                extensions: RegisteredExtensions::none(),
                attestation: ParsedAttestation::default(),
                attestation_format: AttestationFormat::None,
            })
            .collect(),
    );
    let answer = serde_json::from_str(&case.json()).map_err(|_| TheirError::Answer)?;
    let proof = core
        .authenticate_credential(&answer, &state)
        .map_err(TheirError::Webauthn)?;
    Ok(Facts {
        id: proof.cred_id().clone(),
        key: None,
        counter: proof.counter(),
        user_verified: proof.user_verified(),
        backup_eligible: proof.backup_eligible(),
        backed_up: proof.backup_state(),
    })
}

fn cose_algorithm(algorithm: Algorithm) -> COSEAlgorithm {
    match algorithm {
        Algorithm::Es256 => COSEAlgorithm::ES256,
        Algorithm::EdDsa => COSEAlgorithm::EDDSA,
        Algorithm::Rs256 => COSEAlgorithm::RS256,
    }
}

fn their_key(key: &PublicKey) -> COSEKey {
    let type_ = cose_algorithm(key.algorithm());
    let key = match key {
        PublicKey::Es256 { x, y } => COSEKeyType::EC_EC2(COSEEC2Key {
            curve: ECDSACurve::SECP256R1,
            x: x.to_vec(),
            y: y.to_vec(),
        }),
        PublicKey::EdDsa(x) => COSEKeyType::EC_OKP(COSEOKPKey {
            curve: EDDSACurve::ED25519,
            x: x.to_vec(),
        }),
        PublicKey::Rs256 { modulus } => COSEKeyType::RSA(COSERSAKey {
            n: modulus.clone(),
            e: [1, 0, 1],
        }),
    };
    COSEKey { type_, key }
}

/// `None` if our side has no such key.
fn our_key(key: COSEKey) -> Option<PublicKey> {
    match (key.type_, key.key) {
        (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(key)) => Some(PublicKey::Es256 {
            x: key.x.try_into().ok()?,
            y: key.y.try_into().ok()?,
        }),
        (COSEAlgorithm::RS256, COSEKeyType::RSA(key)) if key.e == [1, 0, 1] => {
            Some(PublicKey::Rs256 { modulus: key.n })
        }
        _ => None,
    }
}
