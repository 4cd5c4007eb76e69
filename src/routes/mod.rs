//! Every URL on one page. Who may use a route is said by the type of its handler's first parameter; a handler
//! without such a parameter can't be listed here.

mod route;

pub use route::{Admits, Route};

use actix_web::{Resource, Scope, web};

use crate::error::Error;
use crate::links::{API, API_ORGANIZATION, ORGANIZATION_PREFIX, SETTINGS_ADMIN};
use crate::tenancy::Tenancy;
use crate::web::health;
use crate::{
    access, account, audit, invites, joining, llm_keys, operator, organization, ownership, sign_in, users,
};
use route::{delete, get, patch, post, put};

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
        below(prefix, of_audit()),
        below(API, api_of_accounts()),
        below(API, api_of_members()),
        below(API, api_of_admins()),
    ];
    if tenancy.is_multi() {
        groups.extend([
            below(API, api_of_organizations()),
            below(API_ORGANIZATION, api_of_one_organization()),
            below(API_ORGANIZATION, api_of_admins()),
            below(prefix, of_owners()),
            of_organizations(),
            of_operators(),
            without_organization(),
        ]);
    }
    groups.push(of_health());
    groups.into_iter().flatten().collect()
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
    ]
}

fn of_users(tenancy: Tenancy) -> Vec<Route> {
    use users::web::{actions, bulk, export, index, offboarding, person, role};
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
    // Where there are many organizations, sessions are none of theirs.
    if !tenancy.is_multi() {
        routes.extend([
            post("/settings/admin/users/{user}/sessions/end", actions::end_sessions),
            post("/settings/admin/users/{user}/sessions/{session}/end", actions::end_session),
        ]);
    }
    routes
}

fn of_invites() -> Vec<Route> {
    use invites::web::{index, resend, revoke, send, test_mail};
    vec![
        get("/settings/admin/invites", index),
        post("/settings/admin/invites", send),
        post("/settings/admin/invites/test-mail", test_mail),
        post("/settings/admin/invites/{invite}/resend", resend),
        post("/settings/admin/invites/{invite}/revocation", revoke),
    ]
}

fn of_llm_keys() -> Vec<Route> {
    use llm_keys::web::{erase_previous, index, remove, restore, revert, save, test};
    vec![
        get("/settings/admin/llm-keys", index),
        post("/settings/admin/llm-keys", save),
        post("/settings/admin/llm-keys/{provider}/test", test),
        post("/settings/admin/llm-keys/{provider}/removal", remove),
        post("/settings/admin/llm-keys/{provider}/restoration", restore),
        post("/settings/admin/llm-keys/{provider}/reversion", revert),
        post("/settings/admin/llm-keys/{provider}/previous/removal", erase_previous),
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

fn api_of_accounts() -> Vec<Route> {
    vec![get("/me", account::api::me)]
}

fn api_of_organizations() -> Vec<Route> {
    use organization::api::{create, index};
    vec![get("/organizations", index), post("/organizations", create)]
}

fn api_of_one_organization() -> Vec<Route> {
    use organization::api::update;
    vec![
        get("", organization::api::show),
        put("", update),
        patch("", update),
        delete("", ownership::api::delete),
        post("/transfer/{user}", ownership::api::hand_over),
        post("/restore", ownership::api::restore),
        get("/users", users::api::colleagues),
        get("/llm-keys", llm_keys::api::seen),
    ]
}

fn api_of_members() -> Vec<Route> {
    vec![
        get("/org", organization::api::show),
        get("/org/users", users::api::colleagues),
        get("/org/llm-keys", llm_keys::api::seen),
    ]
}

fn api_of_admins() -> Vec<Route> {
    use llm_keys::api::{remove, restore, revert, set, test};
    vec![
        get("/admin/settings", organization::api::settings),
        patch("/admin/settings", organization::api::change_settings),
        post("/admin/access/simulation", access::api::simulation),
        get("/admin/llm-keys", llm_keys::api::index),
        put("/admin/llm-keys/{provider}", set),
        delete("/admin/llm-keys/{provider}", remove),
        post("/admin/llm-keys/{provider}/test", test),
        post("/admin/llm-keys/{provider}/restoration", restore),
        post("/admin/llm-keys/{provider}/reversion", revert),
        get("/admin/invites", invites::api::index),
        post("/admin/invites", invites::api::create),
        delete("/admin/invites/{invite}", invites::api::revoke),
        post("/admin/invites/{invite}/resend", invites::api::resend),
        get("/admin/users", users::api::index),
        patch("/admin/users/{user}", users::api::change),
        delete("/admin/users/{user}", users::api::remove),
    ]
}

fn of_health() -> Vec<Route> {
    vec![get("/healthz", health::live), get("/readyz", health::ready)]
}

fn below(prefix: &str, mut routes: Vec<Route>) -> Vec<Route> {
    for route in &mut routes {
        route.path.insert_str(0, prefix);
    }
    routes
}

/// Puts every route into the application; other methods answer 405, other paths 404. What is many organizations' stands in
/// a scope: of a path, only what follows it has to be compiled then, for each worker once more.
pub fn register(tenancy: Tenancy, config: &mut web::ServiceConfig) {
    let mut routes = table(tenancy);
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
        let mut resource = web::resource(path).route(first.handler);
        while let Some(same) = routes.next_if(|next| next.path == first.path) {
            resource = resource.route(same.handler);
        }
        resources.push(if only_leads_on {
            resource.default_service(web::to(not_found))
        } else {
            resource.default_service(web::to(method_not_allowed))
        });
    }
    resources
}

async fn not_found() -> Result<String, Error> {
    Err(Error::NotFound)
}

async fn method_not_allowed() -> Result<String, Error> {
    Err(Error::MethodNotAllowed)
}
