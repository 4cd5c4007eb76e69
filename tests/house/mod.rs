//! The architecture, tested.

mod canary;
mod commands;
mod doctor;
mod keys;
mod mail;
mod recovery;
mod rooms;
mod schema;
