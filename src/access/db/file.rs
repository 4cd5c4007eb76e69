//! The file of an SQLite database, which may be taken away or replaced under a running process: what is written then is
//! gone with the process.

use std::fs::{Metadata, metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_orm::DbErr;

/// The file as it was when it was opened.
#[derive(Clone)]
pub(super) struct DataFile {
    path: Arc<PathBuf>,
    device: u64,
    inode: u64,
}

impl DataFile {
    /// The file at `path`, if there is one: a database in memory has none.
    pub fn at(path: &Path) -> Option<Self> {
        let file = metadata(path).ok()?;
        Some(Self { path: Arc::new(path.to_owned()), device: file.dev(), inode: file.ino() })
    }

    /// Refuses when the path leads to another file by now, or to none.
    pub fn refuse_if_gone(&self) -> Result<(), DbErr> {
        let is_there = |file: &Metadata| file.dev() == self.device && file.ino() == self.inode;
        if metadata(&*self.path).as_ref().is_ok_and(is_there) {
            return Ok(());
        }
        let path = self.path.display();
        Err(DbErr::Custom(format!("was taken away or replaced ({path}): put it back, or restart gatehouse")))
    }
}
