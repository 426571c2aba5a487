//! What is being answered when the server is told to stop is answered.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

use crate::program::Place;

#[test]
fn a_request_in_progress_is_finished_and_a_new_one_refused() {
    let place = Place::with_database();
    let server = place.serve();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    write!(
        stream,
        "POST /api/session/whoami HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    // Now the server waits for the body: the request is in progress.
    assert_eq!(line.trim_end(), "HTTP/1.1 100 Continue");

    server.terminate();
    // The listening socket is gone once no connection is taken any more.
    while TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
        std::thread::yield_now();
    }
    stream.write_all(b"{}").unwrap();
    let mut answer = String::new();
    answers.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains("HTTP/1.1 200 OK") && answer.ends_with("null"),
        "{answer}"
    );
    assert_eq!(server.wait().0, 0);
}
