//! An answer.

use std::fmt;

use serde_json::Value;

/// A complete answer.
#[derive(Debug, Clone)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// Parses the received bytes; `None` if they are no HTTP answer.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.get(9..12)?.parse().ok()?;
        let headers = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        })
    }

    /// Returns a header's first value; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.header_values(name).next().unwrap_or_default()
    }

    /// Returns every value of a header.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        let own = self.headers.iter().filter(move |(known, _)| known == name);
        own.map(|(_, value)| value.as_str())
    }

    /// Returns every cookie that the answer sets.
    pub fn cookies(&self) -> Vec<&str> {
        self.header_values("set-cookie").collect()
    }

    /// Returns the body, which must be text.
    #[track_caller]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    /// Returns whether these bytes stand in the body, which may be no text.
    pub fn contains(&self, text: &str) -> bool {
        let mut parts = self.body.windows(text.len());
        parts.any(|part| part == text.as_bytes())
    }

    /// Returns the body, which must be JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Returns the kind of a refusal; empty for other answers, also for those without JSON.
    pub fn kind(&self) -> String {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        json["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns status and kind, to be compared at once.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.kind())
    }

    /// Returns status and JSON, to be compared at once.
    #[track_caller]
    pub fn status_and_json(&self) -> (u16, Value) {
        (self.status, self.json())
    }

    /// Returns whether the body has the announced length.
    pub fn is_whole(&self) -> bool {
        let announced = self.header("content-length").parse();
        announced.is_ok_and(|length: usize| self.body.len() == length)
    }

    /// Returns whether the call succeeded.
    pub const fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// Returns whether the status is one of success (2xx), not only 200.
    pub const fn is_success(&self) -> bool {
        self.status / 100 == 2
    }

    /// Returns the result of a call that must succeed.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert!(self.is_ok(), "{self}");
        self.json()
    }

    /// Checks a call that must be refused; returns the whole error.
    #[track_caller]
    pub fn expect_refused(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.refusal(), (status, kind.to_owned()), "{self}");
        self.json()
    }
}

impl fmt::Display for HttpAnswer {
    /// Shows status and body, also of a body that is not text.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(out, "{}: {body}", self.status)
    }
}
