//! The answers of the door: what a proxy gets for each request, and what the portal shows.

mod own_paths;
mod portal;
mod verifier;
