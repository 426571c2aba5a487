//! Large requests, and slow ones.

use std::{io::Read, io::Write, net::Ipv4Addr, net::TcpStream, time::Duration, time::Instant};

use crate::{
    attack::{AttackOutcome, Effort, refused},
    harness::TestSite,
};

#[expect(
    clippy::disallowed_methods,
    reason = "this measures the server from outside"
)]
pub(super) fn i2_large_and_slow_requests(effort: Effort) -> AttackOutcome {
    let site = TestSite::with_owner();
    let mut browser = site.browser();
    for size in [17 * 1024, 65 * 1024, 5_000_000] {
        assert_eq!(
            browser
                .request(
                    "POST",
                    "/api/session/sign_in",
                    &[("Content-Type", "application/json")],
                    &vec![b' '; size]
                )
                .status,
            413
        );
    }
    let count = effort.of(100, 500);
    let slow: Vec<TcpStream> = (0..count)
        .map(|number| {
            let mut stream = site.address.connect(Ipv4Addr::LOCALHOST);
            let head: &[u8] = if number % 2 == 0 { b"POST /api/session/sign_in HTTP/1.1\r\nHost: x\r\nX-Slow" } else { b"POST /api/session/sign_in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{" };
            stream.write_all(head).unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let one = Instant::now();
            assert!(browser.get("/livez").is_ok());
            one.elapsed()
        })
        .collect();
    times.sort_unstable();
    let median = times[25];
    assert!(median <= Duration::from_millis(50), "{median:?}");
    for mut stream in slow {
        let mut rest = Vec::new();
        // The server closes the connection, with or without an answer.
        let _ = stream.read_to_end(&mut rest);
    }
    let freed = start.elapsed();
    assert!(freed <= Duration::from_secs(15), "{freed:?}");
    refused(
        count + 3,
        format!(
            "bodies above 16 KB: 413; {count} slow connections: health in {median:.1?}, all closed after {:.0} s",
            freed.as_secs_f32()
        ),
    )
}
