//! A proxy that resends a request to the next server when a connection closed: the request was
//! done, and only the answer was lost.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::json;
use testkit::process::free_port;

use super::{
    EMAIL, PASSWORD, TRUSTED,
    client::ProxyClient,
    front::RunningProxy,
    kind::{ProxyKind, ProxyRecipe},
    program_site, serve,
};

const OTHER: &str = "nine slow lanterns by the river";

/// Forwards a port of its own to `port`, and closes the connection instead of the first answer to
/// that function. The forwarding ends with the test's process.
fn losing_one(port: u16, function: &'static str) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    let lost = Arc::new(AtomicBool::new(false));
    let has_lost = Arc::clone(&lost);
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let is_for_it = Arc::new(AtomicBool::new(false));
            let (asks, lost) = (Arc::clone(&is_for_it), Arc::clone(&lost));
            let ends = (near.try_clone().unwrap(), far.try_clone().unwrap());
            carry(ends.0, far, move |bytes| {
                let is_it = String::from_utf8_lossy(bytes).contains(function);
                is_for_it.fetch_or(is_it, Ordering::SeqCst);
                true
            });
            carry(ends.1, near, move |_| {
                !asks.load(Ordering::SeqCst) || lost.swap(true, Ordering::SeqCst)
            });
        }
    });
    (own, has_lost)
}

fn carry(mut from: TcpStream, mut to: TcpStream, goes_on: impl Fn(&[u8]) -> bool + Send + 'static) {
    thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        loop {
            let count = from.read(&mut bytes).unwrap_or_default();
            if count == 0 || !goes_on(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        for end in [from, to] {
            let _ = end.shutdown(Shutdown::Both);
        }
    });
}

/// Without the key, the second request gets that the session has ended, because the first one
/// replaced its token.
#[test]
fn p3_a_request_that_the_proxy_sends_again_has_the_answer_of_the_first() {
    for (key, status) in [("0123456789abcdef", 200), ("", 401)] {
        let program = program_site();
        let server = serve(&program, free_port(), &[TRUSTED]);
        let (port, lost) = losing_one(server.port, "profile/change_password");
        let one = "server 127.0.0.1:3000;";
        let two = format!("{one}\n    server 127.0.0.1:{} backup;", server.port);
        let again = "proxy_next_upstream error timeout non_idempotent;\n        proxy_cache off;";
        let recipe = ProxyRecipe::of(ProxyKind::Nginx)
            .with(one, &two)
            .with("proxy_cache off;", again);
        let front = RunningProxy::start(port, recipe, |recipe, _| recipe);
        let mut client = ProxyClient::of(&front);
        assert_eq!(client.sign_in(EMAIL, PASSWORD).status, 200);
        let mut client = client.with_header("Idempotency-Key", key);
        let passwords = json!({ "current": PASSWORD, "new": OTHER });
        let answer = client.call("profile/change_password", &passwords);
        assert!(lost.load(Ordering::SeqCst), "an answer was lost");
        assert_eq!(answer.status, status, "{answer} {}", front.log());
        if status == 200 {
            assert_eq!(client.standing(), json!("full"));
        }
    }
}
