//! A persistent connection.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
};

use super::{HttpAnswer, ServerAddress};

/// A persistent connection, like those of browsers, which is reopened if the server has closed it.
pub struct PersistentConnection {
    address: ServerAddress,
    stream: Option<BufReader<TcpStream>>,
}

impl PersistentConnection {
    /// Creates a client without a connection.
    pub fn new(address: &ServerAddress) -> Self {
        Self {
            address: address.clone(),
            stream: None,
        }
    }

    /// Sends a request and reads its answer; `None` if there is none on a new connection either.
    pub fn send(&mut self, request: &[u8]) -> Option<HttpAnswer> {
        // A connection that the server closed after its last answer is only noticed at the next
        // request.
        let kept = self.stream.take();
        kept.and_then(|stream| self.exchange(stream, request))
            .or_else(|| {
                let fresh = BufReader::new(self.address.connect(Ipv4Addr::LOCALHOST));
                self.exchange(fresh, request)
            })
    }

    fn exchange(&mut self, mut stream: BufReader<TcpStream>, request: &[u8]) -> Option<HttpAnswer> {
        // A server that has already refused may have closed its half.
        let _ = stream.get_mut().write_all(request);
        let answer = read(&mut stream)?;
        if answer.header("connection") != "close" {
            self.stream = Some(stream);
        }
        Some(answer)
    }
}

/// Reads one answer of the announced length.
fn read(stream: &mut BufReader<TcpStream>) -> Option<HttpAnswer> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_until(b'\n', &mut head).ok()? == 0 {
            return None;
        }
    }
    let mut answer = HttpAnswer::parse(&head)?;
    let length = answer.header("content-length").parse();
    answer.body = vec![0; length.expect("an answer of /api says how long it is")];
    stream.read_exact(&mut answer.body).ok()?;
    Some(answer)
}
