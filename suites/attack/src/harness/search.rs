use std::{fs, path::Path};

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

/// A secret that must not be found.
pub struct Secret {
    pub name: String,
    bytes: Vec<u8>,
}

impl Secret {
    /// Creates a secret from a text.
    pub fn text(name: &str, text: &str) -> Self {
        Self::bytes(name, text.as_bytes())
    }

    /// Creates a secret from bytes, such as a key.
    pub fn bytes(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    /// Returns the secret as it is, and in every encoding in which it may have been written.
    fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let hex = HEXLOWER.encode(&self.bytes);
        vec![
            ("as it is", self.bytes.clone()),
            ("hex", hex.clone().into_bytes()),
            ("HEX", hex.to_uppercase().into_bytes()),
            ("base32", BASE32_NOPAD.encode(&self.bytes).into_bytes()),
            ("base64", BASE64_NOPAD.encode(&self.bytes).into_bytes()),
            (
                "base64url",
                BASE64URL_NOPAD.encode(&self.bytes).into_bytes(),
            ),
        ]
    }
}

/// Finds secrets in a folder's files, in any encoding: file, secret, encoding.
pub fn find(folder: &Path, secrets: &[Secret]) -> Vec<String> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let Ok(content) = fs::read(file.path()) else {
            continue;
        };
        for secret in secrets {
            for (encoding, form) in secret.forms() {
                if content.windows(form.len()).any(|part| part == form) {
                    found.push(format!(
                        "{} ({encoding}) in {}",
                        secret.name,
                        file.file_name().display()
                    ));
                }
            }
        }
    }
    found
}
