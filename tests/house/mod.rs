//! The architecture, tested.

mod commands;
mod doctor;
mod mail;
mod rooms;
mod schema;
