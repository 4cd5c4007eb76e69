//! What actix-session carries between the store and the layers inside it, by name: derived at each request or bound for
//! the store, never kept as it is.

use serde::{Deserialize, Serialize};

/// Who is there.
pub const VISITOR: &str = "visitor";
/// Who is half signed in: code that looks for [`VISITOR`] finds no one.
pub const HALF: &str = "half";
/// Set when the database could not say who is there: code that needs to know refuses.
pub const UNKNOWN: &str = "unknown";
/// What sign-in knows of a new session, for the store to write.
pub const ARRIVAL: &str = "arrival";
/// That the session is [`Due`].
pub const DUE: &str = "due";
/// The new id once that is in the row.
pub const RENEWED: &str = "renewed";

/// A session that is due for a new id.
#[derive(Serialize, Deserialize)]
pub struct Due {
    /// The hash of its present id.
    pub key_hash: String,
    /// Its name, which stays.
    pub session: String,
}
