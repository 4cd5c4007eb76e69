//! The product over HTTP, on SQLite and on PostgreSQL.

pub mod support;

mod access;
mod account;
mod api;
mod doors;
mod first_owner;
mod gate;
mod oidc;
mod organization;
mod providers;
mod sessions;
mod surface;
mod users;
