//! The protocol of the server functions: arguments and answers as JSON, by `POST`.
//!
//! The browser code of `server_fn`, with its requests and streams, is compiled again for every
//! function. Here only the two ends know a function's types, so the pages contain one copy of
//! everything in between. The server answers as with `server_fn`.

use http::Method;
use leptos::server_fn::{Http, Protocol, client::Client, codec::Json, server::Server};
use serde::{Serialize, de::DeserializeOwned};

use crate::wire::error::AppError;

/// Requests and answers as JSON, by `POST`.
pub struct JsonPost;

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for JsonPost
where
    I: Serialize + DeserializeOwned + Send,
    O: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: Method = Method::POST;

    fn run_server<F, A>(
        request: S::Request,
        function: F,
    ) -> impl Future<Output = Result<S::Response, AppError>> + Send
    where
        F: Fn(I) -> A + Send,
        A: Future<Output = Result<O, AppError>> + Send,
    {
        <Http<Json, Json> as Protocol<I, O, C, S, AppError>>::run_server(request, function)
    }

    #[cfg(feature = "csr")]
    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, AppError>> + Send {
        let answer = browser::ask(path, browser::written(&input));
        async move { answer.await?.take().read() }
    }

    #[cfg(not(feature = "csr"))]
    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, AppError>> + Send {
        <Http<Json, Json> as Protocol<I, O, C, S, AppError>>::run_client(path, input)
    }
}

#[cfg(feature = "csr")]
mod value;

#[cfg(feature = "csr")]
mod browser {
    use std::pin::Pin;

    use js_sys::{Array, JsString, Uint8Array, global};
    use leptos::prelude::window;
    use send_wrapper::SendWrapper;
    use serde::{Serialize, de::DeserializeOwned};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Headers, Request, RequestInit, RequestRedirect, Response};

    use crate::{
        boot_protocol::header,
        browser_call::{call, get},
        wire::{
            connection::{Content, unreadable},
            error::AppError,
        },
    };

    const JSON: &str = "application/json";

    type ResponseFuture =
        Pin<Box<dyn Future<Output = Result<SendWrapper<JsonResponse>, AppError>> + Send>>;

    /// A JSON response, with the data that tells whether it comes from the server.
    pub(super) struct JsonResponse {
        text: JsValue,
        status: u16,
        is_marked: bool,
    }

    impl JsonResponse {
        /// Parses a function's answer.
        #[inline(never)]
        pub fn read<T: DeserializeOwned>(self) -> Result<T, AppError> {
            let read = super::value::read(self.text);
            read.map_err(|_| unreadable(self.status, Content::Json, self.is_marked))
        }
    }

    #[inline(never)]
    pub(super) fn written<T: Serialize>(input: &T) -> Result<String, AppError> {
        serde_json::to_string(input).map_err(|_| AppError::Internal)
    }

    /// Sends a request. Returns the answer's JSON, or the refusal.
    pub(super) fn ask(path: &str, body: Result<String, AppError>) -> ResponseFuture {
        let request = body.map(|body| request(path, &body));
        Box::pin(SendWrapper::new(async move {
            let request = request?.map_err(|_| AppError::Unreachable)?;
            let answer = JsFuture::from(window().fetch_with_request(&request)).await;
            let answer: Response = answer.map_err(|_| AppError::Unreachable)?.unchecked_into();
            let status = answer.status();
            let is_marked = answer.headers().has(header::BUILD).unwrap_or_default();
            let kind = answer.headers().get("content-type").ok().flatten();
            let body = match answer.text() {
                Ok(body) => JsFuture::from(body).await.ok(),
                Err(_) => None,
            };
            let text = match body.as_ref().map(parsed) {
                Some(Ok(text)) => text,
                other => {
                    let is_json = kind.is_some_and(|kind| kind.contains("json"));
                    let is_empty = |body: &JsValue| body.unchecked_ref::<JsString>().length() == 0;
                    let content = match (other, is_json) {
                        (None, _) => Content::Nothing,
                        _ if body.as_ref().is_some_and(is_empty) => Content::Nothing,
                        (_, true) => Content::HalfJson,
                        (_, false) => Content::Other,
                    };
                    return Err(unreadable(status, content, is_marked));
                }
            };
            let said = JsonResponse {
                text,
                status,
                is_marked,
            };
            if status < 400 {
                Ok(SendWrapper::new(said))
            } else {
                Err(said.read().unwrap_or_else(|unreadable| unreadable))
            }
        }))
    }

    /// Parses a body without copying it to the app's own memory, because it may be a secret.
    fn parsed(body: &JsValue) -> Result<JsValue, JsValue> {
        let json = get(&global(), "JSON").unwrap_or_default();
        call(&json, "parse", &Array::of1(body))
    }

    /// 16 random bytes as text; none if the browser can't generate them.
    fn drawn() -> Option<String> {
        let bytes = Uint8Array::new_with_length(16);
        let crypto = get(&global(), "crypto")?;
        call(&crypto, "getRandomValues", &Array::of1(&bytes)).ok()?;
        bytes.to_string().as_string()
    }

    fn request(path: &str, body: &str) -> Result<Request, JsValue> {
        let headers = Headers::new()?;
        headers.set("Content-Type", JSON)?;
        headers.set("Accept", JSON)?;
        // The browser may repeat a request if a connection closes before the response. The server
        // recognizes the repetition by this key.
        if let Some(key) = drawn() {
            headers.set("Idempotency-Key", &key)?;
        }
        let options = RequestInit::new();
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&body.into());
        // The server never redirects. A redirect comes from something in between, and must be told
        // from a network failure.
        options.set_redirect(RequestRedirect::Manual);
        // The page's own URL may contain a user name and password, with which fetching fails.
        let address = window().location().origin()? + path;
        Request::new_with_str_and_init(&address, &options)
    }
}
