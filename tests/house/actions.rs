//! Whatever a page can do, a program can do (rule 10.5): every form has its route for programs.

use std::collections::BTreeSet;

use actix_web::http::Method;
use gatehouse::links::{API_ORGANIZATION, ORGANIZATION_PREFIX};
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;

/// Where a form posts to, and what a program asks instead: where the form looks first, two routes. Where there are many organizations, both are below the
/// organization's own address as well.
const ACTIONS: [(&str, &str); 87] = [
    ("/settings/identities/{identity}/disconnect", "DELETE /api/me/identities/{identity}"),
    ("/settings/sessions/end-others", "DELETE /api/me/sessions"),
    ("/settings/sessions/{session}/end", "DELETE /api/me/sessions/{session}"),
    ("/settings/tokens", "POST /api/me/tokens"),
    ("/settings/tokens/{token}/roll", "POST /api/me/tokens/{token}/roll"),
    ("/settings/tokens/{token}/revocation", "DELETE /api/me/tokens/{token}"),
    ("/settings/departure", "DELETE /api/org/membership"),
    ("/settings/deletion", "DELETE /api/me"),
    ("/orgs/new", "POST /api/organizations"),
    ("/orgs/{org}/membership", "PUT /api/organizations/{organization}/membership"),
    ("/orgs/{org}/restoration", "POST /api/organizations/{organization}/restore"),
    ("/orgs/{org}/departure", "DELETE /api/organizations/{organization}/membership"),
    ("/operator/organizations/{organization}/entry", "POST /api/operator/organizations/{organization}/entry"),
    ("/operator/departure", "POST /api/operator/departure"),
    ("/settings/admin/danger/slug", "PUT /api/organizations/{organization}/slug"),
    (
        "/settings/admin/danger/slugs/{slug}/end",
        "DELETE /api/organizations/{organization}/former-slugs/{slug}",
    ),
    ("/settings/admin/danger/transfer", "POST /api/organizations/{organization}/transfer/{user}"),
    ("/settings/admin/danger/deletion", "DELETE /api/organizations/{organization}"),
    ("/settings/admin", "PATCH /api/admin/settings"),
    ("/settings/admin/access", "POST /api/admin/access/preview, PATCH /api/admin/settings"),
    ("/settings/admin/access/allowed-addresses", "PATCH /api/admin/settings"),
    ("/settings/admin/access/methods/{provider}", "PATCH /api/admin/access/methods/{provider}"),
    ("/settings/admin/access/methods/{provider}/test", "POST /api/admin/access/methods/{provider}/test"),
    ("/settings/admin/security", "POST /api/admin/security/preview, PATCH /api/admin/security"),
    ("/settings/admin/users/bulk", "POST /api/admin/users/bulk"),
    ("/settings/admin/users/{user}/role", "PATCH /api/admin/users/{user}"),
    ("/settings/admin/users/{user}/deactivation", "PATCH /api/admin/users/{user}"),
    ("/settings/admin/users/{user}/reactivation", "PATCH /api/admin/users/{user}"),
    ("/settings/admin/users/{user}/removal", "DELETE /api/admin/users/{user}"),
    ("/settings/admin/users/{user}/sessions/end", "DELETE /api/admin/users/{user}/sessions"),
    ("/settings/admin/users/{user}/second-factor", "DELETE /api/admin/users/{user}/second-factor"),
    (
        "/settings/admin/users/{user}/sessions/{session}/end",
        "DELETE /api/admin/users/{user}/sessions/{session}",
    ),
    ("/settings/admin/invites", "POST /api/admin/invites/bulk"),
    ("/settings/admin/invites/test-mail", "POST /api/admin/invites/test-mail"),
    ("/settings/admin/invites/{invite}/resend", "POST /api/admin/invites/{invite}/resend"),
    ("/settings/admin/invites/{invite}/revocation", "DELETE /api/admin/invites/{invite}"),
    ("/settings/admin/llm-keys", "PUT /api/admin/llm-keys/{provider}"),
    ("/settings/admin/llm-keys/{provider}/test", "POST /api/admin/llm-keys/{provider}/test"),
    ("/settings/admin/llm-keys/{provider}/removal", "DELETE /api/admin/llm-keys/{provider}"),
    ("/settings/admin/llm-keys/{provider}/restoration", "POST /api/admin/llm-keys/{provider}/restoration"),
    ("/settings/admin/llm-keys/{provider}/reversion", "POST /api/admin/llm-keys/{provider}/reversion"),
    (
        "/settings/admin/llm-keys/{provider}/previous/removal",
        "DELETE /api/admin/llm-keys/{provider}/previous",
    ),
    ("/settings/admin/projects", "POST /api/projects"),
    ("/settings/admin/teams", "POST /api/teams"),
    ("/settings/admin/token-life", "PATCH /api/admin/settings"),
    ("/settings/admin/projects/{project}", "PATCH /api/projects/{project}"),
    ("/settings/admin/projects/{project}/archiving", "PATCH /api/projects/{project}"),
    ("/settings/admin/projects/{project}/restoration", "PATCH /api/projects/{project}"),
    ("/settings/admin/projects/{project}/deletion", "DELETE /api/projects/{project}"),
    ("/settings/admin/projects/{project}/members", "PUT /api/projects/{project}/members/{user}"),
    (
        "/settings/admin/projects/{project}/members/{user}/removal",
        "DELETE /api/projects/{project}/members/{user}",
    ),
    ("/settings/admin/projects/{project}/tokens", "POST /api/projects/{project}/tokens"),
    (
        "/settings/admin/projects/{project}/tokens/{token}/roll",
        "POST /api/projects/{project}/tokens/{token}/roll",
    ),
    (
        "/settings/admin/projects/{project}/tokens/{token}/revocation",
        "DELETE /api/projects/{project}/tokens/{token}",
    ),
    ("/settings/admin/projects/{project}/llm-keys", "PUT /api/projects/{project}/llm-keys/{provider}"),
    (
        "/settings/admin/projects/{project}/llm-keys/{provider}/test",
        "POST /api/projects/{project}/llm-keys/{provider}/test",
    ),
    (
        "/settings/admin/projects/{project}/llm-keys/{provider}/removal",
        "DELETE /api/projects/{project}/llm-keys/{provider}",
    ),
    (
        "/settings/admin/projects/{project}/llm-keys/{provider}/restoration",
        "POST /api/projects/{project}/llm-keys/{provider}/restoration",
    ),
    (
        "/settings/admin/projects/{project}/llm-keys/{provider}/reversion",
        "POST /api/projects/{project}/llm-keys/{provider}/reversion",
    ),
    (
        "/settings/admin/projects/{project}/llm-keys/{provider}/previous/removal",
        "DELETE /api/projects/{project}/llm-keys/{provider}/previous",
    ),
    ("/settings/admin/teams/{team}", "PATCH /api/teams/{team}"),
    ("/settings/admin/teams/{team}/manager", "PUT /api/teams/{team}/manager"),
    ("/settings/admin/teams/{team}/members", "PUT /api/teams/{team}/members/{user}"),
    ("/settings/admin/teams/{team}/members/{user}/removal", "DELETE /api/teams/{team}/members/{user}"),
    ("/settings/admin/teams/{team}/deletion", "DELETE /api/teams/{team}"),
    // What only a browser can do.
    ("/auth/{provider}", "the way to a provider's own page"),
    ("/settings/identities", "the way to a provider's own page"),
    ("/sign-in-links/{token}", "signs a browser in"),
    ("/sign-out", "forgets the cookie of a browser; its session ends by DELETE /api/me/sessions/{session}"),
    ("/settings/theme", "the cookie of a browser"),
    ("/sign-in/second-factor", "signs a browser in"),
    ("/sign-in/second-factor/passkey", "signs a browser in"),
    ("/sign-in/second-factor/passkey/options", "signs a browser in"),
    ("/settings/security/confirmation/passkey", "in place of a provider's own page"),
    ("/settings/security/confirmation/passkey/options", "in place of a provider's own page"),
    ("/settings/security/new-passkey", "of who has their device in their hand"),
    ("/settings/security/new-passkey/options", "of who has their device in their hand"),
    ("/settings/security/passkeys/{passkey}", "of who has their device in their hand"),
    ("/settings/security/passkeys/{passkey}/removal", "of who has their device in their hand"),
    ("/settings/security/confirmation", "in place of a provider's own page"),
    ("/settings/security/apps", "of who has their phone in their hand"),
    ("/settings/security/apps/{app}", "of who has their phone in their hand"),
    ("/settings/security/apps/{app}/confirmation", "of who has their phone in their hand"),
    ("/settings/security/apps/{app}/removal", "of who has their phone in their hand"),
    ("/settings/security/recovery-codes", "shown to a person, who stores them"),
    ("/invites/{token}/acceptance", "of who has opened a link in a mail"),
    ("/invites/{token}/request", "of who has opened a link in a mail"),
];

#[test]
fn every_form_has_its_route_for_programs() {
    let mut posted = BTreeSet::new();
    for tenancy in [Tenancy::Single, Tenancy::Multi] {
        let table = table(tenancy);
        let routes: BTreeSet<String> =
            table.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
        for route in table.iter().filter(|route| route.method == Method::POST && route.operation.is_none()) {
            let form = short(&route.path);
            let (_, asked) = ACTIONS.iter().find(|(path, _)| *path == form).unwrap_or_else(|| {
                panic!("POST {form} has no route for programs: say which one it is in this list");
            });
            posted.insert(form.to_owned());
            let asked = asked.split(", ").filter_map(|asked| asked.split_once(' '));
            for (method, path) in asked.filter(|(_, path)| path.starts_with("/api/")) {
                assert!(routes.contains(&format!("{method} {path}")), "{method} {path}, for {form}");
                let below = path.trim_start_matches("/api");
                let of_each = format!("{method} {API_ORGANIZATION}{below}");
                assert!(
                    !route.path.starts_with(ORGANIZATION_PREFIX)
                        || path.starts_with(API_ORGANIZATION)
                        || routes.contains(&of_each),
                    "{of_each}, for {form}"
                );
            }
        }
    }
    let listed: BTreeSet<String> = ACTIONS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(listed, posted, "no form of this list has gone");
}

/// The address of a page without the organization that it is below of.
fn short(path: &str) -> &str {
    let below = path.strip_prefix(ORGANIZATION_PREFIX).filter(|rest| rest.starts_with("/settings/admin"));
    below.unwrap_or(path)
}
