//! Damages requests in many ways.

use serde_json::{Value, json};

use crate::harness::Chance;

const NASTY: [&str; 22] = [
    "",
    " ",
    "\u{0}",
    "null",
    "-1",
    "1e999",
    "9223372036854775808",
    "' OR 1=1 --",
    "\u{202e}abc",
    "\u{feff}",
    "𝟙𝟚𝟛𝟜𝟝𝟞",
    "１２３４５６",
    "\u{1F980}",
    "ß",
    "İ",
    "../../etc/passwd",
    "%00",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "a@b",
    "\r\nSet-Cookie: twinlock=x",
    "ﷺ",
];

/// Returns any JSON value.
fn any_value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth == 0 { 6 } else { 9 }) {
        0 => Value::Null,
        1 => json!(chance.below(2) == 0),
        2 => json!(chance.next().cast_signed()),
        3 => json!(f64::from_bits(chance.next() & !(1 << 62))),
        4 => json!(chance.one(&NASTY)),
        5 => json!(chance.one(&NASTY).repeat(chance.below(400))),
        6 => (0..chance.below(5))
            .map(|_| any_value(chance, depth - 1))
            .collect(),
        7 => (0..chance.below(5))
            .map(|_| {
                (
                    (*chance.one(&NASTY)).to_owned(),
                    any_value(chance, depth - 1),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => (0..chance.below(300)).fold(Value::Null, |inner, _| json!([inner])),
    }
}

/// Returns a well-formed body, damaged in one or several places.
pub(super) fn mutate(chance: &mut Chance, body: &Value) -> Vec<u8> {
    let mut body = body.clone();
    if let Some(request) = body["request"].as_object_mut() {
        let fields: Vec<String> = request.keys().cloned().collect();
        for field in fields {
            if chance.below(3) == 0 {
                let value = any_value(chance, 3);
                request.insert(field, value);
            } else if chance.below(8) == 0 {
                request.remove(&field);
            }
        }
        if chance.below(4) == 0 {
            let value = any_value(chance, 2);
            request.insert(
                (*chance.one(&[
                    "id",
                    "user",
                    "role",
                    "is_admin",
                    "granted_at",
                    "verified",
                    "",
                ]))
                .to_owned(),
                value,
            );
        }
    }
    if chance.below(6) == 0 {
        body = any_value(chance, 5);
    }
    let mut bytes = body.to_string().into_bytes();
    for _ in 0..chance.below(3) {
        let place = chance.below(bytes.len().max(1));
        match chance.below(4) {
            0 if !bytes.is_empty() => bytes[place] = chance.next().to_le_bytes()[0],
            1 => bytes.truncate(place),
            2 => bytes.insert(place, chance.next().to_le_bytes()[0]),
            _ => bytes.extend(bytes.clone()),
        }
        if bytes.len() > 40_000 {
            bytes.truncate(40_000);
        }
    }
    bytes
}

/// Returns unusual headers that still form a request.
pub(super) fn strange_headers(chance: &mut Chance) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    let long = "x".repeat(chance.below(3_000));
    let strange: [(&str, &[&str]); 8] = [
        (
            "Content-Type",
            &[
                "",
                "application/json;;",
                "application/json; charset=utf-16",
                "text/html",
                "\u{e4}",
            ],
        ),
        (
            "Accept",
            &[
                "",
                "*/*;q=2",
                "text/html",
                "\u{ff}",
                "application/json, application/json",
            ],
        ),
        (
            "Cookie",
            &[
                "",
                "=",
                ";;;",
                "twinlock",
                "twinlock=;twinlock=\u{e4}",
                "twinlock=AAAA",
            ],
        ),
        ("Accept-Language", &["", "x-klingon", "*;q=1e9"]),
        (
            "X-Forwarded-For",
            &["", "a", "::1%eth0", "1.2.3.4, 5.6.7.8", "999.999.999.999"],
        ),
        ("Accept-Encoding", &["", "gzip;q=-1", "br, br, br"]),
        ("If-None-Match", &["", "W/", "\"\""]),
        ("Range", &["bytes=-1", "bytes=0-99999999999999999999"]),
    ];
    for _ in 0..chance.below(3) {
        let (name, values) = *chance.one(&strange);
        let value = if chance.below(5) == 0 {
            long.clone()
        } else {
            (*chance.one(values)).to_owned()
        };
        headers.push((name, value));
    }
    headers
}

/// Returns a body that is certainly not valid JSON.
pub(super) fn broken(chance: &mut Chance, body: &Value) -> Vec<u8> {
    let mut bytes = mutate(chance, body);
    bytes.extend(b"}\xff");
    bytes
}
