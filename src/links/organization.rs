//! The addresses of an organization.

use super::link::filled;
use super::table::addresses;
use crate::slug::RESERVED;
use crate::tenancy::Tenancy;

/// Below what the pages of an organization are where there are many, as routes have it.
pub const ORGANIZATION_PREFIX: &str = "/orgs/{org}";
/// What the segment is called that names the organization.
pub const ORGANIZATION_IN_PATH: &str = "org";

/// What the segments are called that name a project and a team.
pub const PROJECT_IN_PATH: &str = "project";
pub const TEAM_IN_PATH: &str = "team";

/// The addresses of an organization's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    prefix: String,
    /// The id of the organization, where there are many: its forms carry it.
    id: Option<String>,
}

impl Links {
    /// The addresses of the organization of this slug and id.
    pub fn of(tenancy: Tenancy, slug: &str, id: &str) -> Self {
        match tenancy {
            Tenancy::Single => Self { prefix: String::new(), id: None },
            Tenancy::Multi => {
                Self { prefix: filled(ORGANIZATION_PREFIX, "{org}", slug), id: Some(id.to_owned()) }
            }
        }
    }

    /// The addresses of the organization that `path` is in, for who knows nothing else: the page of an error.
    pub fn around(path: &str) -> Self {
        let prefix = slug_in(path).map(|slug| filled(ORGANIZATION_PREFIX, "{org}", slug));
        Self { prefix: prefix.unwrap_or_default(), id: None }
    }

    /// Whether there are others.
    pub fn are_of_many(&self) -> bool {
        self.id.is_some()
    }

    /// The field by which a form says whose it is: with another organization's address it is not taken. Nothing where
    /// there is one organization.
    pub fn organization_field(&self) -> String {
        match &self.id {
            Some(id) => format!(r#"<input type="hidden" name="{ORGANIZATION_FIELD}" value="{id}">"#),
            None => String::new(),
        }
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// What the field is called by which a form says whose it is.
pub const ORGANIZATION_FIELD: &str = "organization";

/// The slug of the organization that `path` is in, if it is in one.
pub fn slug_in(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/orgs/")?;
    let slug = rest.split(['/', '?', '#']).next()?;
    (!slug.is_empty() && !RESERVED.contains(&slug)).then_some(slug)
}

addresses! {
    impl Links {
        general "/settings/admin" [GET POST];
        access "/settings/admin/access" [GET POST];
        allowed_addresses "/settings/admin/access/allowed-addresses" [POST];
        switch_method(provider) "/settings/admin/access/methods/{provider}" [POST];
        test_method(provider) "/settings/admin/access/methods/{provider}/test" [POST];
        security "/settings/admin/security" [GET POST];
        users "/settings/admin/users" [GET];
        users_bulk "/settings/admin/users/bulk" [POST];
        users_export "/settings/admin/users/export" [GET];
        user(user) "/settings/admin/users/{user}" UserLinks;
        invites "/settings/admin/invites" [GET POST];
        test_mail "/settings/admin/invites/test-mail" [POST];
        invite(invite) "/settings/admin/invites/{invite}" InviteLinks;
        llm_keys "/settings/admin/llm-keys" [GET POST];
        llm_key(provider) "/settings/admin/llm-keys/{provider}" LlmKeyLinks;
        projects "/settings/admin/projects" [GET POST];
        project(project) "/settings/admin/projects/{project}" ProjectLinks;
        teams "/settings/admin/teams" [POST];
        team(team) "/settings/admin/teams/{team}" TeamLinks;
        token_life "/settings/admin/token-life" [POST];
        audit "/settings/admin/audit" [GET];
        audit_export "/settings/admin/audit/export" [GET];
        event(event) "/settings/admin/audit/{event}" [GET];
        danger "/settings/admin/danger" [GET];
        slug "/settings/admin/danger/slug" [GET POST];
        former_slug(slug) "/settings/admin/danger/slugs/{slug}/end" [POST];
        transfer "/settings/admin/danger/transfer" [GET POST];
        ending "/settings/admin/danger/deletion" [GET POST];
    }
}

addresses! {
    /// The addresses of one person in it.
    struct UserLinks {
        page "" [GET];
        role "/role" [GET POST];
        offboarding "/offboarding" [GET];
        deactivation "/deactivation" [POST];
        reactivation "/reactivation" [POST];
        removal "/removal" [POST];
        second_factor "/second-factor" [GET POST];
        end_sessions "/sessions/end" [POST];
        end_session(session) "/sessions/{session}/end" [POST];
    }
}

addresses! {
    /// The addresses of one of its invites.
    struct InviteLinks {
        page "" [GET];
        resend "/resend" [POST];
        revocation "/revocation" [POST];
    }
}

addresses! {
    /// The addresses of its key of one provider.
    struct LlmKeyLinks {
        test "/test" [POST];
        removal "/removal" [POST];
        restoration "/restoration" [POST];
        reversion "/reversion" [POST];
        previous_removal "/previous/removal" [POST];
    }
}

addresses! {
    /// The addresses of one of its projects.
    struct ProjectLinks {
        page "" [GET POST];
        archiving "/archiving" [POST];
        restoration "/restoration" [POST];
        deletion "/deletion" [GET POST];
        members "/members" [POST];
        member(user) "/members/{user}" PlaceLinks;
        tokens "/tokens" [POST];
        new_token "/tokens/new" [GET];
        token(token) "/tokens/{token}" TokenLinks;
        llm_keys "/llm-keys" [GET POST];
        llm_key(provider) "/llm-keys/{provider}" LlmKeyLinks;
    }
}

addresses! {
    /// The addresses of one of its teams.
    struct TeamLinks {
        page "" [GET POST];
        manager "/manager" [POST];
        members "/members" [POST];
        member(user) "/members/{user}" PlaceLinks;
        deletion "/deletion" [POST];
    }
}

addresses! {
    /// The addresses of someone in a project or a team.
    struct PlaceLinks {
        removal "/removal" [POST];
    }
}

addresses! {
    /// The addresses of one token.
    struct TokenLinks {
        roll "/roll" [GET POST];
        revocation "/revocation" [POST];
    }
}
