use serde_json::Value;

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads what came over the connection; `None` when it is no HTTP answer.
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

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Every cookie that it sets.
    pub fn cookies(&self) -> Vec<&str> {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.map(|(_, value)| value.as_str()).collect()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The kind of a refusal; empty when it is none.
    pub fn kind(&self) -> String {
        self.json()["kind"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether the body is as long as was said.
    pub fn is_whole(&self) -> bool {
        let said = self.header("content-length").parse();
        said.is_ok_and(|said: usize| self.body.len() == said)
    }

    /// Whether the call worked.
    pub fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// The result of a call that must have worked.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert!(self.is_ok(), "{}: {}", self.status, self.text());
        self.json()
    }

    /// The refusal of a call that must not have worked; answers the whole error.
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
