//! The database, private to `access`: everything else reads through a `Scope` and writes through a `Change`.
//!
//! ```text
//! Db ─► Reader ──────┐                    asks; once more when its connection was cut; by keys on connections of its own
//!    ─► Writer ──────┼─► Pool ─► Lease    a connection on loan, thrown away after anything doubtful
//!    ─► Transaction ─┘                    begun outermost, ended once, and bounded in time
//! ```

mod database;
mod failure;
mod fate;
mod fault;
mod file;
mod heartbeat;
mod lease;
mod migration;
mod pool;
mod pooler;
mod postgres_opening;
mod postgres_settings;
mod pulse;
mod reader;
mod schema;
mod schema_status;
mod source;
mod sqlite_code;
mod sqlite_opening;
mod transaction;
mod writer;

pub use database::Db;
pub use fault::Fault;
pub use reader::Reader;
pub use schema_status::SchemaStatus;
pub use transaction::Transaction;
pub use writer::Writer;
