//! A route: a method and a path, with what answers there, and who is let in to it.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{FromRequest, Handler, Responder, web};
use serde::Serialize;

use crate::api_document::Endpoint;
use crate::api_token::Scope;
use crate::authority::limits::Limit;
use crate::authority::{Authority, Takes, Who};
use crate::links::is_api;
use crate::web::api::{Operation, Readable};

/// A method and a path, who may use it, and what answers.
#[derive(Serialize)]
pub struct Route {
    #[serde(serialize_with = "method_name")]
    pub method: Method,
    pub path: String,
    pub who: Who,
    /// The scope that a token has to have; none where no token is taken.
    pub scope: Option<Scope>,
    #[serde(skip)]
    pub(super) takes: Takes,
    /// What programs send and are answered; none of a page.
    #[serde(skip)]
    pub operation: Option<Operation>,
    /// What may be done so often alone; none where no limit is told.
    #[serde(skip)]
    pub(super) limit: Option<Limit>,
    /// How what is there is read; none of a page.
    #[serde(skip)]
    pub(super) readable: Option<Readable>,
    #[serde(skip)]
    pub(super) handler: actix_web::Route,
}

impl Route {
    /// What the document of the API tells of it; none of a page.
    pub(super) fn endpoint(&self, is_edited: bool) -> Option<Endpoint<'_>> {
        let Self { method, path, who, scope, takes, limit, .. } = self;
        let takes_sessions = !matches!(takes, Takes::TokensFor(_));
        let operation = self.operation.as_ref()?;
        let (who, scope, is_limited) = (*who, *scope, limit.is_some());
        Some(Endpoint { method, path, who, scope, takes_sessions, is_edited, is_limited, operation })
    }

    /// Whether it changes or deletes what is there.
    pub(super) fn edits(&self) -> bool {
        [Method::PUT, Method::PATCH, Method::DELETE].contains(&self.method)
    }

    /// The same below `prefix`.
    #[must_use]
    fn below(mut self, prefix: &str) -> Self {
        self.path.insert_str(0, prefix);
        self.scope = scope(self.takes, &self.method, &self.path);
        self
    }
}

/// The same routes below `prefix`.
pub(super) fn below(prefix: &str, routes: Vec<Route>) -> Vec<Route> {
    routes.into_iter().map(|route| route.below(prefix)).collect()
}

macro_rules! methods {
    ($($name:ident $method:ident)*) => {
        $(/// A route of this method.
        pub(super) fn $name<F, Args>(path: &str, handler: F) -> Route
        where
            F: Handler<Args>,
            Args: Admits + FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            route(Method::$method, path, handler)
        })*
    };
}

methods! { get GET post POST }

/// A route of this method.
pub(super) fn route<F, Args>(method: Method, path: &str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Admits + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route_with(method, path, handler, |handler| handler)
}

/// The same with layers around the handler, inside of who may.
pub(super) fn route_with<F, Args>(
    method: Method,
    path: &str,
    handler: F,
    layers: impl FnOnce(actix_web::Route) -> actix_web::Route,
) -> Route
where
    F: Handler<Args>,
    Args: Admits + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let door = from_fn(admit_first::<Args::First>);
    let handler = layers(web::route().guard(matching(&method)).to(handler)).wrap(door);
    let (who, takes) = (Args::First::WHO, Args::First::TAKES);
    let scope = scope(takes, &method, path);
    Route {
        method,
        path: path.to_owned(),
        who,
        scope,
        takes,
        operation: None,
        limit: None,
        readable: None,
        handler,
    }
}

/// What a token has to be for, where programs ask.
fn scope(takes: Takes, method: &Method, path: &str) -> Option<Scope> {
    match takes {
        Takes::TokensFor(scope) => Some(scope),
        Takes::TokensOfPeople if is_api(path) => Some(Scope::asked(method.is_safe())),
        Takes::TokensOfPeople | Takes::NoToken => None,
    }
}

/// What begins with an authority.
pub trait Admits {
    /// The type of the first parameter.
    type First: Authority + 'static;
}

macro_rules! admits {
    ($($rest:ident)*) => {
        impl<First: Authority + 'static, $($rest),*> Admits for (First, $($rest),*) {
            type First = First;
        }
    };
}

admits!();
admits!(A);
admits!(A B);
admits!(A B C);
admits!(A B C D);

/// Settles who may before anything of the request's body is looked at: the handler's parameters are otherwise
/// extracted side by side, and a malformed form could speak before the refusal.
async fn admit_first<First: Authority>(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match request.extract::<First>().await {
        Ok(_) => next.call(request).await,
        Err(error) => Ok(request.error_response(error)),
    }
}

/// HEAD is asked of what answers GET, with the same checks.
fn matching(method: &Method) -> impl Guard + use<> {
    let method = method.clone();
    guard::fn_guard(move |context| {
        let asked = &context.head().method;
        *asked == method || method == Method::GET && *asked == Method::HEAD
    })
}

fn method_name<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}
