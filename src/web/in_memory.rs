//! Files that exist in memory only, for actix-files, which serves files: no folder for temporary ones is needed. Where the
//! system has none, or no `/proc` to open them by, the bytes themselves are sent.

use std::fs::File;
use std::io::Write;

use actix_files::NamedFile;
use actix_web::http::header::{CONTENT_TYPE, ETAG, EntityTag, IfNoneMatch};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::reply::Reply;
use crate::error::Error;

/// Content, and where there are such, a file of it without a name.
pub(super) struct InMemory {
    content: &'static [u8],
    file: Option<File>,
}

impl InMemory {
    pub(super) fn new(content: &'static [u8]) -> Self {
        let file = nameless(content);
        Self { content, file }
    }

    pub(super) fn answer(&self, request: &HttpRequest, name: &str) -> Reply {
        let Some(file) = self.file.as_ref().and_then(opened_again) else {
            return Ok(self.bytes(request, name));
        };
        let file = NamedFile::from_file(file, name).map_err(|e| Error::Internal(format!("{name}: {e}")))?;
        Ok(file.prefer_utf8(true).into_response(request))
    }

    /// What actix-files would answer with a file.
    fn bytes(&self, request: &HttpRequest, name: &str) -> HttpResponse {
        let tag = EntityTag::new_strong(HEXLOWER.encode(&Sha256::digest(self.content)[..8]));
        let is_known = match request.get_header::<IfNoneMatch>() {
            Some(IfNoneMatch::Any) => true,
            Some(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
            None => false,
        };
        let kind = format!("{}; charset=utf-8", actix_files::file_extension_to_mime(extension(name)));
        let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response.insert_header((ETAG, tag.to_string())).insert_header((CONTENT_TYPE, kind));
        if is_known { response.finish() } else { response.body(self.content) }
    }
}

#[cfg(target_os = "linux")]
fn nameless(content: &[u8]) -> Option<File> {
    let mut file = File::from(rustix::fs::memfd_create("gatehouse", rustix::fs::MemfdFlags::CLOEXEC).ok()?);
    file.write_all(content).ok()?;
    Some(file)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &[u8]) -> Option<File> {
    None
}

fn extension(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or_default()
}

/// The same file with a place to read from of its own; none where there is no `/proc`.
fn opened_again(file: &File) -> Option<File> {
    use std::os::fd::AsRawFd;
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::IF_NONE_MATCH;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn without_a_file_the_bytes_are_sent_as_it_would_be() {
        let with = InMemory::new(b"a { }");
        let without = InMemory { content: with.content, file: None };
        assert!(with.file.is_some(), "this system has files without a name");
        for asset in [&with, &without] {
            let show = |request: TestRequest| {
                asset.answer(&request.to_http_request(), "app.css").expect("an answer")
            };
            let fresh = show(TestRequest::default());
            let header = |name| fresh.headers().get(name).cloned().expect("a header");
            assert_eq!(header(CONTENT_TYPE), "text/css; charset=utf-8");
            let again = show(TestRequest::default().insert_header((IF_NONE_MATCH, header(ETAG))));
            assert_eq!([fresh.status().as_u16(), again.status().as_u16()], [200, 304]);
        }
    }
}
