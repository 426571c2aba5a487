//! The queries of Twinlock's own links between an application and the portal.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use thiserror::Error;

use super::Target;
use crate::{
    ids::ApplicationId,
    token::{Token, TokenHash},
};

/// What a query encodes: everything but the unreserved signs (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The query with which an application sends a person to the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuery {
    /// The application.
    pub application: ApplicationId,
    /// Where in it the person continues.
    pub target: Target,
    /// The hash of the browser's nonce.
    pub nonce: TokenHash,
}

/// The query is not one that Twinlock wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the link is incomplete or was changed on its way")]
pub struct QueryError;

impl OpenQuery {
    /// Reads a query without its question mark.
    ///
    /// # Errors
    /// When a parameter is missing, repeated or malformed.
    pub fn read(query: &str) -> Result<Self, QueryError> {
        let target: Target = only(query, "to")?.parse().map_err(|_| QueryError)?;
        Ok(Self {
            application: only(query, "app")?.parse().map_err(|_| QueryError)?,
            target: target.to_return_to(),
            nonce: only(query, "state")?.parse().map_err(|_| QueryError)?,
        })
    }

    /// The query without its question mark.
    #[must_use]
    pub fn write(&self) -> String {
        format!(
            "app={}&to={}&state={}",
            self.application,
            encode(self.target.as_str()),
            self.nonce.to_text()
        )
    }
}

/// The code in the query of [`super::OPEN_PATH`].
///
/// # Errors
/// When it is missing, repeated or malformed.
pub fn read_code(query: &str) -> Result<Token, QueryError> {
    only(query, "code")?.parse().map_err(|_| QueryError)
}

/// A text as it stands in a query, or in a header that holds visible ASCII only.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The decoded value of the only parameter with this name.
fn only(query: &str, name: &str) -> Result<String, QueryError> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(known, _)| *known == name);
    let (_, value) = values.next().ok_or(QueryError)?;
    if values.next().is_some() {
        return Err(QueryError);
    }
    let decoded = percent_decode_str(value).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| QueryError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const APP: &str = "07070707070707070707070707070707";
    const HASH: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

    fn read(query: &str) -> Result<OpenQuery, QueryError> {
        OpenQuery::read(&query.replace('A', APP).replace('H', HASH))
    }

    #[rstest]
    #[case("app=A&to=%2Fa%3Fb%3Dc%26d&state=H", "/a?b=c&d")]
    #[case("state=H&to=/a+b&app=A&more=x", "/a+b")]
    #[case("app=A&to=%2F.twinlock%2Fsign-out&state=H", "/")]
    fn a_query_is_read(#[case] query: &str, #[case] target: &str) {
        assert_eq!(read(query).unwrap().target.as_str(), target);
    }

    #[rstest]
    fn a_malformed_query_is_refused(
        #[values(
            "",
            "app=A&to=%2F",
            "to=%2F&state=H",
            "app=A&state=H",
            "app=A&app=A&to=%2F&state=H",
            "app=A&to=%2F&to=%2F&state=H",
            "app=x&to=%2F&state=H",
            "app=A&to=&state=H",
            "app=A&to=%2F%2Fevil.example&state=H",
            "app=A&to=https%3A%2F%2Fevil.example&state=H",
            "app=A&to=%2F%5Cevil.example&state=H",
            "app=A&to=%2F%0Aa&state=H",
            "app=A&to=%2F%FF&state=H",
            "app=A&to=%2F&state=x",
            "app=A&to=%2F&state=HH"
        )]
        query: &str,
    ) {
        assert_eq!(read(query), Err(QueryError));
    }

    #[test]
    fn a_code_is_read_once() {
        let read = |query: &str| read_code(&query.replace('H', HASH)).is_ok();
        assert!(read("code=H") && read("x=y&code=H"));
        assert!(!read("") && !read("code=") && !read("code=H&code=H") && !read("Code=H"));
    }

    proptest! {
        #[test]
        fn a_written_query_is_read_again(path in "/([!-.0-~][!-~]{0,60})?", bits in any::<[u8; 32]>()) {
            if let Ok(target) = path.parse::<Target>() {
                let query = OpenQuery {
                    application: APP.parse().unwrap(),
                    target: target.to_return_to(),
                    nonce: Token::from_random(bits).hash(),
                };
                prop_assert_eq!(OpenQuery::read(&query.write()), Ok(query));
            }
        }

        #[test]
        fn no_query_leads_to_another_host(query in ".{0,200}") {
            if let Ok(read) = OpenQuery::read(&query) {
                prop_assert!(!read.target.as_str().starts_with("//"));
            }
        }
    }
}
