//! Gatehouse: who may come in, who may do what, and which secrets the team runs on.
//!
//! A tour, in the order of a request:
//! [`routes`] names every URL and who may use it; [`access`] finds out who is asking and hands out what they
//! may read and write; a folder per noun ([`sign_in`], [`account`], [`organization`], [`gate`], [`invites`], [`users`],
//! [`llm_keys`]) holds
//! what can be done (`mod.rs`), what can be typed (`form.rs`) and how it is shown (`web.rs`, `api.rs`);
//! [`web`] is the frame around every answer; [`audit`] keeps what happened; [`mail`] takes what is to be sent.

pub mod access;
pub mod account;
pub mod address;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod entity;
pub mod error;
pub mod gate;
pub mod instance;
pub mod invites;
pub mod llm_keys;
pub mod log;
pub mod mail;
pub mod organization;
pub mod outbound;
pub mod paging;
pub mod plan;
pub mod random;
pub mod routes;
pub mod sign_in;
pub mod users;
pub mod vault;
pub mod web;
