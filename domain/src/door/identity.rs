//! What an application gets to know of the person who is let in.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::{ASSERTION_LIFETIME, ApplicationOrigin, UserHeader};
use crate::{
    ids::{AccountId, UserId},
    people::roles::Role,
    time::Timestamp,
};

/// Stands for what a person does not have, because a header that is missing or empty would let the
/// client's own value pass in some proxies.
const NONE: &str = "none";

/// What is encoded in `Remote-Groups`: for many applications a comma separates entries, and a colon
/// stands before the role.
const GROUP: AsciiSet = NON_ALPHANUMERIC
    .remove(b' ')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

/// The person who is let in, and for which account.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The application.
    pub audience: ApplicationOrigin,
    /// What `Remote-User` holds.
    pub user_header: UserHeader,
    /// The person.
    pub user: UserId,
    /// Their address.
    pub email: String,
    /// Their full name.
    pub name: String,
    /// The account that they work in, with its name.
    pub account: Option<(AccountId, String)>,
    /// Their role there.
    pub role: Option<Role>,
    /// Whether an MFA method is active.
    pub has_mfa: bool,
    /// Tells the sessions in an application apart. No token follows from it.
    pub session: String,
}

/// The claims of an assertion (RFC 7519).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    email: &'a str,
    name: &'a str,
    account: &'a str,
    role: &'a str,
    mfa: bool,
    sid: &'a str,
    iat: i64,
    exp: i64,
}

impl Identity {
    /// Seven of the eight headers, each with a value. The eighth is the signed assertion.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, String); 7] {
        let user = match self.user_header {
            UserHeader::Email => &self.email,
            UserHeader::Id => self.user.as_str(),
        };
        let group = self.account.as_ref().map(|(_, name)| {
            let name = utf8_percent_encode(name, &GROUP);
            format!("{name}:{}", self.role())
        });
        [
            ("remote-user", user.to_owned()),
            ("remote-email", self.email.clone()),
            ("remote-name", self.shown_name().to_owned()),
            ("remote-groups", group.unwrap_or_else(|| NONE.to_owned())),
            ("twinlock-account", self.account().to_owned()),
            ("twinlock-role", self.role().to_owned()),
            (
                "twinlock-mfa",
                if self.has_mfa { "yes" } else { "no" }.to_owned(),
            ),
        ]
    }

    /// The claims as JSON. `issuer` is the URL of the portal.
    #[must_use]
    pub fn claims(&self, issuer: &str, now: Timestamp) -> String {
        let at = now.millis().div_euclid(1000);
        let lifetime = i64::try_from(ASSERTION_LIFETIME.as_secs()).unwrap_or(0);
        let claims = Claims {
            iss: issuer,
            aud: self.audience.as_str(),
            sub: self.user.as_str(),
            email: &self.email,
            name: &self.name,
            account: self.account(),
            role: self.role(),
            mfa: self.has_mfa,
            sid: &self.session,
            iat: at,
            exp: at.saturating_add(lifetime),
        };
        // Texts and numbers always serialise. If they did not, the application would refuse this.
        serde_json::to_string(&claims).unwrap_or_default()
    }

    fn account(&self) -> &str {
        self.account.as_ref().map_or(NONE, |(id, _)| id.as_str())
    }

    fn role(&self) -> &'static str {
        self.role.map_or(NONE, Role::as_str)
    }

    /// The name; the address if nothing of the name would be left in a header.
    fn shown_name(&self) -> &str {
        if self.name.trim().is_empty() {
            &self.email
        } else {
            &self.name
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn identity() -> Identity {
        Identity {
            audience: "https://app.example.com".parse().unwrap(),
            user_header: UserHeader::Email,
            user: UserId::from_random([1; 16]),
            email: "ada@example.com".to_owned(),
            name: "Ada Example".to_owned(),
            account: Some((
                AccountId::from_random([2; 16]),
                "Example, Ltd: 100%".to_owned(),
            )),
            role: Some(Role::Owner),
            has_mfa: true,
            session: "sid".to_owned(),
        }
    }

    fn value(identity: &Identity, name: &str) -> String {
        let headers = identity.headers();
        let found = headers.into_iter().find(|(known, _)| *known == name);
        found.unwrap().1
    }

    #[test]
    fn a_member_of_an_account_is_described() {
        let ada = identity();
        for (name, expected) in [
            ("remote-user", "ada@example.com"),
            ("remote-email", "ada@example.com"),
            ("remote-name", "Ada Example"),
            ("remote-groups", "Example%2C Ltd%3A 100%25:owner"),
            ("twinlock-account", "02020202020202020202020202020202"),
            ("twinlock-role", "owner"),
            ("twinlock-mfa", "yes"),
        ] {
            assert_eq!(value(&ada, name), expected, "{name}");
        }
        let by_id = Identity {
            user_header: UserHeader::Id,
            ..ada
        };
        assert_eq!(
            value(&by_id, "remote-user"),
            "01010101010101010101010101010101"
        );
    }

    #[test]
    fn a_person_without_account_is_described_by_words() {
        let alone = Identity {
            account: None,
            role: None,
            has_mfa: false,
            name: " ".to_owned(),
            ..identity()
        };
        for (name, expected) in [
            ("remote-name", "ada@example.com"),
            ("remote-groups", "none"),
            ("twinlock-account", "none"),
            ("twinlock-role", "none"),
            ("twinlock-mfa", "no"),
        ] {
            assert_eq!(value(&alone, name), expected, "{name}");
        }
    }

    #[test]
    fn the_claims_are_for_one_application_and_one_minute() {
        let text = identity().claims("https://panel.example.com", Timestamp::from_millis(1999));
        let claims: Value = serde_json::from_str(&text).unwrap();
        let expected = json!({
            "iss": "https://panel.example.com",
            "aud": "https://app.example.com",
            "sub": "01010101010101010101010101010101",
            "email": "ada@example.com",
            "name": "Ada Example",
            "account": "02020202020202020202020202020202",
            "role": "owner",
            "mfa": true,
            "sid": "sid",
            "iat": 1,
            "exp": 61,
        });
        assert_eq!(claims, expected);
    }

    proptest! {
        #[test]
        fn a_group_is_one_entry(name in "\\PC{1,100}") {
            let account = Some((AccountId::from_random([2; 16]), name));
            let groups = value(&Identity { account, ..identity() }, "remote-groups");
            let is_shown = |sign: u8| sign.is_ascii_graphic() || sign == b' ';
            prop_assert!(groups.bytes().all(is_shown), "{}", groups);
            prop_assert_eq!(groups.matches(':').count(), 1);
            prop_assert!(!groups.contains(','));
        }
    }
}
