//! Requests that two parsers may read differently.

use std::{io::Read, io::Write, net::Ipv4Addr, thread, time::Duration};

use crate::{
    attack::{AttackOutcome, Effort, as_wanted, refused},
    harness::{HttpAnswer, TestSite},
};

pub(super) fn i3_http2_is_not_served(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    let said = site.address.send(Ipv4Addr::LOCALHOST, preface);
    assert!(
        HttpAnswer::parse(&said).is_none_or(|answer| answer.status == 400 || answer.status == 505),
        "{}",
        String::from_utf8_lossy(&said)
    );
    let upgrade = site.browser().request(
        "GET",
        "/livez",
        &[("Upgrade", "h2c"), ("HTTP2-Settings", "AAMAAABkAAQAAP__")],
        b"",
    );
    assert_eq!((upgrade.status, upgrade.header("upgrade")), (200, ""));
    refused(
        2,
        "HTTP/2 by its preface and by upgrade: not served, so its floods have no door",
    )
}

pub(super) fn i4_two_readings_of_one_request(_: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let inner = "POST /api/session/sign_out HTTP/1.1\r\nHost: x\r\n\r\n";
    let head = "POST /api/session/whoami HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n";
    let requests = [
        format!("{head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!(
            "{head}Transfer-Encoding: chunked\r\nContent-Length: {}\r\n\r\n0\r\n\r\n{inner}",
            5 + inner.len()
        ),
        format!(
            "{head}Content-Length: 2\r\nContent-Length: {}\r\n\r\n{{}}{inner}",
            2 + inner.len()
        ),
        format!(
            "{head}Content-Length: 2, {}\r\n\r\n{{}}{inner}",
            2 + inner.len()
        ),
        format!(
            "{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{inner}"
        ),
        format!("{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("{head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("{head}X-Folded: a\r\n b: c\r\nContent-Length: 2\r\n\r\n{{}}"),
        format!("{head}Content-Length: +2\r\n\r\n{{}}{inner}"),
        format!("{head}Content-Length: 0x2\r\n\r\n{{}}{inner}"),
        format!("{head}Content-Length: -1\r\n\r\n{{}}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n{{}}"),
        "GET /livez HTTP/1.1\nHost: x\n\n".to_owned(),
    ];
    for request in &requests {
        let mut stream = site.address.connect(Ipv4Addr::LOCALHOST);
        stream
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let _ = stream.write_all(request.as_bytes());
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).into_owned();
        let statuses: Vec<&str> = said
            .split("HTTP/1.1 ")
            .skip(1)
            .filter_map(|part| part.get(..3))
            .collect();
        // One answer, or a refusal and the end of the connection. A second answered request would
        // mean request smuggling.
        let smuggled = statuses.len() > 1
            && statuses[0] == "200"
            && statuses[1] != "400"
            && request.contains("Length")
            && request.contains("Transfer");
        assert!(
            !smuggled && statuses.len() <= 2,
            "{request:?}: {statuses:?}"
        );
        assert!(
            said.is_empty()
                || statuses.iter().all(|status| [
                    "200", "400", "403", "408", "411", "413", "415", "422", "501"
                ]
                .contains(status)),
            "{request:?}: {said}"
        );
    }
    thread::yield_now();
    assert_eq!(site.browser().standing(), "");
    as_wanted(
        requests.len(),
        "CL+TE, TE+CL, two lengths, two and odd encodings, folded headers, odd numbers: one reading, or 400",
    )
}
