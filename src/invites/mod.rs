//! Invites: an admin asks an address to join; its owner accepts (rules 3.1 to 3.6).

pub mod acceptance;
pub mod actions;
pub mod api;
mod export;
pub mod form;
pub mod known;
pub mod landing;
pub mod list;
pub mod mails;
pub mod places;
pub mod query;
mod quota;
pub mod results;
mod sender;
pub mod sending;
pub mod test_mail;
pub mod token;
pub mod web;
