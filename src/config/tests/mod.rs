//! What operators may write, and what they are told of what they may not.

mod cast;
mod certificates;
mod database;
mod given;
mod mail;
mod names;
mod postgres_url;
mod providers;
mod settings;
mod sources;
