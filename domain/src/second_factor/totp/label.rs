//! The name of an entry in an authenticator: `issuer:account`. Security keys that store such
//! entries have 64 bytes for both, and refuse a longer name (Yubico's OATH protocol).

use std::borrow::Cow;

/// The maximum length of `issuer:account` in bytes.
pub const MAX_BYTES: usize = 64;
/// The bytes that an address gets at least, however long the issuer is.
pub const FOR_ACCOUNT: usize = 40;
/// The bytes that an issuer gets at least, however long the address is. A longer issuer may be
/// shortened.
pub const FOR_ISSUER: usize = MAX_BYTES - 1 - FOR_ACCOUNT;

/// Shortens issuer and account to [`MAX_BYTES`] together. The issuer is shortened first, because
/// the address distinguishes a user's entries.
#[must_use]
pub fn label<'a>(issuer: &'a str, account: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    let both = MAX_BYTES - 1;
    let issuer = shortened(issuer, both.saturating_sub(account.len()).max(FOR_ISSUER));
    let account = shortened(account, both - issuer.len());
    (issuer, account)
}

/// Shortens a text to at most `most` bytes, with an ellipsis if something was cut.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    const ELLIPSIS: &str = "…";
    if text.len() <= most {
        return text.into();
    }
    let end = text.floor_char_boundary(most - ELLIPSIS.len());
    format!(
        "{}{ELLIPSIS}",
        text[..end].trim_end_matches([' ', '.', '@'])
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// S11: brand and address share 64 bytes.
    #[rstest]
    #[case(
        "Customer Control Panel",
        "ada@example.com",
        "Customer Control Panel",
        "ada@example.com"
    )]
    #[case(
        "Example Hosting Customer Panel",
        "a.very.long.address@mail.example.com.test",
        "Example Hosting Cust…",
        "a.very.long.address@mail.example.com…"
    )]
    #[case(
        "Панель управления кл",
        "ada@example.com",
        "Панель управления кл",
        "ada@example.com"
    )]
    #[case(
        "Панель управления клиента",
        "a.long.address@mail.example.com",
        "Панель управлен…",
        "a.long.address@mail.example.com"
    )]
    fn s11_a_name_fits_on_a_security_key(
        #[case] issuer: &str,
        #[case] account: &str,
        #[case] short_issuer: &str,
        #[case] short_account: &str,
    ) {
        let (issuer, account) = label(issuer, account);
        assert_eq!((&*issuer, &*account), (short_issuer, short_account));
    }

    proptest! {
        #[test]
        fn s11_no_name_is_longer(issuer in "\\PC{1,60}", account in "\\PC{3,254}") {
            let (short_issuer, short_account) = label(&issuer, &account);
            prop_assert!(short_issuer.len() + 1 + short_account.len() <= MAX_BYTES);
            prop_assert!(issuer.len() + account.len() >= MAX_BYTES || (short_issuer == issuer && short_account == account));
        }
    }
}
