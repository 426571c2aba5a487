//! How a server function's arguments and its answer travel: as JSON, by `POST`.
//!
//! What `server_fn` brings for the browser is compiled anew for every function, and its requests and streams with it. Here only the two ends
//! know a function's types, so that the pages hold one copy of all that lies between. The server answers as `server_fn` has it.

use http::Method;
use leptos::server_fn::{Http, Protocol, client::Client, codec::Json, server::Server};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::AppError;

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
        async move { browser::read(answer.await?.take()) }
    }

    #[cfg(not(feature = "csr"))]
    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, AppError>> + Send {
        <Http<Json, Json> as Protocol<I, O, C, S, AppError>>::run_client(path, input)
    }
}

#[cfg(feature = "csr")]
mod browser {
    use std::pin::Pin;

    use leptos::prelude::window;
    use send_wrapper::SendWrapper;
    use serde::{Serialize, de::DeserializeOwned};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Headers, Request, RequestInit, Response};

    use crate::error::AppError;

    const JSON: &str = "application/json";

    type Asked = Pin<Box<dyn Future<Output = Result<SendWrapper<JsValue>, AppError>> + Send>>;

    #[inline(never)]
    pub(super) fn written<T: Serialize>(input: &T) -> Result<String, AppError> {
        serde_json::to_string(input).map_err(|_| AppError::Internal)
    }

    #[inline(never)]
    pub(super) fn read<T: DeserializeOwned>(answer: JsValue) -> Result<T, AppError> {
        serde_wasm_bindgen::from_value(answer).map_err(|_| AppError::Unreadable)
    }

    /// What an answer says, or the refusal that came instead of it.
    pub(super) fn ask(path: &str, body: Result<String, AppError>) -> Asked {
        let request = body.map(|body| request(path, &body));
        Box::pin(SendWrapper::new(async move {
            let request = request?.map_err(|_| AppError::Unreachable)?;
            let answer = JsFuture::from(window().fetch_with_request(&request)).await;
            let answer: Response = answer.map_err(|_| AppError::Unreachable)?.unchecked_into();
            let said = answer.json().map_err(|_| AppError::Unreadable)?;
            let said = JsFuture::from(said).await;
            let said = said.map_err(|_| AppError::Unreadable)?;
            if answer.status() < 400 {
                Ok(SendWrapper::new(said))
            } else {
                Err(read(said).unwrap_or_else(|unreadable| unreadable))
            }
        }))
    }

    fn request(path: &str, body: &str) -> Result<Request, JsValue> {
        let headers = Headers::new()?;
        headers.set("Content-Type", JSON)?;
        headers.set("Accept", JSON)?;
        let options = RequestInit::new();
        options.set_method("POST");
        options.set_headers(&headers);
        options.set_body(&body.into());
        Request::new_with_str_and_init(path, &options)
    }
}
