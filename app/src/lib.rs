//! Pages (`csr`) and server functions (`ssr`) of Twinlock.
//!
//! `api` contains the server functions, which call the crate `usecases`. `features` contains the
//! pages, one folder for each feature, with their `view` next to logic without a browser. A folder
//! may import the folders before it: wire, serve, api, words, ui, shell, features.

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
#[cfg(feature = "csr")]
mod boot_protocol;
#[cfg(feature = "csr")]
mod browser_call;
#[cfg(feature = "gallery")]
mod gallery;
#[cfg(feature = "csr")]
mod shell;

#[cfg(all(feature = "csr", not(feature = "gallery")))]
pub use app::App;
#[cfg(feature = "gallery")]
pub use gallery::App;
