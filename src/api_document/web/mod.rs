//! `/api/openapi.json`, and `/api/docs`: the same as pages, one for each part of the API.

mod document;
mod fields;
mod page;

pub use document::show;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use crate::api_document::ApiDocument;
use crate::authority::Anyone;
use crate::error::Error;
use crate::web::{Reply, View};
use page::{Index, Part};

/// `{part}`.
#[derive(Deserialize)]
pub struct PartPath {
    part: String,
}

/// `GET /api/docs`.
pub async fn index(_: Anyone, view: View, document: Data<ApiDocument>) -> Reply {
    view.manual(StatusCode::OK, &Index::of(document.get()))
}

/// `GET /api/docs/{part}`.
pub async fn part(_: Anyone, view: View, document: Data<ApiDocument>, path: Path<PartPath>) -> Reply {
    let part = Part::of(document.get(), &path.part).ok_or(Error::NotFound)?;
    view.manual(StatusCode::OK, &part)
}
