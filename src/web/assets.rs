//! Style sheet, scripts and icon. They are inside the binary; actix-files serves them from a private temporary
//! folder whose name in addresses is the hash of their content, so that browsers may keep them for good.

use std::io::Write;

use actix_files::Files;
use actix_web::dev::{ServiceRequest, fn_service};
use actix_web::http::header::CACHE_CONTROL;
use actix_web::middleware::DefaultHeaders;
use actix_web::web;
use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

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

/// The unpacked files; the folder goes when this is dropped.
pub struct Assets {
    folder: TempDir,
    prefix: String,
    pub links: Links,
}

impl Assets {
    /// Unpacks the files.
    ///
    /// # Errors
    /// When the temporary folder can't be written.
    pub fn unpack() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("gatehouse-").tempdir()?;
        let mut digest = Sha256::new();
        for (name, content) in FILES {
            std::fs::write(folder.path().join(name), content)?;
            std::fs::write(folder.path().join(format!("{name}.gz")), gzip(content)?)?;
            digest.update(content);
        }
        let prefix = format!("/static/{}", &HEXLOWER.encode(&digest.finalize())[..16]);
        let link = |name: &str| format!("{prefix}/{name}");
        let links = Links {
            css: link("app.css"),
            js: link("app.js"),
            htmx: link("htmx.js"),
            favicon: link("favicon.svg"),
        };
        Ok(Self { folder, prefix, links })
    }

    /// Serves the files: no listing, no dot files, nothing but what was unpacked.
    pub fn register(&self, config: &mut web::ServiceConfig) {
        let missing =
            fn_service(|request: ServiceRequest| async move { Ok(request.error_response(Error::NotFound)) });
        let files =
            Files::new("/", self.folder.path()).prefer_utf8(true).try_compressed().default_handler(missing);
        let forever = DefaultHeaders::new().add((CACHE_CONTROL, "public, max-age=31536000, immutable"));
        config.service(web::scope(&self.prefix).wrap(forever).service(files));
    }
}

/// As small as gzip gets: it is done once, and sent to every first visitor.
fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
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
