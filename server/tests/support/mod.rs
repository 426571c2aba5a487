//! Support of the server's tests: the real router on a real database in a temporary folder, with a
//! clock that the test sets.
//!
//! ```ignore
//! let server = TestServer::start().await;
//! let ada = server.add_owner().await;
//! let mut browser = server.browser();
//! browser.sign_in(&ada).await.expect_ok();
//! let key = browser.ask("mfa/set_up").await.expect_ok()["key"].clone();
//! let authenticator = Authenticator::new(key.as_str().unwrap());
//! browser.call("mfa/confirm", json!({ "code": authenticator.code(server.clock.now().millis()) })).await.expect_ok();
//! server.clock.advance(Duration::from_secs(30));
//! ```
#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part of it"
)]

mod answer;
mod browser;
mod clock;
mod database;
pub mod door;
mod enrolment;
mod hasher;
mod index_page;
mod instances;
mod people;
mod server;

pub use answer::read_answer;
pub use browser::RouterBrowser;
pub use clock::TestClock;
pub use database::TestDatabase;
pub use enrolment::{MemberWithMfa, enrol, finish};
pub use hasher::Permits;
pub use index_page::index_page;
pub use people::{TestPerson, ada, eve, max, olga};
pub use server::{Options, TestServer};
pub use testkit::{
    authenticator::Authenticator, http::HttpAnswer, people::code_list, software_key::SoftwareKey,
};
