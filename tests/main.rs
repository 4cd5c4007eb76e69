//! Every test over real sockets, in one binary: the product over HTTP, in a browser, and the shape of the house.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod browser;
mod house;
mod web;
