//! The address of a server.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use socket2::{Domain, Socket, Type};

use crate::process::Running;

/// The time limit of an answer, even on a fully loaded machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The address of a server, which stays valid across restarts.
#[derive(Clone)]
pub struct ServerAddress(Arc<AtomicU16>);

impl ServerAddress {
    /// Creates an address without a server.
    pub fn new() -> Self {
        Self(Arc::new(AtomicU16::new(0)))
    }

    /// Creates the address of the server at this port.
    pub fn with_port(port: u16) -> Self {
        let address = Self::new();
        address.set_port(port);
        address
    }

    /// Names this port from now on.
    pub fn set_port(&self, port: u16) {
        self.0.store(port, Ordering::SeqCst);
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.load(Ordering::SeqCst)
    }

    /// Connects from an address of this machine.
    pub fn connect(&self, from: Ipv4Addr) -> TcpStream {
        self.try_connect(from).unwrap()
    }

    /// Like [`Self::connect`], but the server may be down.
    pub fn try_connect(&self, from: Ipv4Addr) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        let own = SocketAddr::new(IpAddr::V4(from), 0);
        socket.bind(&own.into())?;
        let server = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.port());
        socket.connect(&server.into())?;
        if socket.local_addr()?.as_socket() == Some(server) {
            // No server listens, and by chance the socket has connected to itself.
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Sends raw bytes and reads until the server ends its answer. Bytes received before an abort
    /// count.
    pub fn send(&self, from: Ipv4Addr, request: &[u8]) -> Vec<u8> {
        self.try_send(from, request).unwrap()
    }

    /// Like [`Self::send`], but the server may be down; fails only without a connection.
    pub fn try_send(&self, from: Ipv4Addr, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = self.try_connect(from)?;
        // A server that has already refused may have closed its half.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Ok(answer)
    }
}

impl From<&Self> for ServerAddress {
    fn from(address: &Self) -> Self {
        address.clone()
    }
}

impl From<&Running> for ServerAddress {
    fn from(server: &Running) -> Self {
        Self::with_port(server.port)
    }
}
