//! Tests of authenticator keys.

use super::*;

#[rstest]
#[case("?secret=GEZDGNBVGY3TQOJQ", Ok(10))]
#[case("?secret=gezd-gnbv%20gy3t+qojq====", Ok(10))]
#[case(
    "?secret=GEZDGNBVGY3TQOJQ&issuer=Old&algorithm=SHA1&digits=6&period=30",
    Ok(10)
)]
#[case("?SECRET=GEZDGNBVGY3TQOJQ&algorithm=sha1#part", Ok(10))]
#[case("?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA256", Err(KeyError::Algorithm))]
#[case("?secret=GEZDGNBVGY3TQOJQ&digits=8", Err(KeyError::Digits))]
#[case("?secret=GEZDGNBVGY3TQOJQ&period=60", Err(KeyError::Period))]
#[case(
    "?secret=GEZDGNBVGY3TQOJQ&secret=GEZDGNBVGY3TQOJQ",
    Err(KeyError::Twice)
)]
#[case("?secret=GEZDGNBVGY3TQOI", Err(KeyError::Length))]
#[case("?secret=GEZDGNBVGY3TQOJQ&encoder=&epoch=0&t0=0&image=x", Ok(10))]
#[case("?secret=GEZDGNBVGY3TQOJQ&encoder=steam", Err(KeyError::Encoder))]
#[case("?secret=GEZDGNBVGY3TQOJQ&epoch=1", Err(KeyError::Epoch))]
#[case("?secret=GEZDGNBVGY3TQOJQ&t0=-30", Err(KeyError::Epoch))]
#[case("?secret=", Err(KeyError::NoSecret))]
#[case("?secret=====", Err(KeyError::NoSecret))]
#[case("?secret=0189", Err(KeyError::Secret))]
#[case("?secret=d2b949d1f07ccb69b0c50bc2a96cb3c8", Err(KeyError::Hex))]
#[case("?issuer=Old", Err(KeyError::NoSecret))]
#[case("?secret=%ff", Err(KeyError::Form))]
fn a_key_has_six_digits_of_sha_1_for_30_seconds(
    #[case] query: &str,
    #[case] expected: Result<usize, KeyError>,
) {
    let read = read_uri(&format!("otpauth://totp/Old:ada{query}"));
    assert_eq!(read.map(|key| key.expose().len()), expected);
    let read = read_uri(&format!("OTPAUTH://TOTP{query}"));
    assert_eq!(read.map(|key| key.expose().len()), expected);
}

#[rstest]
#[case("GEZDGNBVGY3TQOJQ", KeyError::Bare)]
#[case("gezd gnbv gy3t qojq", KeyError::Bare)]
#[case("d2b949d1f07ccb69b0c50bc2a96cb3c8", KeyError::Hex)]
#[case("secret", KeyError::Form)]
#[case("https://totp/x?secret=GEZDGNBVGY3TQOJQ", KeyError::Form)]
#[case("otpauth://steam/x?secret=GEZDGNBVGY3TQOJQ", KeyError::Form)]
#[case("otpauth-migration://offline?data=x", KeyError::Migration)]
#[case("otpauth://hotp/x?secret=GEZDGNBVGY3TQOJQ&counter=1", KeyError::Hotp)]
fn other_texts_are_no_keys(#[case] text: &str, #[case] expected: KeyError) {
    assert_eq!(read_uri(text).err(), Some(expected));
}

#[rstest]
#[case(64, true)]
#[case(65, false)]
fn keys_of_up_to_64_bytes_are_taken(#[case] bytes: usize, #[case] is_taken: bool) {
    let secret = data_encoding::BASE32_NOPAD.encode(&vec![7; bytes]);
    let read = read_uri(&format!("otpauth://totp/x?secret={secret}"));
    assert_eq!(read.is_ok(), is_taken);
}
