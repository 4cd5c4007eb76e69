//! Style sheet, scripts and icon. They are inside the binary; actix-files serves them from files that exist in memory
//! only, so that nothing is left behind, however the process ends. The name of their folder in addresses is the hash of
//! their content: browsers may keep them for good.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};

use actix_files::NamedFile;
use actix_web::http::header::{AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, Encoding, HeaderValue, VARY};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::Reply;
use crate::app::Services;
use crate::error::Error;

const FILES: [(&str, &[u8]); 4] = [
    ("app.css", include_bytes!("../../static/app.css")),
    ("app.js", include_bytes!("../../static/app.js")),
    ("htmx.js", include_bytes!("../../static/vendor/htmx-4.0.1.min.js")),
    ("favicon.svg", include_bytes!("../../static/favicon.svg")),
];

/// The addresses that templates link.
pub struct Links {
    pub css: String,
    pub js: String,
    pub htmx: String,
    pub favicon: String,
}

/// The files, ready to be served.
pub struct Assets {
    files: Vec<Asset>,
    prefix: String,
    pub links: Links,
}

struct Asset {
    name: &'static str,
    plain: InMemory,
    gzipped: InMemory,
}

impl Assets {
    /// Makes the files ready.
    ///
    /// # Errors
    /// When the system has no memory for them.
    pub fn new() -> io::Result<Self> {
        let mut digest = Sha256::new();
        let mut files = Vec::new();
        for (name, content) in FILES {
            digest.update(content);
            let (plain, gzipped) = (InMemory::new(content.into())?, InMemory::new(gzip(content)?.into())?);
            files.push(Asset { name, plain, gzipped });
        }
        let prefix = format!("/static/{}", &HEXLOWER.encode(&digest.finalize())[..16]);
        let link = |name: &str| format!("{prefix}/{name}");
        let links = Links {
            css: link("app.css"),
            js: link("app.js"),
            htmx: link("htmx.js"),
            favicon: link("favicon.svg"),
        };
        Ok(Self { files, prefix, links })
    }

    /// Serves the files, and nothing else.
    pub fn register(&self, config: &mut web::ServiceConfig) {
        let forever = DefaultHeaders::new().add((CACHE_CONTROL, "public, max-age=31536000, immutable"));
        let file = web::resource("/{name}")
            .route(web::get().to(show))
            .route(web::head().to(show))
            .default_service(web::to(|| async { Reply::Err(Error::MethodNotAllowed) }));
        let missing = web::to(|| async { Reply::Err(Error::NotFound) });
        config.service(web::scope(&self.prefix).wrap(forever).service(file).default_service(missing));
    }
}

async fn show(request: HttpRequest, name: web::Path<String>, services: web::Data<Services>) -> Reply {
    let asset = services.assets.files.iter().find(|asset| asset.name == *name).ok_or(Error::NotFound)?;
    if !takes_gzip(&request) {
        return asset.plain.answer(&request, asset.name);
    }
    let mut response = asset.gzipped.answer(&request, asset.name)?;
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    let accepted = request.get_header::<AcceptEncoding>();
    accepted.and_then(|accepted| accepted.negotiate(ours.iter())) == Some(Encoding::gzip())
}

/// Content, and where there are such, a file of it without a name.
struct InMemory {
    content: Cow<'static, [u8]>,
    file: Option<File>,
}

impl InMemory {
    fn new(content: Cow<'static, [u8]>) -> io::Result<Self> {
        let file = nameless(&content)?;
        Ok(Self { content, file })
    }

    fn answer(&self, request: &HttpRequest, name: &str) -> Reply {
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
fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendored_files_are_the_ones_that_were_published() {
        let sums = include_str!("../../static/vendor/SHA256SUMS");
        let (_, htmx) = FILES[2];
        assert!(sums.contains(&HEXLOWER.encode(&Sha256::digest(htmx))), "htmx differs from SHA256SUMS");
    }
}
