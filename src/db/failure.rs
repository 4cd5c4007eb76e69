//! What a failure of the database means for the caller: whether the connection can be trusted any more, and whether
//! the statement may be tried again.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error;

use super::sqlite_code::{
    SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_CONSTRAINT, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_IOERR,
    SQLITE_NOTADB, SQLITE_READONLY, sqlite_code,
};

const SQLITE_IOERR_FSYNC: &str = "1034";
/// What keeps SQLite from writing anything.
const SQLITE_UNWRITABLE: [u32; 6] =
    [SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB];

/// The caller's bound has passed without an answer.
pub(super) fn late() -> Error {
    Error::Io(std::io::Error::new(ErrorKind::TimedOut, "the database did not answer in time"))
}

/// Whether nothing has come in time, as opposed to a refusal.
pub(super) fn is_late(error: &Error) -> bool {
    matches!(error, Error::Io(cause) if cause.kind() == ErrorKind::TimedOut)
}

/// As sea-orm tells it.
pub(super) fn told(error: Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

/// Whether the connection is as sound as before: the statement itself was refused, and that is all that happened.
/// After anything else no one knows what state it is in, SQLite's least of all, which rolls back by itself.
pub(super) fn leaves_connection_sound(error: &Error) -> bool {
    match sqlite_code(error) {
        Some(code) => matches!(code, SQLITE_BUSY | SQLITE_CONSTRAINT),
        None => matches!(error, Error::Database(_)) && !is_cut_off(error),
    }
}

/// Whether the connection is gone, or the server behind it: the statement may or may not have been carried out.
pub(super) fn is_cut_off(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => true,
        Error::Database(refusal) => {
            sqlite_code(error).is_none()
                && refusal.code().is_some_and(|code| {
                    // Connection exceptions, and a server that shuts down, has crashed or is not up yet.
                    code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P03" | "57P05")
                })
        }
        _ => false,
    }
}

/// Whether trying again in a moment may help while a server is being started: not where TLS fails.
pub(super) fn passes(error: &Error) -> bool {
    let is_tls = matches!(error, Error::Io(cause) if cause.kind() == ErrorKind::InvalidData);
    if is_tls || matches!(error, Error::Tls(_)) {
        return false;
    }
    let is_full = matches!(error, Error::Database(refusal) if refusal.code().as_deref() == Some("53300"));
    is_full || is_cut_off(error) || matches!(error, Error::PoolTimedOut)
}

/// `SQLITE_BUSY`: another process writes.
pub(super) fn is_locked(error: &Error) -> bool {
    sqlite_code(error) == Some(SQLITE_BUSY)
}

/// Whether SQLite can't tell whether a `COMMIT` that failed so is found after a crash: it was written, and the disk would
/// not say that it is kept.
pub(super) fn may_be_in_the_log(error: &Error) -> bool {
    let Error::Database(refusal) = error else { return false };
    sqlite_code(error).is_some() && refusal.code().as_deref() == Some(SQLITE_IOERR_FSYNC)
}

/// Whether all connections are in use.
pub(super) fn is_busy(failure: &DbErr) -> bool {
    matches!(failure, DbErr::Query(RuntimeErr::SqlxError(cause)) if matches!(&**cause, Error::PoolTimedOut))
}

/// Whether changes can't be saved at all for now, as opposed to this one.
pub(super) fn keeps_from_writing(error: &DbErr) -> bool {
    match error {
        // The file is gone.
        DbErr::Conn(RuntimeErr::Internal(_)) => true,
        DbErr::Query(RuntimeErr::SqlxError(cause)) => match sqlite_code(cause) {
            Some(code) => SQLITE_UNWRITABLE.contains(&code),
            None => matches!(&**cause, Error::Database(refusal)
                if refusal.code().is_some_and(|code| matches!(&*code, "25006" | "53100" | "58030"))),
        },
        _ => false,
    }
}

/// Whether the disk knows better than SQLite why a file can't be used.
pub(super) fn is_of_the_disk(failure: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(cause)) = failure else { return false };
    sqlite_code(cause).is_some_and(|code| matches!(code, SQLITE_READONLY | SQLITE_IOERR | SQLITE_CANTOPEN))
}

/// Whether PostgreSQL refuses because of the role's rights.
pub(super) fn lacks_rights(failure: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(cause)) = failure else { return false };
    matches!(&**cause, Error::Database(refusal) if refusal.code().as_deref() == Some("42501"))
}
