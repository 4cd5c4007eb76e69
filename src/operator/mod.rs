//! The operator of an installation with many organizations: sees which there are and how they are doing, no tenant's data,
//! and enters one for a while, with a reason that its owners read (rule 6.4).

pub mod api;
pub mod entry;
pub mod grants;
pub mod mails;
mod organizations;
mod query;
mod totals;
pub mod web;
