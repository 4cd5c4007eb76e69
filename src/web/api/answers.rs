//! What a handler answers a program.

use std::borrow::Cow;

use actix_web::body::BoxBody;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ArrayBuilder, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::listing::ListPage;

/// 200, and a document.
pub struct Shown<T>(pub T);

/// 201, and the document that has come about.
pub struct Created<T>(pub T);

/// 204: it is done, and there is nothing to say of it.
pub struct Done;

/// A list and where the next part of it begins.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A part of a list, whose rows are `shown` so.
    pub fn part<Row, K: Serialize>(page: ListPage<Row, K>, shown: impl FnMut(Row) -> T) -> Self {
        Self {
            next_cursor: page.next.map(|cursor| cursor.to_string()),
            items: page.rows.into_iter().map(shown).collect(),
        }
    }

    /// All of a list that is short.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        let cursor =
            ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null])).description(
                Some("Where the next part begins: send it as `cursor`. Null at the end of the list."),
            );
        ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .required("items")
            .property("nextCursor", cursor)
            .required("nextCursor")
            .into()
    }
}

impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

fn document(mut response: HttpResponseBuilder, body: &impl Serialize) -> HttpResponse {
    response.insert_header((CACHE_CONTROL, "no-store")).json(body)
}

impl<T: Serialize> Responder for Shown<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        document(HttpResponse::Ok(), &self.0)
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        document(HttpResponse::Created(), &self.0)
    }
}

impl Responder for Done {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
