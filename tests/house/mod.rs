//! The architecture, tested.

mod commands;
mod doctor;
mod keys;
mod mail;
mod rooms;
mod schema;
