//! What is the matter with a database, in words for an operator.

use std::io::ErrorKind;

use sea_orm::{DbErr, RuntimeErr};
use sqlx::Error;

use super::sqlite_code::{
    SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_IOERR, SQLITE_NOTADB, SQLITE_READONLY,
    sqlite_code,
};

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
                Self::new("doesn't answer in time", SEE_BUSY)
            }
            // Every error of TLS comes as this, with its own error inside.
            Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
                Self::new(format!("can't prove who it is: {error}"), TRUST)
            }
            Error::Io(error) => Self::new(format!("is not reachable: {error}"), CHECK),
            Error::Tls(error) => Self::new(format!("can't be reached with TLS: {error}"), TRUST),
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
            // Of poolers: they know fewer parameters and settings, or no transactions.
            "08P01" => Self::new(format!("refuses: {message}"), POOLER),
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
            "57014" => Self::new("doesn't answer in time", SEE_BUSY),
            "57P03" => Self::new(format!("is not ready: {message}"), "Wait until the server is up"),
            "XX001" | "XX002" => Self::new(format!("is damaged: {message}"), "Restore a backup"),
            _ => Self::new(format!("refuses: {message}"), CHECK),
        }
    }
}

const TRUST: &str = "Check sslmode and host in GATEHOUSE_DATABASE_URL; name the server's own authority by sslrootcert=FILE \
                     there, or by SSL_CERT_FILE";
const POOLER: &str = "Is it a pooler? Let it pool by session or by transaction, and leave `options` out of \
                      GATEHOUSE_DATABASE_URL";
const RESTART: &str = "Restore what was removed, or restart gatehouse";
const CHECK: &str = "Check GATEHOUSE_DATABASE_URL, and that the server runs";
const ALLOW: &str =
    "Let this user read and write the file and its folder, on a disk that is mounted for writing";

const RESTORE: &str = "Stop gatehouse and restore a backup; `sqlite3 FILE .recover` saves what can be saved";
const SEE_BUSY: &str = "See what keeps the server busy, and who holds locks (pg_stat_activity)";
