//! What a failure of the database means for whoever asked: whether the connection can be trusted any more, whether
//! the statement may be tried again, and what a person is to be told.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error;

/// `SQLITE_BUSY`, `SQLITE_READONLY`, `SQLITE_FULL` and `SQLITE_CONSTRAINT`, without their extensions.
const SQLITE_BUSY: u32 = 5;
const SQLITE_READONLY: u32 = 8;
const SQLITE_FULL: u32 = 13;
const SQLITE_CONSTRAINT: u32 = 19;

/// The bound of whoever asked has passed without an answer.
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
/// After anything else nobody knows what state it is in, SQLite's least of all, which rolls back by itself.
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

/// Whether trying again in a moment may help while a server is being started.
pub(super) fn passes(error: &Error) -> bool {
    let is_full = matches!(error, Error::Database(refusal) if refusal.code().as_deref() == Some("53300"));
    is_full || is_cut_off(error) || matches!(error, Error::PoolTimedOut)
}

/// `SQLITE_BUSY`: another process writes.
pub(super) fn is_locked(error: &Error) -> bool {
    sqlite_code(error) == Some(SQLITE_BUSY)
}

/// Whether SQLite can't tell whether a `COMMIT` that failed so is found after a crash: the frames may be in the log.
pub(super) fn may_be_in_the_log(error: &Error) -> bool {
    sqlite_code(error).is_some_and(|code| !matches!(code, SQLITE_BUSY | SQLITE_READONLY | SQLITE_FULL))
}

/// Whether changes can't be saved at all for now, as opposed to this one.
pub(super) fn keeps_from_writing(error: &DbErr) -> bool {
    match error {
        // The file is gone.
        DbErr::Custom(_) => true,
        DbErr::Query(RuntimeErr::SqlxError(cause)) => match sqlite_code(cause) {
            // Read-only, I/O error, damaged, full, can't be opened, no database.
            Some(code) => matches!(code, SQLITE_READONLY | 10 | 11 | SQLITE_FULL | 14 | 26),
            None => matches!(&**cause, Error::Database(refusal)
                if refusal.code().is_some_and(|code| matches!(&*code, "25006" | "53100" | "58030"))),
        },
        _ => false,
    }
}

/// The primary result code (<https://www.sqlite.org/rescode.html>), if it is SQLite that speaks.
fn sqlite_code(error: &Error) -> Option<u32> {
    let Error::Database(refusal) = error else { return None };
    let refusal = refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    Some(sqlx::error::DatabaseError::code(refusal)?.parse::<u32>().ok()? & 0xff)
}

/// Why the database does not take a change, in words for an operator.
pub fn in_words(error: &DbErr) -> String {
    let cause = match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => &**cause,
        DbErr::Custom(sentence) => return sentence.clone(),
        other => return other.to_string(),
    };
    cause_in_words(cause)
}

/// The same of the driver's own error.
pub(super) fn cause_in_words(cause: &Error) -> String {
    if let Some(code) = sqlite_code(cause) {
        return match code {
            SQLITE_BUSY => "is locked by another process".to_owned(),
            SQLITE_READONLY => "is read-only".to_owned(),
            10 => "can't be read or written: the disk reports an error".to_owned(),
            11 | 26 => "is damaged: the file is no sound SQLite database".to_owned(),
            SQLITE_FULL => "can't grow: the disk is full".to_owned(),
            14 => "can't be opened: the file or its folder may not be used".to_owned(),
            _ => format!("refuses: {cause}"),
        };
    }
    match cause {
        Error::PoolTimedOut => "has no connection free: all are in use".to_owned(),
        Error::Io(error) if error.kind() == ErrorKind::TimedOut => "does not answer in time".to_owned(),
        Error::Io(error) => format!("is not reachable: {error}"),
        Error::Database(refusal) => match refusal.code().as_deref() {
            Some("25006") => "is read-only".to_owned(),
            Some("53100") => "can't grow: the disk is full".to_owned(),
            Some("53300") => "has no connection free: the server's max_connections are in use".to_owned(),
            Some("55P03") => "keeps rows locked".to_owned(),
            Some("57014") => "does not answer in time".to_owned(),
            _ => refusal.message().to_owned(),
        },
        other => other.to_string(),
    }
}
