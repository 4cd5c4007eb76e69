//! Every URL on one page. Who may use a route is said by the type of its handler's first parameter; a handler
//! without such a parameter can't be listed here.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{self, Guard};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{FromRequest, Handler, Responder, web};
use serde::Serialize;

use crate::access::{Authority, Who};
use crate::error::Error;
use crate::web::health;
use crate::{account, audit, gate, invites, llm_keys, organization, sign_in, users};

/// All routes, in the order of the navigation.
pub fn table() -> Vec<Route> {
    vec![
        route(Method::GET, "/", sign_in::web::start),
        route(Method::GET, "/sign-in", sign_in::web::index),
        route(Method::POST, "/auth/{provider}", sign_in::web::begin),
        route(Method::GET, "/auth/{provider}/callback", sign_in::web::callback),
        route(Method::GET, "/claim/{token}", sign_in::web::claim),
        route(Method::GET, "/sign-in-links/{token}", sign_in::web::link::look),
        route(Method::POST, "/sign-in-links/{token}", sign_in::web::link::take),
        route(Method::GET, "/invites/{token}", invites::visit::landing),
        route(Method::POST, "/invites/{token}/acceptance", invites::visit::acceptance),
        route(Method::POST, "/invites/{token}/request", invites::visit::request_another),
        route(Method::POST, "/sign-out", sign_in::web::sign_out),
        route(Method::GET, "/settings", account::web::index),
        route(Method::POST, "/settings/theme", account::web::set_theme),
        route(Method::POST, "/settings/identities", sign_in::web::begin_to_connect),
        route(Method::POST, "/settings/identities/{identity}/disconnect", account::web::disconnect),
        route(Method::POST, "/settings/sessions/end-others", account::web::end_other_sessions),
        route(Method::POST, "/settings/sessions/{session}/end", account::web::end_session),
        route(Method::GET, "/settings/departure", account::going::departure),
        route(Method::POST, "/settings/departure", account::going::leave),
        route(Method::GET, "/settings/deletion", account::going::deletion),
        route(Method::POST, "/settings/deletion", account::going::delete),
        route(Method::GET, "/settings/admin", organization::web::index),
        route(Method::POST, "/settings/admin", organization::web::rename),
        route(Method::GET, "/settings/admin/access", gate::web::index),
        route(Method::POST, "/settings/admin/access", gate::web::save),
        route(Method::POST, "/settings/admin/access/allowed-addresses", gate::web::allow_address),
        route(Method::POST, "/settings/admin/access/methods/{provider}", gate::web::switch_method),
        route(Method::POST, "/settings/admin/access/methods/{provider}/test", gate::web::test_method),
        route(Method::GET, "/settings/admin/users", users::web::index),
        route(Method::POST, "/settings/admin/users/bulk", users::many::bulk),
        route(Method::GET, "/settings/admin/users/export", users::export::export),
        route(Method::GET, "/settings/admin/users/{user}", users::person::show),
        route(Method::GET, "/settings/admin/users/{user}/role", users::person::ask_role),
        route(Method::POST, "/settings/admin/users/{user}/role", users::acts::change_role),
        route(Method::GET, "/settings/admin/users/{user}/offboarding", users::person::offboarding),
        route(Method::POST, "/settings/admin/users/{user}/deactivation", users::acts::deactivate),
        route(Method::POST, "/settings/admin/users/{user}/reactivation", users::acts::reactivate),
        route(Method::POST, "/settings/admin/users/{user}/removal", users::acts::remove),
        route(Method::POST, "/settings/admin/users/{user}/sessions/end", users::acts::end_sessions),
        route(Method::POST, "/settings/admin/users/{user}/sessions/{session}/end", users::acts::end_session),
        route(Method::GET, "/settings/admin/invites", invites::web::index),
        route(Method::POST, "/settings/admin/invites", invites::web::send),
        route(Method::POST, "/settings/admin/invites/test-mail", invites::web::test_mail),
        route(Method::POST, "/settings/admin/invites/{invite}/resend", invites::web::resend),
        route(Method::POST, "/settings/admin/invites/{invite}/revocation", invites::web::revoke),
        route(Method::GET, "/settings/admin/llm-keys", llm_keys::web::index),
        route(Method::POST, "/settings/admin/llm-keys", llm_keys::web::save),
        route(Method::POST, "/settings/admin/llm-keys/{provider}/test", llm_keys::web::test),
        route(Method::POST, "/settings/admin/llm-keys/{provider}/removal", llm_keys::web::remove),
        route(Method::POST, "/settings/admin/llm-keys/{provider}/restoration", llm_keys::web::restore),
        route(Method::POST, "/settings/admin/llm-keys/{provider}/reversion", llm_keys::web::revert),
        route(
            Method::POST,
            "/settings/admin/llm-keys/{provider}/previous/removal",
            llm_keys::web::erase_previous,
        ),
        route(Method::GET, "/settings/admin/audit", audit::web::index),
        route(Method::GET, "/settings/admin/audit/export", audit::web::export),
        route(Method::GET, "/settings/admin/audit/{event}", audit::web::show),
        route(Method::GET, "/api/me", account::api::me),
        route(Method::GET, "/api/org", organization::api::show),
        route(Method::GET, "/api/org/users", users::api::colleagues),
        route(Method::GET, "/api/org/llm-keys", llm_keys::api::seen),
        route(Method::GET, "/api/admin/settings", organization::api::settings),
        route(Method::PATCH, "/api/admin/settings", organization::api::change_settings),
        route(Method::POST, "/api/admin/access/simulation", gate::api::simulation),
        route(Method::GET, "/api/admin/llm-keys", llm_keys::api::index),
        route(Method::PUT, "/api/admin/llm-keys/{provider}", llm_keys::api::set),
        route(Method::DELETE, "/api/admin/llm-keys/{provider}", llm_keys::api::remove),
        route(Method::POST, "/api/admin/llm-keys/{provider}/test", llm_keys::api::test),
        route(Method::POST, "/api/admin/llm-keys/{provider}/restoration", llm_keys::api::restore),
        route(Method::POST, "/api/admin/llm-keys/{provider}/reversion", llm_keys::api::revert),
        route(Method::GET, "/api/admin/invites", invites::api::index),
        route(Method::POST, "/api/admin/invites", invites::api::create),
        route(Method::DELETE, "/api/admin/invites/{invite}", invites::api::revoke),
        route(Method::POST, "/api/admin/invites/{invite}/resend", invites::api::resend),
        route(Method::GET, "/api/admin/users", users::api::index),
        route(Method::PATCH, "/api/admin/users/{user}", users::api::change),
        route(Method::DELETE, "/api/admin/users/{user}", users::api::remove),
        route(Method::GET, "/healthz", health::live),
        route(Method::GET, "/readyz", health::ready),
    ]
}

/// A method and a path, who may use it, and what answers.
#[derive(Serialize)]
pub struct Route {
    #[serde(serialize_with = "method_name")]
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    #[serde(skip)]
    handler: actix_web::Route,
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

fn route<F, Args>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Admits + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let door = from_fn(admit_first::<Args::First>);
    let handler = web::route().guard(matching(&method)).to(handler).wrap(door);
    Route { method, path, who: Args::First::WHO, handler }
}

/// Settles who may before anything of the request's body is looked at: the handler's parameters are otherwise
/// extracted side by side, and a malformed form could speak before the refusal.
async fn admit_first<First: Authority>(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match request.extract::<First>().await {
        // PostgreSQL has no texts with a NUL: whatever such a name would mean is not there.
        Ok(_) if request.path().contains("%00") => Ok(request.error_response(Error::NotFound)),
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

/// Puts every route into the application; other methods answer 405, other paths 404.
pub fn register(config: &mut web::ServiceConfig) {
    let mut routes = table().into_iter().peekable();
    while let Some(first) = routes.next() {
        let mut resource = web::resource(first.path).route(first.handler);
        while let Some(same) = routes.next_if(|next| next.path == first.path) {
            resource = resource.route(same.handler);
        }
        config.service(resource.default_service(web::to(method_not_allowed)));
    }
    config.default_service(web::to(not_found));
}

async fn not_found() -> Result<String, Error> {
    Err(Error::NotFound)
}

async fn method_not_allowed() -> Result<String, Error> {
    Err(Error::MethodNotAllowed)
}

fn method_name<S: serde::Serializer>(method: &Method, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(method.as_str())
}
