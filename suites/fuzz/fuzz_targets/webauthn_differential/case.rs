//! One ceremony: what was asked, and what the browser sends.

use data_encoding::BASE64URL_NOPAD;
use domain::webauthn::{
    authentication::StoredCredential, authenticators::KeyKind, public_key::Algorithm,
};
use ring::digest::{SHA256, digest};

use crate::{
    cbor_reader::{Strange, Value},
    cbor_writer::Item,
    choices::Choices,
    client::ClientData,
    keys,
};

pub const UP: u8 = 0x01;
pub const UV: u8 = 0x04;
pub const BE: u8 = 0x08;
pub const BS: u8 = 0x10;
pub const AT: u8 = 0x40;
pub const ED: u8 = 0x80;

pub const HANDLE: [u8; 64] = [0x1d; 64];
/// The ids of the user's two keys.
pub const IDS: [[u8; 32]; 2] = [[0xc1; 32], [0xc2; 32]];

/// A ceremony, as both sides judge it.
#[derive(Debug)]
pub struct Case {
    /// Whether the RP ID is that of the parent domain.
    pub is_parent: bool,
    pub kind: KeyKind,
    pub offered: Vec<Algorithm>,
    pub requires_user_verification: bool,
    /// The user's keys, of which an authentication names one.
    pub stored: Vec<StoredCredential>,
    pub raw_id: Vec<u8>,
    pub client_data: Vec<u8>,
    /// What a registration has.
    pub attestation_object: Option<Vec<u8>>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
    pub user_handle: Option<Vec<u8>>,
    /// Whether the base64url of the answer is padded.
    pub is_padded: bool,
}

/// Authenticator data before they are written.
struct AuthenticatorData {
    rp_id: &'static str,
    flags: u8,
    /// Flags that say something else than what follows them.
    flipped: u8,
    counter: u32,
    credential: Option<(Vec<u8>, Item)>,
    length: Option<u16>,
    extensions: Option<Item>,
    rest: Vec<u8>,
}

/// Authenticator data as a lenient reader sees them.
pub struct Parts {
    pub rp_id_hash: Vec<u8>,
    pub flags: u8,
    pub counter: u32,
    pub id: Option<Vec<u8>>,
    pub key: Option<(Value, Strange)>,
    pub extensions: Option<(Value, Strange)>,
    pub goes_on: bool,
}

impl AuthenticatorData {
    fn new(is_parent: bool, credential: Option<(Vec<u8>, Item)>) -> Self {
        Self {
            rp_id: if is_parent {
                "example.com"
            } else {
                "panel.example.com"
            },
            flags: UP | UV,
            flipped: 0,
            counter: 0,
            credential,
            length: None,
            extensions: None,
            rest: Vec::new(),
        }
    }

    fn change(&mut self, choices: &mut Choices<'_>) {
        match choices.below(14) {
            0 => {
                self.rp_id =
                    choices.one_of(&["example.com", "panel.example.com", "PANEL.example.com", ""])
            }
            1..=3 => self.flags = choices.byte() & 0x3f,
            4 => self.flipped ^= choices.one_of(&[AT, ED]),
            5 => self.counter = choices.one_of(&[1, 2, 7, 8, u32::MAX]),
            6 => self.extensions = Some(extensions(choices)),
            7 | 8 => match &mut self.extensions {
                Some(extensions) => extensions.change(choices),
                none => *none = Some(extensions(choices)),
            },
            9 => self.rest = choices.bytes(4),
            10 | 11 => match &mut self.credential {
                Some((_, key)) if choices.bit() => *key = keys::strange_key(choices),
                Some((id, _)) => {
                    let other = choices.one_of(&[15, 16, 33, 1023, 1024, 4096, 4097, 0]);
                    id.resize(other, 0xc1);
                    self.length = choices.bit().then(|| u16::from(choices.byte()));
                }
                none => *none = Some((IDS[0].to_vec(), keys::cose_key(Algorithm::Es256))),
            },
            _ => match &mut self.credential {
                Some((_, key)) => key.change(choices),
                None => self.counter = u32::from(choices.byte()),
            },
        }
    }

    fn written(&self) -> Vec<u8> {
        let mut flags = self.flags;
        let credential = self.credential.as_ref().map(|(id, key)| {
            flags |= AT;
            let length = self.length.unwrap_or(id.len() as u16).to_be_bytes();
            [&[0xaa; 16][..], &length, id, &key.written()].concat()
        });
        let extensions = self.extensions.as_ref().map(|extensions| {
            flags |= ED;
            extensions.written()
        });
        [
            digest(&SHA256, self.rp_id.as_bytes()).as_ref(),
            &[flags ^ self.flipped],
            &self.counter.to_be_bytes(),
            &credential.unwrap_or_default(),
            &extensions.unwrap_or_default(),
            &self.rest,
        ]
        .concat()
    }
}

fn extensions(choices: &mut Choices<'_>) -> Item {
    Item::named([
        (
            "credProtect",
            Item::Integer(choices.one_of(&[2, 1, 3, 4, 0, -1])),
        ),
        (
            "hmac-secret",
            Item::Raw(vec![choices.one_of(&[0xf5, 0xf4, 0xf6, 0])]),
        ),
    ])
}

impl Parts {
    /// `None` if the data are malformed for every reader.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (fixed, mut rest) = bytes.split_at_checked(37)?;
        let (flags, counter) = (fixed[32], u32::from_be_bytes(fixed[33..].try_into().ok()?));
        let (mut id, mut key, mut extensions) = (None, None, None);
        if flags & AT != 0 {
            let (fixed, after) = rest.split_at_checked(18)?;
            let length = u16::from_be_bytes([fixed[16], fixed[17]]);
            let (named, after) = after.split_at_checked(length.into())?;
            let (value, strange, after) = Value::read(after)?;
            (id, key, rest) = (Some(named.to_vec()), Some((value, strange)), after);
        }
        if flags & ED != 0 {
            let (value, strange, after) = Value::read(rest)?;
            (extensions, rest) = (Some((value, strange)), after);
        }
        let rp_id_hash = fixed[..32].to_vec();
        Some(Self {
            rp_id_hash,
            flags,
            counter,
            id,
            key,
            extensions,
            goes_on: !rest.is_empty(),
        })
    }
}

impl Case {
    fn new(choices: &mut Choices<'_>) -> Self {
        let bits = choices.byte();
        let all = Algorithm::OFFERED.into_iter().enumerate();
        Self {
            is_parent: bits & 1 != 0,
            kind: if bits & 2 == 0 {
                KeyKind::Passkey
            } else {
                KeyKind::SecurityKey
            },
            // Mostly all three.
            offered: match bits >> 5 {
                0..=4 => Algorithm::OFFERED.to_vec(),
                left_out => all
                    .filter(|(place, _)| place + 5 != usize::from(left_out))
                    .map(|(_, it)| it)
                    .collect(),
            },
            requires_user_verification: bits & 4 != 0,
            stored: Vec::new(),
            raw_id: IDS[0].to_vec(),
            client_data: Vec::new(),
            attestation_object: None,
            authenticator_data: Vec::new(),
            signature: Vec::new(),
            user_handle: None,
            is_padded: false,
        }
    }

    /// Sets a key up.
    pub fn registration(algorithm: Algorithm, choices: &mut Choices<'_>) -> Self {
        let mut case = Self::new(choices);
        let mut client_data = ClientData::new("webauthn.create");
        let credential = Some((IDS[0].to_vec(), keys::cose_key(algorithm)));
        let mut data = AuthenticatorData::new(case.is_parent, credential);
        let (mut object, mut extra) = (None, None);
        let mut format = Item::text("none");
        let mut statement = Item::named([]);
        let mut damage = Vec::new();
        for _ in 0..choices.below(4) {
            match choices.below(13) {
                0..=3 => client_data.change(choices),
                4..=7 => data.change(choices),
                8 => {
                    let named = data.credential.as_ref().map(|(id, _)| id.clone());
                    case.raw_id = named.unwrap_or_default();
                    if choices.below(4) == 3 {
                        choices.damage(&mut case.raw_id);
                    }
                }
                9 => {
                    format = Item::text(choices.one_of(&[
                        "packed",
                        "apple",
                        "fido-u2f",
                        "of the future",
                        "tpm",
                        "",
                    ]));
                    statement.change(choices);
                }
                10 => object = Some(choices.bytes(6)),
                11 => {
                    extra = Some((
                        choices.one_of(&["epAtt", "largeBlobKey", ""]),
                        Item::leaf(choices),
                    ))
                }
                _ if choices.below(8) == 7 => case.is_padded = true,
                _ => damage = choices.bytes(6),
            }
        }
        // A long id is the one that the browser names, mostly.
        if case.raw_id == IDS[0]
            && let Some((id, _)) = &data.credential
        {
            case.raw_id.clone_from(id);
        }
        let mut written = data.written();
        if !damage.is_empty() && damage[0] & 1 == 0 {
            Choices(&damage).damage(&mut written);
        }
        let mut members = vec![
            (Item::text("fmt"), format),
            (Item::text("attStmt"), statement),
            (Item::text("authData"), Item::Bytes(written)),
        ];
        members.extend(extra.map(|(name, value)| (Item::text(name), value)));
        let mut whole = Item::Map(members);
        if let Some(changes) = object {
            whole.change(&mut Choices(&changes));
        }
        let mut written = whole.written();
        if !damage.is_empty() && damage[0] & 1 == 1 {
            Choices(&damage[1..]).damage(&mut written);
        }
        case.client_data = client_data.written();
        case.authenticator_data = Value::read(&written)
            .and_then(|(object, ..)| object.at("authData")?.as_bytes().map(<[u8]>::to_vec))
            .unwrap_or_default();
        case.attestation_object = Some(written);
        case
    }

    /// Proves the user with one of the stored keys.
    pub fn authentication(
        algorithm: Algorithm,
        stored: &[StoredCredential],
        choices: &mut Choices<'_>,
    ) -> Self {
        let mut case = Self {
            stored: stored.to_vec(),
            ..Self::new(choices)
        };
        case.raw_id = stored[0].id.as_bytes().to_vec();
        let mut client_data = ClientData::new("webauthn.get");
        let mut data = AuthenticatorData::new(case.is_parent, None);
        data.counter = stored[0]
            .counter
            .saturating_add(u32::from(stored[0].counter > 0));
        data.flags |= if stored[0].backup_eligible { BE } else { 0 };
        let mut signer = algorithm;
        let (mut rewritten, mut before, mut after) = (None, None, None);
        for _ in 0..choices.below(4) {
            match choices.below(13) {
                0..=2 => client_data.change(choices),
                3..=6 => data.change(choices),
                7 => {
                    case.raw_id = choices
                        .one_of::<&[u8]>(&[&IDS[1], &[0xc3; 32], &[0xc1; 31]])
                        .to_vec()
                }
                8 => {
                    let handles: [&[u8]; 4] = [&HANDLE, &[], &[0x1d; 63], &[0x1e; 64]];
                    case.user_handle = Some(choices.one_of(&handles).to_vec());
                }
                9 => rewritten = Some(choices.bytes(4)),
                10 => before = Some(choices.bytes(5)),
                11 => after = Some(choices.bytes(5)),
                _ if choices.below(8) == 7 => case.is_padded = true,
                _ => signer = choices.one_of(&Algorithm::OFFERED),
            }
        }
        case.client_data = client_data.written();
        case.authenticator_data = data.written();
        if let Some(changes) = before {
            Choices(&changes).damage(&mut case.authenticator_data);
        }
        let hash = digest(&SHA256, &case.client_data);
        case.signature = keys::sign(signer, &[&case.authenticator_data, hash.as_ref()].concat());
        if let Some(changes) = rewritten {
            keys::rewrite(&mut case.signature, &mut Choices(&changes));
        }
        if let Some(changes) = after {
            let mut choices = Choices(&changes);
            let parts = [
                &mut case.signature,
                &mut case.authenticator_data,
                &mut case.client_data,
            ];
            let place = choices.below(parts.len());
            parts
                .into_iter()
                .nth(place)
                .into_iter()
                .for_each(|part| choices.damage(part));
        }
        case
    }

    /// The answer in the JSON of the page.
    pub fn json(&self) -> String {
        let encoded = |bytes: &[u8]| {
            let text = BASE64URL_NOPAD.encode(bytes);
            let padding = if self.is_padded {
                (4 - text.len() % 4) % 4
            } else {
                0
            };
            format!("\"{text}{}\"", "=".repeat(padding))
        };
        let id = encoded(&self.raw_id);
        let client_data = encoded(&self.client_data);
        let response = match &self.attestation_object {
            Some(object) => format!(
                r#""attestationObject":{},"transports":["usb"]"#,
                encoded(object)
            ),
            None => format!(
                r#""authenticatorData":{},"signature":{},"userHandle":{}"#,
                encoded(&self.authenticator_data),
                encoded(&self.signature),
                self.user_handle
                    .as_deref()
                    .map_or("null".to_owned(), encoded),
            ),
        };
        format!(
            r#"{{"id":{id},"rawId":{id},"type":"public-key","clientExtensionResults":{{}},
            "response":{{"clientDataJSON":{client_data},{response}}}}}"#
        )
    }
}
