//! The browser of the software authenticator: client data with things changed.

use crate::choices::Choices;

pub const ORIGIN: &str = "https://panel.example.com";
/// The challenge of 32 bytes of 7.
pub const CHALLENGE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

const ORIGINS: [&str; 16] = [
    "https://example.com",
    "https://evil.panel.example.com",
    "https://panel.example.com.evil.example",
    "https://panel.example.com:8443",
    "https://panel.example.com:443",
    "https://panel.example.com.",
    "https://panel.example.com/",
    "https://panel.example.com/path?query#fragment",
    "https://Panel.example.com",
    "http://panel.example.com",
    "https://user@panel.example.com",
    "https://panel.example.com@evil.example",
    " https://panel.example.com",
    "android:apk-key-hash:abc",
    "null",
    "",
];
const TYPES: [&str; 5] = [
    "webauthn.create",
    "webauthn.get",
    "payment.get",
    "webauthn.Get",
    "",
];
const CHALLENGES: [&str; 6] = [
    "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg",
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwd",
    "BwcHBwcHBwcHBwcHBwcHBw",
    "",
    "////////////////////////////////////////////",
];
/// Values that a member may have, among them some that only a full parser refuses.
const VALUES: [&str; 14] = [
    "true",
    "false",
    "null",
    "0",
    "1e999",
    r#""""#,
    r#""false""#,
    r#""https://evil.example""#,
    r#""https://panel.example.com""#,
    r#""\ud800""#,
    r#"{"status":"present","id":"a"}"#,
    r#"{"status":1}"#,
    "[[],{}]",
    "-",
];
const NAMES: [&str; 8] = [
    "crossOrigin",
    "topOrigin",
    "tokenBinding",
    "other_keys",
    "type",
    "origin",
    "challenge",
    "cross\\u004frigin",
];

/// Client data before they are written: the JSON of each member.
pub struct ClientData {
    members: Vec<(String, String)>,
    before: &'static str,
    is_list: bool,
    padding: usize,
    nesting: usize,
}

impl ClientData {
    pub fn new(type_name: &str) -> Self {
        let member = |(name, value): (&str, &str)| (name.to_owned(), format!("\"{value}\""));
        let texts = [
            ("type", type_name),
            ("challenge", CHALLENGE),
            ("origin", ORIGIN),
        ];
        let mut members: Vec<_> = texts.map(member).into();
        members.push(("crossOrigin".to_owned(), "false".to_owned()));
        Self {
            members,
            before: "",
            is_list: false,
            padding: 0,
            nesting: 0,
        }
    }

    pub fn change(&mut self, choices: &mut Choices<'_>) {
        match choices.below(14) {
            0 => self.set("type", choices.one_of(&TYPES)),
            1 => self.set("challenge", choices.one_of(&CHALLENGES)),
            2 | 3 => self.set("origin", choices.one_of(&ORIGINS)),
            4 | 5 => {
                let name = choices.one_of(&NAMES[..3]);
                self.members.retain(|(known, _)| known != name);
                self.members
                    .push((name.to_owned(), choices.one_of(&VALUES).to_owned()));
            }
            6 => {
                let (name, value) = (choices.one_of(&NAMES), choices.one_of(&VALUES));
                let place = choices.below(self.members.len() + 1);
                self.members
                    .insert(place, (name.to_owned(), value.to_owned()));
            }
            7 if !self.members.is_empty() => {
                self.members.remove(choices.below(self.members.len()));
            }
            8 if !self.members.is_empty() => {
                let again = self.members[choices.below(self.members.len())].clone();
                self.members.push(again);
            }
            9 => self.before = choices.one_of(&["\u{feff}", " \n", "\u{feff}\u{feff}", "\u{a0}"]),
            10 => self.is_list = true,
            11 => self.padding = choices.one_of(&[3800, 3900, 4000, 4200]) + choices.below(200),
            12 => self.nesting = choices.one_of(&[10, 120, 130, 1000]),
            _ => {
                // The same text in another spelling.
                for (_, value) in &mut self.members {
                    *value = value.replace("web", "\\u0077eb").replace("://", ":\\/\\/");
                }
            }
        }
    }

    fn set(&mut self, name: &str, text: &str) {
        for (_, value) in self.members.iter_mut().filter(|(known, _)| known == name) {
            *value = format!("\"{text}\"");
        }
    }

    pub fn written(&self) -> Vec<u8> {
        let mut members = self.members.clone();
        if self.padding > 0 {
            members.push((
                "padding".to_owned(),
                format!("\"{}\"", "p".repeat(self.padding)),
            ));
        }
        if self.nesting > 0 {
            let nested = ["[".repeat(self.nesting), "]".repeat(self.nesting)].concat();
            members.push(("nested".to_owned(), nested));
        }
        let member = |(name, value): &(String, String)| match self.is_list {
            true => value.clone(),
            false => format!("\"{name}\":{value}"),
        };
        let written = members.iter().map(member).collect::<Vec<_>>().join(",");
        let (start, end) = if self.is_list { ("[", "]") } else { ("{", "}") };
        [self.before, start, &written, end].concat().into_bytes()
    }
}
