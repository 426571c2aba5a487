//! Chooses the compressed form that a client accepts (RFC 9110 §12.5.3).

use axum::http::{HeaderMap, header::ACCEPT_ENCODING};

/// The encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
    /// Uncompressed.
    Identity,
}

impl Encoding {
    /// Returns the name in `Content-Encoding`; none for the plain form.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// Returns whether the client accepts this content coding.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let lines = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut any = false;
    for item in lines.flat_map(|line| line.split(',')) {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let wanted = weight(parameters) > 0.0;
        match name.trim() {
            name if name.eq_ignore_ascii_case(coding) => return wanted,
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

fn weight(parameters: &str) -> f32 {
    let given = parameters
        .trim()
        .strip_prefix("q=")
        .or_else(|| parameters.trim().strip_prefix("Q="));
    given.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("gzip, deflate, br, zstd", true)]
    #[case("BR", true)]
    #[case("br;q=0.1", true)]
    #[case("br; q=0", false)]
    #[case("br;q=0.000, *", false)]
    #[case("*", true)]
    #[case("*;q=0", false)]
    #[case("gzip", false)]
    #[case("brotli", false)]
    #[case("br;q=much", false)]
    #[case("", false)]
    fn weights_are_honoured(#[case] sent: &str, #[case] takes_brotli: bool) {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, sent.parse().unwrap())]);
        assert_eq!(accepts(&headers, "br"), takes_brotli);
    }

    #[test]
    fn without_the_header_the_plain_form_is_sent() {
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
