//! The architecture, tested.

mod canary;
mod commands;
mod doctor;
mod faults;
mod keys;
mod log;
mod mail;
mod recovery;
mod rooms;
mod schema;
mod serving;
mod stopping;
