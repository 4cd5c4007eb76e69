//! What a handler's types say of its operation.

use actix_web::http::StatusCode;
use actix_web::web;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Schema};
use utoipa::{IntoParams, ToSchema};

use super::answers::{Created, Done, Shown};
use super::body::Body;
use super::lines::Lines;
use super::marks::marked;
use crate::error::Result;
use crate::web::file::JSON_LINES;

/// An operation, as far as types tell.
#[derive(Default)]
pub struct Draft {
    /// What can stand in the query.
    pub query: Vec<Parameter>,
    pub body: Option<RequestBody>,
    /// The status of a good answer.
    pub status: StatusCode,
    /// Its body, where it has one.
    pub answer: Option<Answer>,
    /// Every schema that it names.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// The body of an answer.
pub struct Answer {
    pub media_type: &'static str,
    pub schema: RefOr<Schema>,
    /// The name of the schema of its document, or of each.
    pub document: String,
}

impl Answer {
    /// A document of the schema of this name.
    fn json(name: String) -> Self {
        let schema = Ref::from_schema_name(&name).into();
        Self { media_type: "application/json", schema, document: name }
    }

    /// Such a document on each line.
    fn lines(name: String) -> Self {
        let about = format!("On each line a `{name}`, and in it `cursor`: the place behind it in the list.");
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).description(Some(about));
        Self { media_type: JSON_LINES, schema: text.into(), document: name }
    }
}

/// What programs send to a route and are answered there.
pub struct Operation {
    /// What it does, in a few words.
    pub summary: &'static str,
    pub draft: Draft,
}

impl Draft {
    /// Notes a schema and those that it names, and says what it is called.
    fn note<T: ToSchema>(&mut self) -> String {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        name
    }

    /// The name of the schema of the document that it answers.
    pub fn document(&self) -> Option<String> {
        self.answer.as_ref().map(|answer| answer.document.clone())
    }

    /// Whether it answers a list, which is no one thing to change.
    pub fn is_list(&self) -> bool {
        self.document().is_some_and(|name| name.ends_with("List"))
    }

    /// Names of the answer's fields that bear a mark.
    pub fn marked(&self, mark: &str) -> Vec<String> {
        let of = |document| self.schemas.iter().find(|(name, _)| *name == document);
        self.document().and_then(of).map(|(_, schema)| marked(schema, mark)).unwrap_or_default()
    }
}

/// What a handler takes, and what it answers.
pub trait Describes {
    /// Adds what is to be said of it.
    fn describe(draft: &mut Draft);
}

/// What stands in a path is told by the path.
impl<SomePath> Describes for web::Path<SomePath> {
    fn describe(_: &mut Draft) {}
}

/// What the server has of its own is none of the client's.
impl<T: 'static> Describes for web::Data<T> {
    fn describe(_: &mut Draft) {}
}

impl<T: IntoParams> Describes for web::Query<T> {
    fn describe(draft: &mut Draft) {
        draft.query = T::into_params(|| Some(ParameterIn::Query));
    }
}

impl<T: ToSchema> Describes for Body<T> {
    fn describe(draft: &mut Draft) {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(draft.note::<T>()))).build();
        let body = RequestBodyBuilder::new().content("application/json", content);
        draft.body = Some(body.required(Some(Required::True)).build());
    }
}

impl<T: ToSchema> Describes for Shown<T> {
    fn describe(draft: &mut Draft) {
        draft.answer = Some(Answer::json(draft.note::<T>()));
    }
}

impl<T: ToSchema> Describes for Lines<T> {
    fn describe(draft: &mut Draft) {
        draft.answer = Some(Answer::lines(draft.note::<T>()));
    }
}

impl<T: ToSchema> Describes for Created<T> {
    fn describe(draft: &mut Draft) {
        draft.status = StatusCode::CREATED;
        draft.answer = Some(Answer::json(draft.note::<T>()));
    }
}

impl Describes for Done {
    fn describe(draft: &mut Draft) {
        draft.status = StatusCode::NO_CONTENT;
    }
}

impl<T: Describes> Describes for Result<T> {
    fn describe(draft: &mut Draft) {
        T::describe(draft);
    }
}
