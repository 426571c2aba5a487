//! The served pages, and the headers of every answer.

mod brand;
mod frames;
mod headers;
mod pages;
mod placeholders;
