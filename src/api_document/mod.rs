//! The OpenAPI 3.1 document of the API (rule 10.5), made of the routes and of what their handlers' types say: a route can't
//! be missing in it, nor say something else than is done.

mod answers;
mod endpoint;
mod headers;
mod operation;
mod parameters;
mod problems;
mod schemas;
mod security;
pub mod web;

pub use endpoint::Endpoint;
pub use problems::codes_by_status;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::http::Method;
use utoipa::openapi::path::{HttpMethod, Paths};
use utoipa::openapi::{
    Components, ComponentsBuilder, Contact, ContactBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder,
    RefOr, Schema, ServerBuilder,
};

use crate::links::Site;
use crate::web::error_page::Problem;

const ABOUT: &str = "What programs can do with Gatehouse. JSON in camelCase, times in RFC 3339 and UTC. Errors \
     are problems (RFC 9457) with a stable `code`. Sign in with a session's cookie, then a change needs the `Origin` of \
     this server; or with a token, then it needs the scope that the operation names.";

/// The document, made when it is first asked for.
pub struct ApiDocument {
    make: Box<dyn Fn() -> OpenApi + Send + Sync>,
    made: OnceLock<OpenApi>,
}

impl ApiDocument {
    /// One that `make` makes.
    pub fn new(make: impl Fn() -> OpenApi + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), made: OnceLock::new() }
    }

    /// What it says.
    pub fn get(&self) -> &OpenApi {
        self.made.get_or_init(|| (self.make)())
    }
}

/// The document of these routes; `cookie` is what a session's cookie is called.
pub fn document<'a>(endpoints: impl Iterator<Item = Endpoint<'a>>, cookie: &str) -> OpenApi {
    let (mut paths, mut schemas, mut ids) = (Paths::new(), BTreeMap::new(), operation::Ids::default());
    for endpoint in endpoints {
        let Some(method) = method(endpoint.method) else { continue };
        paths.add_path_operation(endpoint.path, vec![method], operation::describe(&endpoint, &mut ids));
        schemas.extend(endpoint.operation.draft.schemas.iter().cloned());
    }
    schemas::require_what_is_answered(&mut schemas);
    let info = InfoBuilder::new()
        .title("Gatehouse")
        .description(Some(ABOUT))
        .version(env!("CARGO_PKG_VERSION"))
        .contact(Some(contact()))
        .license(Some(license()));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url(Site.start()).description(Some("This server")).build()]))
        .paths(paths)
        .components(Some(components(schemas, cookie)))
        .tags(Some(operation::tags(&ids)))
        .build()
}

fn contact() -> Contact {
    ContactBuilder::new().name(Some("The admins of this server")).build()
}

fn license() -> License {
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    license
}

fn components(schemas: BTreeMap<String, RefOr<Schema>>, cookie: &str) -> Components {
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).schema_from::<Problem>();
    let components = problems::responses()
        .fold(components, |components, (name, response)| components.response(name, response));
    let add = |components: ComponentsBuilder, (name, scheme)| components.security_scheme(name, scheme);
    security::schemes(cookie).fold(components, add).build()
}

fn method(method: &Method) -> Option<HttpMethod> {
    Some(match *method {
        Method::GET => HttpMethod::Get,
        Method::POST => HttpMethod::Post,
        Method::PUT => HttpMethod::Put,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => return None,
    })
}
