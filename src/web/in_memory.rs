//! Files that exist in memory only.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};

use actix_files::NamedFile;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::reply::Reply;
use crate::error::Error;

/// Content, and where there are such, a file of it without a name.
pub(super) struct InMemory {
    content: Cow<'static, [u8]>,
    file: Option<File>,
}

impl InMemory {
    pub(super) fn new(content: Cow<'static, [u8]>) -> io::Result<Self> {
        let file = nameless(&content)?;
        Ok(Self { content, file })
    }

    pub(super) fn answer(&self, request: &HttpRequest, name: &str) -> Reply {
        let whole = || {
            HttpResponse::Ok()
                .content_type(actix_files::file_extension_to_mime(extension(name)))
                .body(self.content.clone())
        };
        let Some(file) = self.file.as_ref().and_then(opened_again) else { return Ok(whole()) };
        let file = NamedFile::from_file(file, name).map_err(|e| Error::Internal(format!("{name}: {e}")))?;
        Ok(file.prefer_utf8(true).into_response(request))
    }
}

#[cfg(target_os = "linux")]
fn nameless(content: &[u8]) -> io::Result<Option<File>> {
    let mut file = File::from(rustix::fs::memfd_create("gatehouse", rustix::fs::MemfdFlags::CLOEXEC)?);
    file.write_all(content)?;
    Ok(Some(file))
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &[u8]) -> io::Result<Option<File>> {
    Ok(None)
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// The same file with a place to read from of its own; none where there is no `/proc`.
fn opened_again(file: &File) -> Option<File> {
    use std::os::fd::AsRawFd;
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

/// As small as gzip gets: it is done once, and sent to every first visitor.
pub(super) fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}
