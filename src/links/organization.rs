//! The addresses of an organization.

use super::link::filled;
use super::table::addresses;

/// Below what the pages of an organization are, as routes have it: nothing, while there is one organization.
pub const ORGANIZATION_PREFIX: &str = "";

/// The addresses of an organization's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    prefix: String,
}

impl Links {
    /// The addresses of the organization of this slug.
    pub fn of(slug: &str) -> Self {
        Self { prefix: filled(ORGANIZATION_PREFIX, "{org}", slug) }
    }

    /// The addresses of the only organization there is, for who can't know which: the page of an error. A test lists who
    /// says so; once there are several organizations each needs another answer.
    pub fn single() -> Self {
        Self { prefix: String::new() }
    }

    fn prefix(&self) -> &str {
        &self.prefix
    }
}

addresses! {
    impl Links {
        general "/settings/admin" [GET POST];
        access "/settings/admin/access" [GET POST];
        allowed_addresses "/settings/admin/access/allowed-addresses" [POST];
        switch_method(provider) "/settings/admin/access/methods/{provider}" [POST];
        test_method(provider) "/settings/admin/access/methods/{provider}/test" [POST];
        users "/settings/admin/users" [GET];
        users_bulk "/settings/admin/users/bulk" [POST];
        users_export "/settings/admin/users/export" [GET];
        user(user) "/settings/admin/users/{user}" UserLinks;
        invites "/settings/admin/invites" [GET POST];
        test_mail "/settings/admin/invites/test-mail" [POST];
        invite(invite) "/settings/admin/invites/{invite}" InviteLinks;
        llm_keys "/settings/admin/llm-keys" [GET POST];
        llm_key(provider) "/settings/admin/llm-keys/{provider}" LlmKeyLinks;
        audit "/settings/admin/audit" [GET];
        audit_export "/settings/admin/audit/export" [GET];
        event(event) "/settings/admin/audit/{event}" [GET];
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
        end_sessions "/sessions/end" [POST];
        end_session(session) "/sessions/{session}/end" [POST];
    }
}

addresses! {
    /// The addresses of one of its invites.
    struct InviteLinks {
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
