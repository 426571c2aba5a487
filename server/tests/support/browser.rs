use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, header},
};
use serde_json::{Value, json};
use server::middleware::every_request::visitor::Peer;
use testkit::http::{CookieJar, HttpAnswer};
use tower::ServiceExt;

use super::{TestPerson, answer::read_answer, instances::Instances, server::address};

/// Like `testkit::http::HttpBrowser`, but it calls the router in this process, without a socket, so
/// that a test chooses the peer address and an asynchronous test runs many at once.
#[derive(Clone)]
pub struct RouterBrowser {
    instances: Instances,
    cookies: CookieJar,
    peer: Option<Peer>,
    headers: HeaderMap,
}

impl RouterBrowser {
    /// Opens a browser without cookies.
    pub(super) fn new(instances: Instances) -> Self {
        Self {
            instances,
            cookies: CookieJar::default(),
            peer: None,
            headers: HeaderMap::new(),
        }
    }

    /// Sets the peer address that the server sees from now on.
    pub fn from(mut self, peer: &str) -> Self {
        self.peer = Some(Peer(peer.parse().unwrap()));
        self
    }

    /// Sends a further header with each request.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        // The value is bytes, as on the wire.
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.headers.append(name, value);
        self
    }

    /// Calls a server function without arguments, such as `session/whoami`.
    pub async fn ask(&mut self, function: &str) -> HttpAnswer {
        self.post(function, &json!({})).await
    }

    /// Calls a server function with its request, such as `session/verify_code` with
    /// `{"code": "123456"}`.
    pub async fn call(&mut self, function: &str, request: Value) -> HttpAnswer {
        self.post(function, &json!({ "request": request })).await
    }

    /// Sends email and password.
    pub async fn sign_in(&mut self, person: &TestPerson) -> HttpAnswer {
        self.call(
            "session/sign_in",
            json!({ "email": person.email, "password": person.password }),
        )
        .await
    }

    /// Requests a page or a file.
    pub async fn get(&mut self, path: &str) -> HttpAnswer {
        let request = Request::get(path)
            .header(header::ACCEPT, "text/html,*/*;q=0.8")
            .body(Body::empty())
            .unwrap();
        self.send(request).await
    }

    /// Sends any request, with the cookies.
    pub async fn send(&mut self, mut request: Request<Body>) -> HttpAnswer {
        if let Some(cookies) = self.cookies.header() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.parse().unwrap());
        }
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        address(&mut request);
        let answer = read_answer(self.instances.next().oneshot(request).await.unwrap()).await;
        for cookie in answer.cookies() {
            self.cookies.apply(cookie);
        }
        answer
    }

    /// Returns the value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name)
    }

    /// Sets a cookie.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.set(name, value);
    }

    async fn post(&mut self, function: &str, body: &Value) -> HttpAnswer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/{function}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body.to_string()))
            .unwrap();
        self.send(request).await
    }
}
