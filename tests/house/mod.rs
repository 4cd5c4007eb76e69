//! The architecture, tested.

mod commands;
mod rooms;
mod schema;
