//! The applications behind Twinlock, and the way back to the one that sent the user.

pub(crate) mod view;
