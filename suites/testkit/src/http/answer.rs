//! An answer.

use serde_json::Value;

/// A complete answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
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

    /// Returns a header's value; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Returns every cookie that the answer sets.
    pub fn cookies(&self) -> Vec<&str> {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.map(|(_, value)| value.as_str()).collect()
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns the kind of a refusal; empty for other answers.
    pub fn kind(&self) -> String {
        self.json()["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns whether the body has the announced length.
    pub fn is_whole(&self) -> bool {
        let said = self.header("content-length").parse();
        said.is_ok_and(|said: usize| self.body.len() == said)
    }

    /// Returns whether the call succeeded.
    pub fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// Returns the result of a call that must succeed.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert!(self.is_ok(), "{}: {}", self.status, self.text());
        self.json()
    }

    /// Checks a call that must be refused; returns the whole error.
    #[track_caller]
    pub fn expect_refused(&self, status: u16, kind: &str) -> Value {
        assert_eq!(
            (self.status, self.kind()),
            (status, kind.to_owned()),
            "{}",
            self.text()
        );
        self.json()
    }
}
