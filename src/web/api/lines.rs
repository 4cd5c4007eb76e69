//! Long lists that are streamed: a document on each line.

use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::{Stream, TryStreamExt};
use serde::Serialize;

use crate::error::Result;
use crate::web::file::{JSON_LINES, json_lines};

/// 200, and a document on each line, with `cursor`: the place behind it in the list. An export that broke off goes on from
/// the last line that came whole.
pub struct Lines<T> {
    parts: Pin<Box<dyn Stream<Item = Result<Bytes>>>>,
    row: PhantomData<T>,
}

/// A row, and the place behind it.
#[derive(Serialize)]
struct Line<T> {
    #[serde(flatten)]
    row: T,
    cursor: String,
}

impl<T: Serialize + 'static> Lines<T> {
    /// The lines of rows that are read part by part, each with the place behind it.
    pub fn of(parts: impl Stream<Item = Result<Vec<(T, String)>>> + 'static) -> Self {
        let line = |(row, cursor)| Line { row, cursor };
        let written = parts
            .and_then(move |rows| async move { Ok(Bytes::from(json_lines(rows.into_iter().map(line))?)) });
        Self { parts: Box::pin(written), row: PhantomData }
    }
}

impl<T> Responder for Lines<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, JSON_LINES))
            .insert_header((CACHE_CONTROL, "no-store"))
            .streaming(self.parts)
    }
}
