//! Pages (`csr`) and server functions (`ssr`) of Twinlock: one folder a feature, each with the same few files.
//!
//! `api.rs` holds the server functions, `view.rs` the pages, `state.rs` the pure folds between them. The crate `usecases` holds what the server
//! functions do.

pub mod accounts;
pub mod connection;
pub mod error;
pub mod mfa;
pub mod posted;
pub mod profile;
pub mod reference;
pub mod routes;
pub mod session;
pub mod step_up;
mod told;
pub mod ui;
pub mod words;

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod serve;

#[cfg(feature = "csr")]
mod address;
#[cfg(feature = "csr")]
mod app;
#[cfg(feature = "csr")]
mod boot;
#[cfg(feature = "gallery")]
mod gallery;
#[cfg(feature = "csr")]
mod guard;
#[cfg(feature = "csr")]
mod notice;
#[cfg(feature = "csr")]
mod reactive;
#[cfg(feature = "csr")]
mod refused;
#[cfg(feature = "csr")]
mod shell;

#[cfg(all(feature = "csr", not(feature = "gallery")))]
pub use app::App;
#[cfg(feature = "gallery")]
pub use gallery::App;
