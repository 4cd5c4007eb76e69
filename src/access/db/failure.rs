//! What a failure of the database means for whoever asked: whether the connection can be trusted any more, whether
//! the statement may be tried again, and what a person is to be told.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error;

const SQLITE_BUSY: u32 = 5;
const SQLITE_READONLY: u32 = 8;
const SQLITE_IOERR: u32 = 10;
const SQLITE_IOERR_FSYNC: &str = "1034";
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_FULL: u32 = 13;
const SQLITE_CANTOPEN: u32 = 14;
const SQLITE_CONSTRAINT: u32 = 19;
const SQLITE_NOTADB: u32 = 26;
/// What keeps SQLite from writing anything.
const SQLITE_UNWRITABLE: [u32; 6] =
    [SQLITE_READONLY, SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN, SQLITE_NOTADB];

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

/// The primary result code (<https://www.sqlite.org/rescode.html>), if it is SQLite that speaks.
fn sqlite_code(error: &Error) -> Option<u32> {
    let Error::Database(refusal) = error else { return None };
    let refusal = refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    Some(sqlx::error::DatabaseError::code(refusal)?.parse::<u32>().ok()? & 0xff)
}

/// What is the matter with a database, and what to do about it; both to be read by an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// To be read after its name: "is read-only".
    pub reason: String,
    pub cure: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}. {}", self.reason, self.cure)
    }
}

impl Fault {
    pub(super) fn new(reason: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { reason: reason.into(), cure: cure.into() }
    }

    /// What a failure says of the database.
    pub(super) fn of(failure: &DbErr) -> Self {
        match failure {
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => Self::caused_by(cause),
            DbErr::Conn(RuntimeErr::Internal(sentence)) | DbErr::Custom(sentence) => {
                Self::new(sentence.as_str(), RESTART)
            }
            other => Self::new(format!("refuses: {other}"), CHECK),
        }
    }

    /// What SQLite's own check has found.
    pub(super) fn damaged(found: &str) -> Self {
        let found = found.lines().last().unwrap_or_default();
        Self::new(format!("is damaged: {found}"), RESTORE)
    }

    pub(super) fn caused_by(cause: &Error) -> Self {
        if let Some(code) = sqlite_code(cause) {
            return Self::of_sqlite(code, cause);
        }
        match cause {
            Error::Database(refusal) => {
                Self::of_postgres(refusal.code().as_deref().unwrap_or_default(), refusal.message())
            }
            Error::PoolTimedOut => Self::new("has no connection free: all are in use", SEE_BUSY),
            Error::Io(error) if error.kind() == ErrorKind::TimedOut => {
                Self::new("does not answer in time", SEE_BUSY)
            }
            Error::Io(error) => Self::new(format!("is not reachable: {error}"), CHECK),
            other => Self::new(format!("can't be used: {other}"), CHECK),
        }
    }

    fn of_sqlite(code: u32, cause: &Error) -> Self {
        match code {
            SQLITE_BUSY => {
                Self::new("is locked by another process", "End that process: `fuser` on the file names it")
            }
            SQLITE_READONLY => Self::new("is read-only", ALLOW),
            SQLITE_IOERR => {
                Self::new("can't be read or written: the disk reports an error", "Look at the disk's own log")
            }
            SQLITE_CORRUPT | SQLITE_NOTADB => Self::new("is damaged", RESTORE),
            SQLITE_FULL => Self::new("can't grow: the disk is full", "Free space on its disk"),
            SQLITE_CANTOPEN => Self::new("can't be opened", ALLOW),
            _ => Self::new(format!("refuses: {cause}"), CHECK),
        }
    }

    /// By the code of PostgreSQL (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
    fn of_postgres(code: &str, message: &str) -> Self {
        match code {
            "25006" => Self::new(
                "is read-only",
                "Name the primary, or let this role write (default_transaction_read_only)",
            ),
            "28000" | "28P01" => {
                Self::new(format!("refuses: {message}"), "Check user and password in GATEHOUSE_DATABASE_URL")
            }
            "3D000" => Self::new(
                format!("is not there: {message}"),
                "Create it, or check its name in GATEHOUSE_DATABASE_URL",
            ),
            "42501" => Self::new(
                format!("refuses: {message}"),
                "Make this role the owner of the tables, or grant it all rights on the schema",
            ),
            "53100" => Self::new("can't grow: the disk is full", "Free space on the server's disk"),
            "53300" => Self::new(
                "has no connection free: the server's are all in use",
                "Raise its max_connections, or run fewer instances",
            ),
            "55P03" => Self::new("keeps rows locked", SEE_BUSY),
            "57014" => Self::new("does not answer in time", SEE_BUSY),
            "57P03" => Self::new(format!("is not ready: {message}"), "Wait until the server is up"),
            "XX001" | "XX002" => Self::new(format!("is damaged: {message}"), "Restore a backup"),
            _ => Self::new(format!("refuses: {message}"), CHECK),
        }
    }
}

const RESTART: &str = "Put back what was taken away, or restart gatehouse";
const CHECK: &str = "Check GATEHOUSE_DATABASE_URL, and that the server runs";
const ALLOW: &str =
    "Let this user read and write the file and its folder, on a disk that is mounted for writing";
const RESTORE: &str = "Stop gatehouse and restore a backup; `sqlite3 FILE .recover` saves what can be saved";
const SEE_BUSY: &str = "See what keeps the server busy, and who holds locks (pg_stat_activity)";
