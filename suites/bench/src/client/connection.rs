//! A client's keep-alive connection.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{HeaderName, LOCATION, SET_COOKIE},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::client::load::RequestOutcome;

/// A response. `testkit::http::HttpAnswer` is not used, because what is measured is an asynchronous
/// client with keep-alive connections, which reads only the headers that the measurement needs.
pub struct MeasuredAnswer {
    /// The status.
    pub status: u16,
    /// The `name=value` part of each cookie that was set.
    pub cookies: Vec<String>,
    /// The instances that handled the request, if a balancer reports them.
    pub instance: Option<String>,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The body.
    pub body: Bytes,
}

impl MeasuredAnswer {
    /// Whether the status is 200 and the body contains this text.
    pub fn holds(&self, expected: &str) -> bool {
        let mut parts = self.body.windows(expected.len());
        self.status == 200 && parts.any(|part| part == expected.as_bytes())
    }

    /// Right if the body contains this text, because the body of a refusal differs.
    pub fn outcome(&self, expected: &str) -> RequestOutcome {
        if self.holds(expected) {
            RequestOutcome::Right
        } else {
            RequestOutcome::Refused(self.status)
        }
    }
}

/// A connection, reopened when the server has closed it.
pub struct KeepAliveConnection {
    server: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

impl KeepAliveConnection {
    /// A connection that its first request opens.
    pub const fn new(server: SocketAddr) -> Self {
        Self { server, open: None }
    }

    /// Sends a request and reads the whole response.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: String,
    ) -> Result<MeasuredAnswer> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.server.to_string());
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body)))?;
        let sender = self.ready().await?;
        let sent = sender.send_request(request).await;
        let answer = sent.inspect_err(|_| self.open = None)?;
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        let instance = answer.headers().get("x-instance");
        let instance = instance.and_then(|instance| instance.to_str().ok());
        let location = answer.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        Ok(MeasuredAnswer {
            instance: instance.map(str::to_owned),
            location: location.map(str::to_owned),
            status: answer.status().as_u16(),
            cookies: cookies.map(str::to_owned).collect(),
            body: answer.into_body().collect().await?.to_bytes(),
        })
    }

    async fn ready(&mut self) -> Result<&mut SendRequest<Full<Bytes>>> {
        if let Some(open) = &mut self.open
            && open.ready().await.is_err()
        {
            self.open = None;
        }
        if self.open.is_none() {
            let stream = TcpStream::connect(self.server)
                .await
                .with_context(|| format!("connecting to {}", self.server))?;
            stream.set_nodelay(true)?;
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            // The task ends when the server closes the connection or the sender is dropped.
            tokio::spawn(connection);
            self.open = Some(sender);
        }
        self.open.as_mut().context("a connection")
    }
}
