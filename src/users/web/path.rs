//! What addresses of people name.

use serde::Deserialize;

use crate::id::Id;

/// `{user}`.
#[derive(Deserialize)]
pub struct UserPath {
    pub user: Id,
}

/// `{user}` and `{session}`.
#[derive(Deserialize)]
pub struct UserSessionPath {
    pub user: Id,
    pub session: Id,
}
