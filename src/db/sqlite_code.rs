//! What SQLite calls its failures.

use sqlx::Error;

pub(super) const SQLITE_BUSY: u32 = 5;
pub(super) const SQLITE_READONLY: u32 = 8;
pub(super) const SQLITE_IOERR: u32 = 10;
pub(super) const SQLITE_CORRUPT: u32 = 11;
pub(super) const SQLITE_FULL: u32 = 13;
pub(super) const SQLITE_CANTOPEN: u32 = 14;
pub(super) const SQLITE_CONSTRAINT: u32 = 19;
pub(super) const SQLITE_NOTADB: u32 = 26;

/// The primary result code (<https://www.sqlite.org/rescode.html>), if it is SQLite that speaks.
pub(super) fn sqlite_code(error: &Error) -> Option<u32> {
    let Error::Database(refusal) = error else { return None };
    let refusal = refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    Some(sqlx::error::DatabaseError::code(refusal)?.parse::<u32>().ok()? & 0xff)
}
