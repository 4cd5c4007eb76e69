//! What a token is before anyone asks the database: its text, and what it can be for (rule 10.2).

mod scope;
mod text;

pub use scope::{Scope, Scopes};
pub use text::TokenText;
