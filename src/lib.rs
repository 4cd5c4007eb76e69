//! Gatehouse: who may come in, who may do what, and which secrets the team runs on.
//!
//! A tour, in the order of a request:
//! [`routes`] names every URL and who may use it; [`authority`] finds out who is asking, in which organization, and hands
//! out what they may read and write; a folder per noun ([`sign_in`], [`account`], [`organization`], [`access`],
//! [`invites`], [`users`], [`llm_keys`], [`teams`], [`projects`], [`tokens`], [`audit`]) holds what can be done, what can be typed (`form`) and how it is shown
//! (`web`, `api`); [`gate`] decides who may come in; [`web`] is the frame around every answer; [`mail`] takes what is to
//! be sent; [`links`] spells every address.

pub mod access;
pub mod account;
pub mod address;
pub mod alarms;
pub mod api_document;
pub mod api_token;
pub mod app;
pub mod audit;
pub mod authority;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod entity;
pub mod error;
pub mod gate;
pub mod id;
pub mod identity_providers;
pub mod instance;
pub mod invites;
pub mod joining;
pub mod key_uses;
pub mod links;
pub mod listing;
pub mod llm;
pub mod llm_keys;
pub mod log;
pub mod mail;
pub mod membership;
pub mod name;
pub mod numbers;
pub mod operator;
pub mod organization;
pub mod outbound;
pub mod ownership;
pub mod pasted;
pub mod project_role;
pub mod projects;
pub mod query_hints;
pub mod random;
pub mod return_to;
pub mod role;
pub mod rotation;
pub mod routes;
pub mod second_factor;
pub mod security;
pub mod shown_name;
pub mod sign_in;
pub mod slug;
pub mod smtp;
pub mod stray_secret;
pub mod teams;
pub mod tenancy;
pub mod tokens;
pub mod trust;
pub mod user_agent;
pub mod users;
pub mod vault;
pub mod visible_text;
pub mod web;
pub mod work;
