//! The part of the crate `wasm-streams` that `server_fn` compiles against, without its
//! implementation (ADR 33).
//!
//! `server_fn` can send and receive streams, but no page uses one. The real crate exports its
//! functions to JavaScript, so no tool can see that nothing calls them. A page that uses a stream
//! calls [`streams_are_left_out`], and `cargo xtask build` fails when it finds that name.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// Does not exist in any browser: its name in the pages' script shows that a stream is used.
    #[wasm_bindgen(js_name = streamsAreLeftOut)]
    fn streams_are_left_out() -> web_sys::ReadableStream;
}

/// A browser stream, which is never created.
#[derive(Debug)]
pub struct ReadableStream;

impl ReadableStream {
    /// Creates one from a browser stream.
    pub fn from_raw(_raw: web_sys::ReadableStream) -> Self {
        streams_are_left_out();
        Self
    }

    /// Creates one from a Rust stream.
    pub fn from_stream(_stream: impl Stream<Item = Result<JsValue, JsValue>> + 'static) -> Self {
        Self
    }

    /// Returns the browser stream.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        streams_are_left_out()
    }

    /// Returns the Rust stream.
    pub fn into_stream(self) -> IntoStream {
        IntoStream
    }
}

/// An empty stream.
#[derive(Debug)]
pub struct IntoStream;

impl Stream for IntoStream {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}
