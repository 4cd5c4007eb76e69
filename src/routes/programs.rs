//! The addresses of programs. Where there are many organizations, what is asked of one is below its id, too: the short
//! addresses mean the only one.

use super::api::{delete, get, patch, post, put};
use super::route::{Route, below, get as page};
use crate::authority::limits::Limit;
use crate::authority::{Admin, ProjectAdmin};
use crate::links::{API, API_ORGANIZATION};
use crate::{
    access, account, api_document, invites, llm_keys, organization, ownership, projects, teams, tokens, users,
};

/// Those that there always are.
pub(super) fn everywhere() -> Vec<Route> {
    let groups =
        [of_itself(), of_accounts(), of_keys(), of_projects(), of_teams(), of_members(), of_admins()];
    below(API, groups.into_iter().flatten().collect())
}

/// Those of many organizations.
pub(super) fn of_many_organizations() -> Vec<Route> {
    let groups = [of_one_organization(), of_admins(), of_keys(), of_projects(), of_teams()];
    let of_each = below(API_ORGANIZATION, groups.into_iter().flatten().collect());
    below(API, of_organizations()).into_iter().chain(of_each).collect()
}

fn of_itself() -> Vec<Route> {
    vec![
        get("/openapi.json", "Get the API's document", api_document::web::show),
        page("/docs", api_document::web::index),
        page("/docs/{part}", api_document::web::part),
    ]
}

fn of_accounts() -> Vec<Route> {
    use tokens::api::{create_own, own, revoke_own, roll_own};
    vec![
        get("/me", "Get your account", account::api::me),
        get("/me/tokens", "List your tokens", own),
        post("/me/tokens", "Create a token of your own", create_own),
        post("/me/tokens/{token}/roll", "Roll your token", roll_own),
        delete("/me/tokens/{token}", "Revoke your token", revoke_own),
    ]
}

/// What programs with a project's token ask.
fn of_keys() -> Vec<Route> {
    use llm_keys::api::{serve_key, serve_keys};
    vec![
        get("/keys", "Fetch all LLM keys of the project", serve_keys),
        get("/keys/{provider}", "Fetch an LLM key", serve_key),
    ]
}

fn of_projects() -> Vec<Route> {
    use llm_keys::api::{remove as remove_key, seen_in_project, set as set_key};
    use projects::api::{change, create, delete as end, index, member, remove_member, set_member, show};
    use tokens::api::{create as make_token, of_project, revoke_one, roll_one};
    vec![
        get("/projects", "List projects", index),
        post("/projects", "Create a project", create),
        get("/projects/{project}", "Get a project", show),
        patch("/projects/{project}", "Rename, archive or restore a project", change),
        delete("/projects/{project}", "Delete an archived project", end),
        get("/projects/{project}/members/{user}", "Get a person's role in a project", member),
        put("/projects/{project}/members/{user}", "Give a person a role in a project", set_member),
        delete("/projects/{project}/members/{user}", "Remove a person from a project", remove_member),
        get("/projects/{project}/tokens", "List a project's tokens", of_project),
        post("/projects/{project}/tokens", "Create a project's token", make_token),
        post("/projects/{project}/tokens/{token}/roll", "Roll a project's token", roll_one),
        delete("/projects/{project}/tokens/{token}", "Revoke a project's token", revoke_one),
        get("/projects/{project}/llm-keys", "List where a project's LLM keys come from", seen_in_project),
        put("/projects/{project}/llm-keys/{provider}", "Set a project's LLM key", set_key::<ProjectAdmin>),
        delete(
            "/projects/{project}/llm-keys/{provider}",
            "Remove a project's LLM key",
            remove_key::<ProjectAdmin>,
        ),
    ]
}

fn of_teams() -> Vec<Route> {
    use teams::api::{add_member, change, create, delete as end, index, manage, remove_member, show};
    vec![
        get("/teams", "List teams", index),
        post("/teams", "Create a team", create),
        get("/teams/{team}", "Get a team", show),
        patch("/teams/{team}", "Rename a team, or change its manager", change),
        delete("/teams/{team}", "Delete a team without projects", end),
        put("/teams/{team}/manager", "Set a team's manager", manage),
        put("/teams/{team}/members/{user}", "Add a person to a team", add_member),
        delete("/teams/{team}/members/{user}", "Remove a person from a team", remove_member),
    ]
}

fn of_organizations() -> Vec<Route> {
    use organization::api::{create, index};
    vec![
        get("/organizations", "List your organizations", index),
        post("/organizations", "Create an organization", create),
    ]
}

fn of_one_organization() -> Vec<Route> {
    use organization::api::update;
    vec![
        get("", "Get an organization", organization::api::show),
        put("", "Replace an organization's name", update),
        patch("", "Rename an organization", update),
        delete("", "Delete an organization", ownership::api::delete),
        post("/transfer/{user}", "Transfer an organization", ownership::api::hand_over),
        post("/restore", "Restore a deleted organization", ownership::api::restore),
        get("/users", "List an organization's people", users::api::colleagues),
        get("/llm-keys", "List an organization's LLM providers", llm_keys::api::seen),
    ]
}

fn of_members() -> Vec<Route> {
    vec![
        get("/org", "Get your organization", organization::api::show),
        get("/org/users", "List your colleagues", users::api::colleagues),
        get("/org/llm-keys", "List LLM providers that are set", llm_keys::api::seen),
    ]
}

fn of_admins() -> Vec<Route> {
    use llm_keys::api::{remove, restore, revert, set, test};
    vec![
        get("/admin/settings", "Get the settings", organization::api::settings),
        patch("/admin/settings", "Change the settings", organization::api::change_settings),
        post("/admin/access/simulation", "Test whether an address can sign in", access::api::simulation),
        get("/admin/llm-keys", "List LLM keys", llm_keys::api::index),
        put("/admin/llm-keys/{provider}", "Set an LLM key", set::<Admin>),
        delete("/admin/llm-keys/{provider}", "Remove an LLM key", remove::<Admin>),
        post("/admin/llm-keys/{provider}/test", "Test an LLM key", test::<Admin>).limited_by(Limit::Tests),
        post("/admin/llm-keys/{provider}/restoration", "Restore a removed LLM key", restore::<Admin>),
        post("/admin/llm-keys/{provider}/reversion", "Bring back the previous LLM key", revert::<Admin>),
        get("/admin/invites", "List invites", invites::api::index),
        post("/admin/invites", "Invite a person", invites::api::create).limited_by(Limit::Invites),
        delete("/admin/invites/{invite}", "Revoke an invite", invites::api::revoke),
        post("/admin/invites/{invite}/resend", "Resend an invite", invites::api::resend)
            .limited_by(Limit::Invites),
        get("/admin/users", "List people", users::api::index),
        patch("/admin/users/{user}", "Change a person's role or status", users::api::change),
        delete("/admin/users/{user}", "Remove a person", users::api::remove),
    ]
}
