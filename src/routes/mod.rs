//! Every URL on one page. Who may use a route is said by the type of its handler's first parameter; a handler
//! without such a parameter can't be listed here.

mod api;
mod programs;
mod route;

pub use route::{Admits, Route};

use std::collections::HashSet;
use std::future::ready;

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CACHE_CONTROL};
use actix_web::{HttpRequest, HttpResponse, Resource, Scope, web};
use utoipa::openapi::OpenApi;

use crate::api_token::Scope as TokenScope;
use crate::error::Error;
use crate::links::{API_ORGANIZATION, ORGANIZATION_PREFIX, SETTINGS_ADMIN};
use crate::tenancy::Tenancy;
use crate::web::cookies::Cookies;
use crate::web::health;
use crate::{
    access, account, api_document, audit, authority, invites, joining, llm_keys, operator, organization,
    ownership, projects, second_factor, security, sign_in, teams, tokens, users,
};
use route::{below, get, post};

/// All routes, in the order of the navigation. Where there are many organizations, the pages of each are below its own
/// address, and what programs ask of it below its id; the short addresses of programs mean the only one.
pub fn table(tenancy: Tenancy) -> Vec<Route> {
    let prefix = if tenancy.is_multi() { ORGANIZATION_PREFIX } else { "" };
    let mut groups = vec![
        of_sign_in(),
        of_invitations(),
        of_accounts(tenancy),
        below(prefix, of_the_organization()),
        below(prefix, of_users(tenancy)),
        below(prefix, of_invites()),
        below(prefix, of_llm_keys()),
        below(prefix, of_projects()),
        below(prefix, of_project_keys()),
        below(prefix, of_teams()),
        below(prefix, of_audit()),
        programs::everywhere(),
    ];
    if tenancy.is_multi() {
        groups.extend([
            programs::of_many_organizations(),
            below(prefix, of_owners()),
            of_organizations(),
            of_operators(),
            without_organization(),
        ]);
    } else {
        groups.push(programs::of_the_only_organization());
    }
    groups.push(of_health());
    groups.into_iter().flatten().collect()
}

/// The document of those for programs, as these cookies are called.
pub fn document(tenancy: Tenancy, cookies: &Cookies) -> OpenApi {
    let routes = table(tenancy);
    let read: HashSet<&str> =
        routes.iter().filter(|route| route.readable.is_some()).map(|route| route.path.as_str()).collect();
    let changed: HashSet<&str> =
        routes.iter().filter(|route| route.edits()).map(|route| route.path.as_str()).collect();
    let is_edited = |route: &Route| read.contains(&*route.path) && changed.contains(&*route.path);
    let endpoints = routes.iter().filter_map(|route| route.endpoint(is_edited(route)));
    api_document::document(endpoints, &cookies.session_name())
}

fn of_sign_in() -> Vec<Route> {
    use sign_in::web::{begin, callback, claim, index, link};
    vec![
        get("/", account::web::start::start),
        get("/sign-in", index),
        post("/auth/{provider}", begin),
        get("/auth/{provider}/callback", callback),
        get("/claim/{token}", claim),
        get("/sign-in-links/{token}", link::look),
        post("/sign-in-links/{token}", link::take),
        get("/sign-in/second-factor", second_factor::web::ask),
        post("/sign-in/second-factor", second_factor::web::answer),
        post("/sign-in/second-factor/passkey", second_factor::web::answer_by_passkey),
        post("/sign-in/second-factor/passkey/options", second_factor::web::challenge_options),
    ]
}

fn of_invitations() -> Vec<Route> {
    use invites::web::landing::{acceptance, landing, request_another};
    vec![
        get("/invites/{token}", landing),
        post("/invites/{token}/acceptance", acceptance),
        post("/invites/{token}/request", request_another),
    ]
}

fn of_accounts(tenancy: Tenancy) -> Vec<Route> {
    use account::web::{disconnect, end_other_sessions, end_session, index, leaving, set_theme};
    use sign_in::web::{begin_to_connect, sign_out};
    let mut routes = vec![
        post("/sign-out", sign_out),
        get("/settings", index),
        post("/settings/theme", set_theme),
        post("/settings/identities", begin_to_connect),
        post("/settings/identities/{identity}/disconnect", disconnect),
        post("/settings/sessions/end-others", end_other_sessions),
        post("/settings/sessions/{session}/end", end_session),
        get("/settings/security", second_factor::web::index),
        post("/settings/security/confirmation", second_factor::web::give),
        post("/settings/security/recovery-codes", second_factor::web::renew),
        post("/settings/security/apps", second_factor::web::add),
        get("/settings/security/apps/{app}", second_factor::web::look),
        post("/settings/security/apps/{app}", second_factor::web::rename),
        post("/settings/security/apps/{app}/confirmation", second_factor::web::confirm),
        post("/settings/security/apps/{app}/removal", second_factor::web::remove),
        post("/settings/security/confirmation/passkey", second_factor::web::give_passkey),
        post("/settings/security/confirmation/passkey/options", second_factor::web::confirmation_options),
        get("/settings/security/new-passkey", second_factor::web::new_passkey::ask),
        post("/settings/security/new-passkey", second_factor::web::new_passkey::add),
        post("/settings/security/new-passkey/options", second_factor::web::new_passkey::options),
        get("/settings/security/passkeys/{passkey}", second_factor::web::passkey::look),
        post("/settings/security/passkeys/{passkey}", second_factor::web::passkey::rename),
        post("/settings/security/passkeys/{passkey}/removal", second_factor::web::passkey::remove),
        get("/settings/tokens", tokens::web::index),
        post("/settings/tokens", tokens::web::create_own),
        get("/settings/tokens/new", tokens::web::ask_for_own),
        get("/settings/tokens/{token}/roll", tokens::web::ask_to_roll_own),
        post("/settings/tokens/{token}/roll", tokens::web::roll_own),
        post("/settings/tokens/{token}/revocation", tokens::web::revoke_own),
    ];
    // Where there are many organizations, one leaves each at its own address.
    if !tenancy.is_multi() {
        routes.extend([
            get("/settings/departure", leaving::departure),
            post("/settings/departure", leaving::leave),
        ]);
    }
    routes
        .extend([get("/settings/deletion", leaving::deletion), post("/settings/deletion", leaving::delete)]);
    routes
}

/// Where there are many.
fn of_organizations() -> Vec<Route> {
    use account::web::leaving;
    use joining::web::{chooser, door, join};
    use organization::web::{ask, create};
    vec![
        get("/orgs", chooser),
        get("/orgs/new", ask),
        post("/orgs/new", create),
        get("/orgs/{org}", door),
        post("/orgs/{org}/membership", join),
        post("/orgs/{org}/restoration", ownership::web::restore),
        get("/orgs/{org}/departure", leaving::departure_from_opened),
        post("/orgs/{org}/departure", leaving::leave_opened),
    ]
}

/// The operator's, where there are many.
fn of_operators() -> Vec<Route> {
    use operator::web::{ask, enter, index, leave, log};
    vec![
        get("/operator", index),
        get("/operator/log", log),
        get("/operator/organizations/{organization}/entry", ask),
        post("/operator/organizations/{organization}/entry", enter),
        post("/operator/departure", leave),
    ]
}

/// What owners do to an organization, where there are many.
fn of_owners() -> Vec<Route> {
    use ownership::web::{change_slug, delete, deletion, give_up, hand_over, index, slug, transfer};
    vec![
        get("/settings/admin/danger", index),
        get("/settings/admin/danger/slug", slug),
        post("/settings/admin/danger/slug", change_slug),
        post("/settings/admin/danger/slugs/{slug}/end", give_up),
        get("/settings/admin/danger/transfer", transfer),
        post("/settings/admin/danger/transfer", hand_over),
        get("/settings/admin/danger/deletion", deletion),
        post("/settings/admin/danger/deletion", delete),
    ]
}

/// The addresses of pages where there is one organization: bookmarks lead on.
fn without_organization() -> Vec<Route> {
    use joining::web::to_opened_last;
    vec![get(SETTINGS_ADMIN, to_opened_last), get("/settings/admin/{page:.*}", to_opened_last)]
}

fn of_the_organization() -> Vec<Route> {
    use access::web::{allow_address, save, switch_method, test_method};
    vec![
        get("/settings/admin", organization::web::index),
        post("/settings/admin", organization::web::rename),
        get("/settings/admin/access", access::web::index),
        post("/settings/admin/access", save),
        post("/settings/admin/access/allowed-addresses", allow_address),
        post("/settings/admin/access/methods/{provider}", switch_method),
        post("/settings/admin/access/methods/{provider}/test", test_method),
        get("/settings/admin/security", security::web::index),
        post("/settings/admin/security", security::web::save),
    ]
}

fn of_users(tenancy: Tenancy) -> Vec<Route> {
    use users::web::{actions, bulk, export, index, offboarding, person, role, second_factor};
    let mut routes = vec![
        get("/settings/admin/users", index),
        post("/settings/admin/users/bulk", bulk::bulk),
        get("/settings/admin/users/export", export::export),
        get("/settings/admin/users/{user}", person::show),
        get("/settings/admin/users/{user}/role", role::ask),
        post("/settings/admin/users/{user}/role", actions::change_role),
        get("/settings/admin/users/{user}/offboarding", offboarding::offboarding),
        post("/settings/admin/users/{user}/deactivation", actions::deactivate),
        post("/settings/admin/users/{user}/reactivation", actions::reactivate),
        post("/settings/admin/users/{user}/removal", actions::remove),
    ];
    // Where there are many organizations, sessions and second factors are none of theirs.
    if !tenancy.is_multi() {
        routes.extend([
            get("/settings/admin/users/{user}/second-factor", second_factor::ask),
            post("/settings/admin/users/{user}/second-factor", second_factor::reset),
            post("/settings/admin/users/{user}/sessions/end", actions::end_sessions),
            post("/settings/admin/users/{user}/sessions/{session}/end", actions::end_session),
        ]);
    }
    routes
}

fn of_invites() -> Vec<Route> {
    use invites::web::{index, resend, revoke, send, show, test_mail};
    vec![
        get("/settings/admin/invites", index),
        post("/settings/admin/invites", send),
        post("/settings/admin/invites/test-mail", test_mail),
        get("/settings/admin/invites/{invite}", show),
        post("/settings/admin/invites/{invite}/resend", resend),
        post("/settings/admin/invites/{invite}/revocation", revoke),
    ]
}

fn of_llm_keys() -> Vec<Route> {
    use authority::Admin;
    use llm_keys::web::{erase_previous, index, remove, restore, revert, save, test};
    vec![
        get("/settings/admin/llm-keys", index),
        post("/settings/admin/llm-keys", save::<Admin>),
        post("/settings/admin/llm-keys/{provider}/test", test::<Admin>),
        post("/settings/admin/llm-keys/{provider}/removal", remove::<Admin>),
        post("/settings/admin/llm-keys/{provider}/restoration", restore::<Admin>),
        post("/settings/admin/llm-keys/{provider}/reversion", revert::<Admin>),
        post("/settings/admin/llm-keys/{provider}/previous/removal", erase_previous::<Admin>),
    ]
}

fn of_projects() -> Vec<Route> {
    use projects::web::{
        add_member, archive, ask_to_delete, create, delete, index, remove_member, rename, restore,
        set_token_life, show,
    };
    use tokens::web::{ask, ask_to_roll, create as make, revoke, roll};
    vec![
        get("/settings/admin/projects", index),
        post("/settings/admin/projects", create),
        post("/settings/admin/teams", teams::web::create),
        post("/settings/admin/token-life", set_token_life),
        get("/settings/admin/projects/{project}", show),
        post("/settings/admin/projects/{project}", rename),
        post("/settings/admin/projects/{project}/archiving", archive),
        post("/settings/admin/projects/{project}/restoration", restore),
        get("/settings/admin/projects/{project}/deletion", ask_to_delete),
        post("/settings/admin/projects/{project}/deletion", delete),
        post("/settings/admin/projects/{project}/members", add_member),
        post("/settings/admin/projects/{project}/members/{user}/removal", remove_member),
        get("/settings/admin/projects/{project}/tokens/new", ask),
        post("/settings/admin/projects/{project}/tokens", make),
        get("/settings/admin/projects/{project}/tokens/{token}/roll", ask_to_roll),
        post("/settings/admin/projects/{project}/tokens/{token}/roll", roll),
        post("/settings/admin/projects/{project}/tokens/{token}/revocation", revoke),
    ]
}

/// A project's own keys: the same pages as the organization's.
fn of_project_keys() -> Vec<Route> {
    use authority::ProjectAdmin;
    use llm_keys::web::{erase_previous, index_of_project, remove, restore, revert, save, test};
    let keys = vec![
        get("", index_of_project),
        post("", save::<ProjectAdmin>),
        post("/{provider}/test", test::<ProjectAdmin>),
        post("/{provider}/removal", remove::<ProjectAdmin>),
        post("/{provider}/restoration", restore::<ProjectAdmin>),
        post("/{provider}/reversion", revert::<ProjectAdmin>),
        post("/{provider}/previous/removal", erase_previous::<ProjectAdmin>),
    ];
    below("/settings/admin/projects/{project}/llm-keys", keys)
}

fn of_teams() -> Vec<Route> {
    use teams::web::{add_member, delete, remove_member, rename, set_manager, show};
    vec![
        get("/settings/admin/teams/{team}", show),
        post("/settings/admin/teams/{team}", rename),
        post("/settings/admin/teams/{team}/manager", set_manager),
        post("/settings/admin/teams/{team}/members", add_member),
        post("/settings/admin/teams/{team}/members/{user}/removal", remove_member),
        post("/settings/admin/teams/{team}/deletion", delete),
    ]
}

fn of_audit() -> Vec<Route> {
    use audit::web::{export, index, show};
    vec![
        get("/settings/admin/audit", index),
        get("/settings/admin/audit/export", export),
        get("/settings/admin/audit/{event}", show),
    ]
}

fn of_health() -> Vec<Route> {
    vec![get("/healthz", health::live), get("/readyz", health::ready)]
}

/// Puts every route into the application; other methods answer 405, other paths 404. What is many organizations' stands in
/// a scope: of a path, only what follows it has to be compiled then, for each worker once more.
pub fn register(tenancy: Tenancy, config: &mut web::ServiceConfig) {
    let mut routes = table(tenancy);
    // A request tries one after the other, and programs ask most.
    routes.sort_by_key(|route| route.scope != Some(TokenScope::ResolveKeys));
    for prefix in [format!("{ORGANIZATION_PREFIX}{SETTINGS_ADMIN}"), API_ORGANIZATION.to_owned()] {
        let (below, rest) = routes.into_iter().partition(|route| is_below(&route.path, &prefix));
        routes = rest;
        let below: Vec<Route> = below;
        if !below.is_empty() {
            let scope = web::scope(&prefix).default_service(web::to(not_found));
            config.service(resources(below, &prefix, tenancy).into_iter().fold(scope, Scope::service));
        }
    }
    for resource in resources(routes, "", tenancy) {
        config.service(resource);
    }
    config.default_service(web::to(not_found));
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Routes of one path are one resource, whose path goes on from `prefix`.
fn resources(routes: Vec<Route>, prefix: &str, tenancy: Tenancy) -> Vec<Resource> {
    let (mut resources, mut routes) = (Vec::new(), routes.into_iter().peekable());
    while let Some(first) = routes.next() {
        // Where there are many organizations, nothing is there: only what asks is led on.
        let only_leads_on = tenancy.is_multi() && first.path.starts_with(SETTINGS_ADMIN);
        let path = first.path.strip_prefix(prefix).unwrap_or(&first.path);
        let (mut readable, mut is_changed) = (first.readable.clone(), first.edits());
        let (mut resource, mut methods) = (web::resource(path).route(first.handler), vec![first.method]);
        while let Some(same) = routes.next_if(|next| next.path == first.path) {
            is_changed |= same.edits();
            readable = readable.or(same.readable);
            resource = resource.route(same.handler);
            methods.push(same.method);
        }
        if let Some(readable) = readable.filter(|_| is_changed) {
            resource = resource.app_data(readable);
        }
        resources.push(if only_leads_on {
            resource.default_service(web::to(not_found))
        } else {
            let allowed = allowed(&methods);
            resource.default_service(web::to(move |request| ready(other_method(&request, allowed.clone()))))
        });
    }
    resources
}

/// As `Allow` names methods (RFC 9110, 10.2.1).
fn allowed(methods: &[Method]) -> String {
    let head = methods.contains(&Method::GET).then_some("HEAD");
    let names = methods.iter().map(Method::as_str).chain(head).chain(["OPTIONS"]);
    names.collect::<Vec<_>>().join(", ")
}

async fn not_found() -> Result<String, Error> {
    Err(Error::NotFound)
}

/// Anyone who asks which methods there are is told; another is refused.
fn other_method(request: &HttpRequest, allowed: String) -> Result<HttpResponse, Error> {
    if *request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent()
            .insert_header((ALLOW, allowed))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish());
    }
    Err(Error::MethodNotAllowed(allowed))
}
