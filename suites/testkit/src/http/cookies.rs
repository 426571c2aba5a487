//! The cookies of a browser.

use std::collections::BTreeMap;

/// The cookies that one browser holds for one site.
#[derive(Debug, Clone, Default)]
pub struct CookieJar(BTreeMap<String, String>);

impl CookieJar {
    /// Returns a cookie's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets a cookie.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Applies a `Set-Cookie` header.
    pub fn apply(&mut self, set_cookie: &str) {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        if set_cookie.contains("Max-Age=0") {
            self.0.remove(name);
        } else {
            self.set(name, value);
        }
    }

    /// Returns names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the `Cookie` header; `None` without cookies.
    pub fn header(&self) -> Option<String> {
        header(self.iter().map(|(name, value)| (name.to_owned(), value)))
    }
}

/// Returns the `Cookie` header of these pairs; `None` without pairs.
pub(super) fn header<'a>(pairs: impl Iterator<Item = (String, &'a str)>) -> Option<String> {
    let pairs: Vec<_> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    (!pairs.is_empty()).then(|| pairs.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_set_replaced_and_deleted() {
        let mut cookies = CookieJar::default();
        assert_eq!(cookies.header(), None);
        cookies.apply("a=1; HttpOnly; Max-Age=60");
        cookies.apply("b=2=3; Path=/");
        cookies.apply("a=4");
        assert_eq!(cookies.header().as_deref(), Some("a=4; b=2=3"));
        cookies.apply("b=; Max-Age=0");
        cookies.apply("no pair");
        assert_eq!((cookies.get("a"), cookies.get("b")), (Some("4"), None));
    }
}
