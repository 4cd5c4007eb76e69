//! The people of an organization: who is here, what they may, and how they go.

pub mod actions;
pub mod api;
mod asked;
pub mod bulk;
pub mod export;
pub mod list;
pub mod listed;
pub mod mails;
pub mod operator;
pub mod person;
pub mod query;
pub mod rights;
mod search;
mod signing_in_with;
pub mod sort;
pub mod web;
