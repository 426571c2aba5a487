//! Applications behind Twinlock: who is let in (`verify`), the way through the portal (`open`,
//! `take`), and the way out (`sign_out`).

mod open;
mod sign_out;
mod take;
mod values;
mod verify;

pub use open::{keep_or_draw_nonce, open};
pub use sign_out::{application_at, sign_out};
pub use take::take;
pub use values::{Ask, Nonce, Opening, TakeCode, Taken, Verdict};
pub use verify::verify;
