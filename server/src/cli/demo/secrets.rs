//! Draws the demo's passwords, in a form that can be typed.

use data_encoding::BASE32_NOPAD;
use domain::people::password::{Password, PasswordOwner};
use usecases::Services;
use zeroize::Zeroizing;

use crate::cli::Failure;

/// Characters in a group.
const GROUP: usize = 4;

/// Draws a password in its printed form: 80 random bits in four groups of base32.
pub fn password(services: &Services) -> Result<(Zeroizing<String>, Password), Failure> {
    let bits = Zeroizing::new(services.entropy.draw::<10>()?);
    let shown = grouped(&bits);
    let password = Password::choose(&shown, PasswordOwner::default())
        .map_err(|error| Failure::refused(format!("a drawn password can't be used: {error}")))?;
    Ok((shown, password))
}

fn grouped(bits: &[u8; 10]) -> Zeroizing<String> {
    let text = Zeroizing::new(BASE32_NOPAD.encode(bits).to_lowercase());
    let mut shown = Zeroizing::new(String::with_capacity(text.len() * 2));
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            shown.push('-');
        }
        shown.push(character);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_four_groups_and_long_enough() {
        assert_eq!(grouped(&[0xff; 10]).as_str(), "7777-7777-7777-7777");
        let mixed = [0x12, 0xf3, 0x47, 0x9c, 0x5e, 0x8a, 0xd0, 0x6b, 0x31, 0xe4];
        assert!(Password::choose(&grouped(&mixed), PasswordOwner::default()).is_ok());
    }
}
