//! The architecture, tested.

mod canary;
mod commands;
mod doctor;
mod faults;
mod keys;
mod mail;
mod recovery;
mod rooms;
mod schema;
