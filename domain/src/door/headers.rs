//! The headers of a request, as the rules of the door read them.

use super::AskError;

/// The headers of a request.
pub trait RequestHeaders {
    /// The values of the headers with this name, which is in lower case, in their order.
    fn values(&self, name: &str) -> Vec<&[u8]>;
}

/// Names in lower case with their values.
impl RequestHeaders for [(&str, &[u8])] {
    fn values(&self, name: &str) -> Vec<&[u8]> {
        let known = self.iter().filter(|(known, _)| *known == name);
        known.map(|(_, value)| *value).collect()
    }
}

/// The value of a header that must be there exactly once.
pub(super) fn one<'h>(
    headers: &'h (impl RequestHeaders + ?Sized),
    name: &'static str,
) -> Result<&'h [u8], AskError> {
    match headers.values(name)[..] {
        [] => Err(AskError::Missing(name)),
        [value] => Ok(value),
        _ => Err(AskError::Repeated(name)),
    }
}

/// Whether the header is there exactly once, with this value.
pub(super) fn is(headers: &(impl RequestHeaders + ?Sized), name: &str, value: &[u8]) -> bool {
    headers.values(name) == [value]
}

/// Whether the header is there, with any value.
pub(super) fn is_sent(headers: &(impl RequestHeaders + ?Sized), name: &str) -> bool {
    !headers.values(name).is_empty()
}
