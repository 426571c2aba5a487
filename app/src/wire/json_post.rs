//! How a server function's arguments and its answer travel: as JSON, by `POST`.
//!
//! What `server_fn` brings for the browser is compiled anew for every function, and its requests and streams with it. Here only the two ends
//! know a function's types, so that the pages hold one copy of all that lies between. The server answers as `server_fn` has it.

use http::Method;
use leptos::server_fn::{Http, Protocol, client::Client, codec::Json, server::Server};
use serde::{Serialize, de::DeserializeOwned};

use crate::wire::error::AppError;

/// Both ways as JSON, by `POST`.
pub struct Posted;

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for Posted
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
        ui::{call, get},
        wire::{
            connection::{Content, unreadable},
            error::AppError,
        },
    };

    const JSON: &str = "application/json";

    /// What the server names on each of its answers.
    const MARK: &str = "x-build";

    type Asked = Pin<Box<dyn Future<Output = Result<SendWrapper<Said>, AppError>> + Send>>;

    /// JSON that came back, and what tells whose it is.
    pub(super) struct Said {
        text: JsValue,
        status: u16,
        is_marked: bool,
    }

    impl Said {
        /// What a function answers, if it is that.
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

    /// What an answer says, or the refusal that came instead of it.
    pub(super) fn ask(path: &str, body: Result<String, AppError>) -> Asked {
        let request = body.map(|body| request(path, &body));
        Box::pin(SendWrapper::new(async move {
            let request = request?.map_err(|_| AppError::Unreachable)?;
            let answer = JsFuture::from(window().fetch_with_request(&request)).await;
            let answer: Response = answer.map_err(|_| AppError::Unreachable)?.unchecked_into();
            let status = answer.status();
            let is_marked = answer.headers().has(MARK).unwrap_or_default();
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
            let said = Said {
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

    /// What stands in a body, kept outside of our own memory: it may be a secret.
    fn parsed(body: &JsValue) -> Result<JsValue, JsValue> {
        let json = get(&global(), "JSON").unwrap_or_default();
        call(&json, "parse", &Array::of1(body))
    }

    /// 16 random bytes as text; none in a browser that draws none.
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
        // The browser sends a request again where a kept connection closes before the answer: the server knows it by this.
        if let Some(key) = drawn() {
            headers.set("Idempotency-Key", &key)?;
        }
        let options = RequestInit::new();
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&body.into());
        // The server never redirects; what does is something in between, and is told from a network that fails.
        options.set_redirect(RequestRedirect::Manual);
        // The page's own address may hold a name and a password, with which nothing can be fetched.
        let address = window().location().origin()? + path;
        Request::new_with_str_and_init(&address, &options)
    }
}
