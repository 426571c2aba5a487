//! Authenticator keys as otpauth URIs.

use data_encoding::BASE32_NOPAD;
use percent_encoding::percent_decode_str;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::second_factor::totp::TotpKey;

/// Why a key can't be taken. The text repeats nothing of the URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The text is no otpauth URI.
    #[error("it is not a URI that begins with `otpauth://totp/`")]
    Form,
    /// A counter-based key.
    #[error("it is a counter-based key (HOTP)")]
    Hotp,
    /// A parameter that comes twice.
    #[error("a parameter comes twice")]
    Twice,
    /// Another hash function than SHA-1.
    #[error("its codes are made with another algorithm than SHA-1")]
    Algorithm,
    /// Other codes than six digits.
    #[error("its codes do not have six digits")]
    Digits,
    /// Other steps than 30 seconds.
    #[error("its codes do not last for 30 seconds")]
    Period,
    /// Another alphabet than digits, such as Steam's.
    #[error("its codes are not made of digits (`encoder`)")]
    Encoder,
    /// Steps that are not counted from 1970.
    #[error("its time does not begin in 1970 (`epoch` or `t0`)")]
    Epoch,
    /// A key without its URI.
    #[error("it is a bare key: write `otpauth://totp/x?secret=KEY`")]
    Bare,
    /// A hexadecimal key, with or without its URI.
    #[error("its key is hexadecimal: write it in base32, as `otpauth://totp/x?secret=KEY`")]
    Hex,
    /// An export of Google Authenticator.
    #[error("it is an export of several keys (`otpauth-migration:`), not an `otpauth:` URI")]
    Migration,
    /// The secret is missing or empty.
    #[error("it has no secret")]
    NoSecret,
    /// The secret is not base32.
    #[error("its secret is not base32")]
    Secret,
    /// The secret is shorter than ten bytes or longer than 64.
    #[error("its secret does not have 10 to 64 bytes")]
    Length,
}

/// Reads an otpauth URI (the Key Uri Format of Google Authenticator).
///
/// # Errors
/// [`KeyError`], if the key can't be taken.
pub fn read_uri(uri: &str) -> Result<TotpKey, KeyError> {
    let uri = uri.trim();
    let (scheme, rest) = uri.split_once("://").ok_or_else(|| bare(uri))?;
    if scheme.eq_ignore_ascii_case("otpauth-migration") {
        return Err(KeyError::Migration);
    }
    let (kind, rest) = rest.split_once(['/', '?']).ok_or(KeyError::Form)?;
    if !scheme.eq_ignore_ascii_case("otpauth") {
        return Err(KeyError::Form);
    }
    if kind.eq_ignore_ascii_case("hotp") {
        return Err(KeyError::Hotp);
    }
    if !kind.eq_ignore_ascii_case("totp") {
        return Err(KeyError::Form);
    }
    let query = rest.split_once('?').map_or(rest, |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let names = [
        "secret",
        "algorithm",
        "digits",
        "period",
        "encoder",
        "epoch",
        "t0",
    ];
    let [secret, algorithm, digits, period, encoder, epoch, t0] = parameters(query, names)?;
    let is_other = |given: &Option<Zeroizing<String>>, usual: &[&str]| {
        let given = given.as_ref().map(|text| text.to_ascii_uppercase());
        given.is_some_and(|text| !usual.contains(&text.as_str()))
    };
    if is_other(&algorithm, &["SHA1", "SHA-1", "HMACSHA1"]) {
        return Err(KeyError::Algorithm);
    }
    if is_other(&digits, &["6"]) {
        return Err(KeyError::Digits);
    }
    if is_other(&period, &["30"]) {
        return Err(KeyError::Period);
    }
    if is_other(&encoder, &[""]) {
        return Err(KeyError::Encoder);
    }
    if is_other(&epoch, &["", "0"]) || is_other(&t0, &["", "0"]) {
        return Err(KeyError::Epoch);
    }
    let bytes = base32(&secret.ok_or(KeyError::NoSecret)?)?;
    TotpKey::from_bytes(bytes).map_err(|_| KeyError::Length)
}

/// The decoded values of these parameters.
fn parameters<const N: usize>(
    query: &str,
    names: [&str; N],
) -> Result<[Option<Zeroizing<String>>; N], KeyError> {
    let mut found = [const { None }; N];
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name));
        let Some(place) = place.and_then(|place| found.get_mut(place)) else {
            continue;
        };
        let value = percent_decode_str(value).decode_utf8();
        let value = Zeroizing::new(value.map_err(|_| KeyError::Form)?.into_owned());
        if place.replace(value).is_some() {
            return Err(KeyError::Twice);
        }
    }
    Ok(found)
}

/// Names what a text without a scheme most likely is.
fn bare(text: &str) -> KeyError {
    match base32(text) {
        Ok(bytes) if bytes.len() >= 10 => KeyError::Bare,
        Err(KeyError::Hex) => KeyError::Hex,
        _ => KeyError::Form,
    }
}

/// Base32 as people type it: in any case, with spaces, hyphens and padding.
fn base32(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let is_kept = |c: &char| !matches!(c, ' ' | '-' | '+');
    let text = text.trim_end_matches('=').chars().filter(is_kept);
    let text = text.map(|c| c.to_ascii_uppercase()).collect();
    let text: Zeroizing<String> = Zeroizing::new(text);
    if text.is_empty() {
        return Err(KeyError::NoSecret);
    }
    // Of 20 hexadecimal digits, one in 300 keys has none that base32 lacks.
    let is_hex = text.len() >= 20
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.contains(['0', '1', '8', '9']);
    if is_hex {
        return Err(KeyError::Hex);
    }
    let bytes = BASE32_NOPAD.decode(text.as_bytes());
    Ok(Zeroizing::new(bytes.map_err(|_| KeyError::Secret)?))
}
