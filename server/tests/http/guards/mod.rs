//! Access control, and refusals before a server function runs.

mod access;
mod addresses;
mod admission;
mod between;
mod bodies;
mod csrf;
mod matrix;
mod table;
