//! Pages (`csr`) and server functions (`ssr`) of Twinlock.
//!
//! `api` holds the server functions; the crate `usecases` holds what they do. `features` holds the pages, one folder a feature: `view` with what
//! is shown, beside pure folds. A folder may import those above it: wire, serve, api, ui, words, shell, features.

pub mod api;
pub mod features;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod serve;
pub mod ui;
pub mod wire;
pub mod words;

#[cfg(feature = "csr")]
mod app;
#[cfg(feature = "gallery")]
mod gallery;
#[cfg(feature = "csr")]
mod shell;

#[cfg(all(feature = "csr", not(feature = "gallery")))]
pub use app::App;
#[cfg(feature = "gallery")]
pub use gallery::App;
