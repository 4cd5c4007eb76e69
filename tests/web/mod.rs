//! The product over HTTP, on SQLite and on PostgreSQL.

pub mod support;

mod access;
mod account;
mod api;
mod audit;
mod authority;
mod claim;
mod clock;
mod connect;
mod denials;
mod doors;
mod first_owner;
mod gate;
mod invites;
mod llm_keys;
mod mail;
mod many;
mod methods;
mod notices;
mod oidc;
mod organization;
mod preview;
mod providers;
mod repeat;
mod roles;
mod sessions;
mod simulation;
mod step_up;
mod surface;
mod users;
