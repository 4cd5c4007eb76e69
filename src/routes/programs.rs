//! The addresses of programs. Where there are many organizations, what is asked of one is below its id, too: the short
//! addresses mean the only one.

use super::api::{delete, get, patch, post, put};
use super::route::{Route, below, get as page};
use crate::authority::limits::Limit;
use crate::authority::{Admin, ProjectAdmin};
use crate::links::{API, API_ORGANIZATION};
use crate::{
    access, account, api_document, audit, invites, joining, llm_keys, operator, organization, ownership,
    projects, security, teams, tokens, users,
};

/// Those that there always are.
pub(super) fn everywhere() -> Vec<Route> {
    let groups =
        [of_itself(), of_accounts(), of_keys(), of_projects(), of_teams(), of_members(), of_admins()];
    below(API, groups.into_iter().flatten().collect())
}

/// Those of one organization.
pub(super) fn of_the_only_organization() -> Vec<Route> {
    below(API, [of_departure(), of_sessions()].into_iter().flatten().collect())
}

/// Those of many organizations.
pub(super) fn of_many_organizations() -> Vec<Route> {
    let groups = [of_one_organization(), of_admins(), of_keys(), of_projects(), of_teams()];
    let of_each = below(API_ORGANIZATION, groups.into_iter().flatten().collect());
    let of_all = [of_organizations(), of_operators()].into_iter().flatten().collect();
    below(API, of_all).into_iter().chain(of_each).collect()
}

fn of_itself() -> Vec<Route> {
    vec![
        get("/openapi.json", "Get the API's document", api_document::web::show),
        page("/docs", api_document::web::index),
        page("/docs/{part}", api_document::web::part),
    ]
}

fn of_accounts() -> Vec<Route> {
    use account::api::{delete as delete_account, disconnect, end_other_sessions, end_session};
    use tokens::api::{create_own, own, revoke_own, roll_own};
    vec![
        get("/me", "Get your account", account::api::me),
        delete("/me", "Delete your account", delete_account),
        get("/me/identities", "List the accounts that you sign in with", account::api::identities),
        delete("/me/identities/{identity}", "Disconnect an account that you sign in with", disconnect),
        get("/me/sessions", "List your sessions", account::api::sessions),
        delete("/me/sessions", "End your other sessions", end_other_sessions),
        delete("/me/sessions/{session}", "End one of your sessions", end_session),
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
    let mut routes = of_each_project();
    routes.extend(of_project_keys());
    routes
}

/// The same as of the organization's keys.
fn of_project_keys() -> Vec<Route> {
    use llm_keys::api::{erase_previous, remove, restore, revert, seen_in_project, set, test};
    let keys = vec![
        get("", "List where a project's LLM keys come from", seen_in_project),
        put("/{provider}", "Set a project's LLM key", set::<ProjectAdmin>),
        delete("/{provider}", "Remove a project's LLM key", remove::<ProjectAdmin>),
        post("/{provider}/test", "Test a project's LLM key", test::<ProjectAdmin>).limited_by(Limit::Tests),
        post("/{provider}/restoration", "Restore a project's removed LLM key", restore::<ProjectAdmin>),
        post("/{provider}/reversion", "Bring back a project's previous LLM key", revert::<ProjectAdmin>),
        delete("/{provider}/previous", "Erase a project's previous LLM key", erase_previous::<ProjectAdmin>),
    ];
    below("/projects/{project}/llm-keys", keys)
}

fn of_each_project() -> Vec<Route> {
    use projects::api::{
        change, create, delete as end, index, member, members, remove_member, set_member, show,
    };
    use tokens::api::{create as make_token, of_project, revoke_one, roll_one};
    vec![
        get("/projects", "List projects", index),
        post("/projects", "Create a project", create),
        get("/projects/{project}", "Get a project", show),
        patch("/projects/{project}", "Rename, archive or restore a project", change),
        delete("/projects/{project}", "Delete an archived project", end),
        get("/projects/{project}/members", "List people with a role in a project", members),
        get("/projects/{project}/members/{user}", "Get a person's role in a project", member),
        put("/projects/{project}/members/{user}", "Give a person a role in a project", set_member),
        delete("/projects/{project}/members/{user}", "Remove a person from a project", remove_member),
        get("/projects/{project}/tokens", "List a project's tokens", of_project),
        post("/projects/{project}/tokens", "Create a project's token", make_token),
        post("/projects/{project}/tokens/{token}/roll", "Roll a project's token", roll_one),
        delete("/projects/{project}/tokens/{token}", "Revoke a project's token", revoke_one),
    ]
}

fn of_teams() -> Vec<Route> {
    use teams::api::{
        add_member, change, create, delete as end, index, manage, members, remove_member, show,
    };
    vec![
        get("/teams", "List teams", index),
        post("/teams", "Create a team", create),
        get("/teams/{team}", "Get a team", show),
        patch("/teams/{team}", "Rename a team, or change its manager", change),
        delete("/teams/{team}", "Delete a team without projects", end),
        put("/teams/{team}/manager", "Set a team's manager", manage),
        get("/teams/{team}/members", "List a team's people", members),
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

fn of_operators() -> Vec<Route> {
    use operator::api::{enter, leave, log, organizations};
    vec![
        get("/operator/organizations", "List all organizations", organizations),
        get("/operator/log", "List the server's log", log),
        post("/operator/organizations/{organization}/entry", "Enter an organization", enter),
        post("/operator/departure", "Leave the organization that you entered", leave),
    ]
}

/// Where there are many organizations, one leaves each below its id.
fn of_departure() -> Vec<Route> {
    vec![delete("/org/membership", "Leave your organization", account::api::leave)]
}

/// Where there are many organizations, sessions are none of theirs.
fn of_sessions() -> Vec<Route> {
    use users::api::{end_session, end_sessions, reset_second_factor, sessions};
    vec![
        delete("/admin/users/{user}/second-factor", "Reset a person's second factor", reset_second_factor),
        get("/admin/users/{user}/sessions", "List a person's sessions", sessions),
        delete("/admin/users/{user}/sessions", "End a person's sessions", end_sessions),
        delete("/admin/users/{user}/sessions/{session}", "End one of a person's sessions", end_session),
    ]
}

fn of_one_organization() -> Vec<Route> {
    use organization::api::update;
    vec![
        get("", "Get an organization", organization::api::show),
        put("", "Replace an organization's name", update),
        patch("", "Rename an organization", update),
        delete("", "Delete an organization", ownership::api::delete),
        put("/membership", "Join an organization", joining::api::join),
        delete("/membership", "Leave an organization", account::api::leave),
        put("/slug", "Change an organization's address", ownership::api::change_slug),
        get("/former-slugs", "List an organization's former addresses", ownership::api::former_slugs),
        delete("/former-slugs/{slug}", "Give up a former address", ownership::api::give_up_slug),
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
    let groups = [of_settings(), of_llm_keys(), of_invites(), of_people(), of_audit()];
    groups.into_iter().flatten().collect()
}

fn of_settings() -> Vec<Route> {
    use access::api::{denials, methods, simulation, switch_method, test_method};
    use organization::api::{change_settings, preview, settings};
    vec![
        get("/admin/settings", "Get the settings", settings),
        patch("/admin/settings", "Change the settings", change_settings),
        post("/admin/access/preview", "Preview access rules", preview),
        post("/admin/access/simulation", "Test whether an address can sign in", simulation),
        get("/admin/access/denials", "List who was turned away", denials),
        get("/admin/access/methods", "List sign-in methods", methods),
        patch("/admin/access/methods/{provider}", "Switch a sign-in method on or off", switch_method),
        post("/admin/access/methods/{provider}/test", "Test a sign-in method", test_method)
            .limited_by(Limit::Tests),
        get("/admin/security", "Get the security settings", security::api::show),
        patch("/admin/security", "Change the security settings", security::api::change),
        post("/admin/security/preview", "Preview who lacks a second factor", security::api::preview),
    ]
}

fn of_llm_keys() -> Vec<Route> {
    use llm_keys::api::{erase_previous, index, remove, restore, revert, set, test};
    vec![
        get("/admin/llm-keys", "List LLM keys", index),
        put("/admin/llm-keys/{provider}", "Set an LLM key", set::<Admin>),
        delete("/admin/llm-keys/{provider}", "Remove an LLM key", remove::<Admin>),
        post("/admin/llm-keys/{provider}/test", "Test an LLM key", test::<Admin>).limited_by(Limit::Tests),
        post("/admin/llm-keys/{provider}/restoration", "Restore a removed LLM key", restore::<Admin>),
        post("/admin/llm-keys/{provider}/reversion", "Bring back the previous LLM key", revert::<Admin>),
        delete("/admin/llm-keys/{provider}/previous", "Erase the previous LLM key", erase_previous::<Admin>),
    ]
}

fn of_invites() -> Vec<Route> {
    use invites::api::{create, create_many, export, index, resend, revoke, send_test_mail, show};
    vec![
        get("/admin/invites", "List invites", index),
        post("/admin/invites", "Invite a person", create).limited_by(Limit::Invites),
        post("/admin/invites/bulk", "Invite many people", create_many).limited_by(Limit::Invites),
        get("/admin/invites/export", "Export invites", export),
        post("/admin/invites/test-mail", "Send yourself a test mail", send_test_mail)
            .limited_by(Limit::Tests),
        get("/admin/invites/{invite}", "Get an invite", show),
        delete("/admin/invites/{invite}", "Revoke an invite", revoke),
        post("/admin/invites/{invite}/resend", "Resend an invite", resend).limited_by(Limit::Invites),
    ]
}

fn of_people() -> Vec<Route> {
    use users::api::{change, change_many, export, index, remove, show};
    vec![
        get("/admin/users", "List people", index),
        post("/admin/users/bulk", "Change many people", change_many),
        get("/admin/users/export", "Export people", export),
        get("/admin/users/{user}", "Get a person", show),
        patch("/admin/users/{user}", "Change a person's role or status", change),
        delete("/admin/users/{user}", "Remove a person", remove),
    ]
}

fn of_audit() -> Vec<Route> {
    use audit::api::{export, index, show};
    vec![
        get("/admin/audit", "List events", index),
        get("/admin/audit/export", "Export events", export),
        get("/admin/audit/{event}", "Get an event", show),
    ]
}
