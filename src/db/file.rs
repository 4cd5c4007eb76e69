//! The file of an SQLite database, which may be taken away or replaced under a running process: what is written then is
//! gone with the process.

use std::fs::{File, Metadata, metadata};
use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Access, access};
use sea_orm::{DbErr, RuntimeErr};

use super::fault::Fault;
use crate::random;

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
        Err(DbErr::Conn(RuntimeErr::Internal("was removed or replaced".to_owned())))
    }
}

/// Why an SQLite file can't be written, as the disk tells it: SQLite itself says only that it can't. The file is not opened
/// for that: closing it again would end the locks that this process has on it (POSIX).
pub(super) fn unwritable(path: &Path) -> Option<Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (what, refusal) = match access(path, Access::WRITE_OK) {
        Err(refusal) => ("", Error::from(refusal)),
        Ok(()) => ("the folder ", write_beside(path).err()?),
    };
    let place = if what.is_empty() { path } else { folder }.display();
    let (reason, cure) = match refusal.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("can't grow: the disk is full".to_owned(), format!("Free space on the disk of {place}"))
        }
        ErrorKind::ReadOnlyFilesystem => {
            ("is read-only: the disk is".to_owned(), format!("Mount the disk of {place} writable"))
        }
        ErrorKind::PermissionDenied => (
            format!(
                "is read-only: gatehouse can't write to {}",
                if what.is_empty() { "the file" } else { "its folder" }
            ),
            format!("Let the user that gatehouse runs as own {what}{place} (chown, chmod u+rw)"),
        ),
        _ => (format!("can't be written: {refusal}"), format!("Look at the disk of {place}")),
    };
    Some(Fault::new(reason, cure))
}

/// Writes a page into a file beside the database that has lost its name before: nothing is left of it.
fn write_beside(path: &Path) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!("-probe-{}", random::id()));
    let mut file = File::create(&beside)?;
    std::fs::remove_file(&beside)?;
    file.write_all(&[0; 4096])
}
