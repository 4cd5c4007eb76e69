//! The architecture, tested.

mod canary;
mod commands;
mod doctor;
mod faults;
mod floors;
mod imports;
mod keys;
mod links;
mod log;
mod mail;
mod many;
mod purge;
mod recovery;
mod rooms;
mod schema;
mod serving;
mod stopping;
mod templates;
mod walks;
