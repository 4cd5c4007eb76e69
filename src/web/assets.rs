//! Style sheet, scripts and icon. They are inside the binary; actix-files serves them from files that exist in memory
//! only, so that nothing is left behind, however the process ends. The name of their folder in addresses is the hash of
//! their content: browsers may keep them permanently.

use actix_web::http::header::{AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, Encoding, HeaderValue, VARY};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpMessage, HttpRequest, web};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::in_memory::InMemory;
use super::reply::Reply;
use crate::error::Error;

/// What `build.rs` has prepared.
macro_rules! prepared {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// Each with its name, its content, and the same packed.
const FILES: [(&str, &[u8], &[u8]); 5] = [
    ("app.css", prepared!("app.css"), prepared!("app.css.gz")),
    ("app.js", prepared!("app.js"), prepared!("app.js.gz")),
    ("htmx.js", prepared!("htmx-4.0.1.min.js"), prepared!("htmx-4.0.1.min.js.gz")),
    ("passkeys.js", prepared!("passkeys.js"), prepared!("passkeys.js.gz")),
    ("favicon.svg", prepared!("favicon.svg"), prepared!("favicon.svg.gz")),
];

/// The addresses that templates link.
pub struct AssetLinks {
    pub css: String,
    pub js: String,
    pub htmx: String,
    pub passkeys: String,
    pub favicon: String,
}

/// The files, ready to be served.
pub struct Assets {
    files: Vec<Asset>,
    prefix: String,
    pub links: AssetLinks,
}

struct Asset {
    name: &'static str,
    plain: InMemory,
    gzipped: InMemory,
}

impl Default for Assets {
    /// Makes the files ready.
    fn default() -> Self {
        let mut digest = Sha256::new();
        let mut files = Vec::new();
        for (name, content, packed) in FILES {
            digest.update(content);
            files.push(Asset { name, plain: InMemory::new(content), gzipped: InMemory::new(packed) });
        }
        let prefix = format!("/static/{}", &HEXLOWER.encode(&digest.finalize())[..16]);
        let link = |name: &str| format!("{prefix}/{name}");
        let links = AssetLinks {
            css: link("app.css"),
            js: link("app.js"),
            htmx: link("htmx.js"),
            passkeys: link("passkeys.js"),
            favicon: link("favicon.svg"),
        };
        Self { files, prefix, links }
    }
}

impl Assets {
    /// Serves the files, and nothing else.
    pub fn register(&self, config: &mut web::ServiceConfig) {
        let forever = DefaultHeaders::new().add((CACHE_CONTROL, "public, max-age=31536000, immutable"));
        let file =
            web::resource("/{name}").route(web::get().to(show)).route(web::head().to(show)).default_service(
                web::to(|| async { Reply::Err(Error::MethodNotAllowed("GET, HEAD".to_owned())) }),
            );
        let missing = web::to(|| async { Reply::Err(Error::NotFound) });
        config.service(web::scope(&self.prefix).wrap(forever).service(file).default_service(missing));
    }
}

/// `{name}`.
#[derive(Deserialize)]
struct AssetPath {
    name: String,
}

async fn show(request: HttpRequest, path: web::Path<AssetPath>, assets: web::Data<Assets>) -> Reply {
    let asset = assets.files.iter().find(|asset| asset.name == path.name).ok_or(Error::NotFound)?;
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

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn vendored_files_are_the_ones_that_were_published() {
        let sums = include_str!("../../static/vendor/SHA256SUMS");
        let (_, htmx, _) = FILES[2];
        assert!(sums.contains(&HEXLOWER.encode(&Sha256::digest(htmx))), "htmx differs from SHA256SUMS");
    }

    #[test]
    fn what_is_packed_is_the_same() {
        for (name, content, packed) in FILES {
            let mut unpacked = Vec::new();
            GzDecoder::new(packed).read_to_end(&mut unpacked).expect("gzip");
            assert!(unpacked == content && packed.len() < content.len(), "{name}");
        }
    }
}
