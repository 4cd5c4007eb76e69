//! The life of an organization where there are many: its owners give it another address, hand it over, delete it and
//! restore it; once no one can restore it any more it is purged.

pub mod api;
pub mod deletion;
pub mod mails;
pub mod operator;
mod purge;
pub mod slug;
pub mod transfer;
pub mod web;

pub use purge::purge_due;
