//! What operators may write, and what they are told of what they may not.

mod cast;
mod mail;
mod providers;
mod settings;
mod sources;
