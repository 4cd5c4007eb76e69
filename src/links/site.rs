//! The addresses of the whole site, which belong to no organization.

use super::organization::TokenLinks;
use super::table::addresses;

/// Below what programs ask.
pub const API: &str = "/api";

/// Below what programs ask of one organization, where there are many.
pub const API_ORGANIZATION: &str = "/api/organizations/{organization}";
/// What the segment is called that names it.
pub const API_ORGANIZATION_IN_PATH: &str = "organization";
/// What a project's token is tried with.
pub const API_SOME_KEY: &str = "/api/keys/openai";
/// What a person's token is tried with.
pub const API_ME: &str = "/api/me";
/// Whether it can serve, asked by the person who looks after the installation.
pub const READYZ: &str = "/readyz";
/// Below what an organization's pages are where there is one.
pub const SETTINGS_ADMIN: &str = "/settings/admin";

/// Whether programs ask there.
pub fn is_api(path: &str) -> bool {
    path.strip_prefix(API).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The addresses of the whole site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site;

impl Site {
    /// The token in the address of an invitation; none in an address that leads elsewhere.
    pub fn invitation_in(address: &str) -> Option<&str> {
        address.strip_prefix("/invites/")
    }

    /// Whether an address is of no more use once it has been asked for: what is in it is for that request alone.
    pub fn is_used_once(address: &str) -> bool {
        let (challenge, used) = (&*Self.second_factor(), ["/auth/", "/claim/", "/sign-in-links/"]);
        address.starts_with(challenge) || used.iter().any(|beginning| address.starts_with(beginning))
    }

    #[expect(clippy::unused_self, reason = "tables ask for it so")]
    fn prefix(self) -> &'static str {
        ""
    }
}

addresses! {
    impl Site {
        start "/" [GET];
        sign_in "/sign-in" [GET];
        auth(provider) "/auth/{provider}" [POST];
        callback(provider) "/auth/{provider}/callback" [GET];
        claim(token) "/claim/{token}" [GET];
        sign_in_link(token) "/sign-in-links/{token}" [GET POST];
        invitation(token) "/invites/{token}" InvitationLinks;
        second_factor "/sign-in/second-factor" [GET POST];
        second_factor_passkey "/sign-in/second-factor/passkey" [POST];
        second_factor_passkey_options "/sign-in/second-factor/passkey/options" [POST];
        sign_out "/sign-out" [POST];
        settings "/settings" [GET];
        theme "/settings/theme" [POST];
        identities "/settings/identities" [POST];
        disconnect(identity) "/settings/identities/{identity}/disconnect" [POST];
        end_other_sessions "/settings/sessions/end-others" [POST];
        end_session(session) "/settings/sessions/{session}/end" [POST];
        security "/settings/security" [GET];
        confirmation "/settings/security/confirmation" [POST];
        confirmation_passkey "/settings/security/confirmation/passkey" [POST];
        confirmation_passkey_options "/settings/security/confirmation/passkey/options" [POST];
        recovery_codes "/settings/security/recovery-codes" [POST];
        authenticator_apps "/settings/security/apps" [POST];
        authenticator_app(app) "/settings/security/apps/{app}" AppLinks;
        new_passkey "/settings/security/new-passkey" [GET POST];
        new_passkey_options "/settings/security/new-passkey/options" [POST];
        passkey(passkey) "/settings/security/passkeys/{passkey}" PasskeyLinks;
        tokens "/settings/tokens" [GET POST];
        new_token "/settings/tokens/new" [GET];
        token(token) "/settings/tokens/{token}" TokenLinks;
        departure "/settings/departure" [GET POST];
        deletion "/settings/deletion" [GET POST];
        organizations "/orgs" [GET];
        new_organization "/orgs/new" [GET POST];
        served_keys "/api/keys" [GET];
        api_document "/api/openapi.json" [GET];
        api_docs "/api/docs" [GET];
        api_docs_part(part) "/api/docs/{part}" [GET];
        door(org) "/orgs/{org}" DoorLinks;
        operator "/operator" [GET];
        operator_log "/operator/log" [GET];
        operator_departure "/operator/departure" [POST];
        operator_organization(organization) "/operator/organizations/{organization}" OperatorLinks;
    }
}

addresses! {
    /// The addresses behind the link of an invite.
    struct InvitationLinks {
        page "" [GET];
        acceptance "/acceptance" [POST];
        request "/request" [POST];
    }
}

addresses! {
    /// The addresses of one of a person's authenticator apps.
    struct AppLinks {
        page "" [GET POST];
        confirmation "/confirmation" [POST];
        removal "/removal" [POST];
    }
}

addresses! {
    /// The addresses of one of a person's passkeys.
    struct PasskeyLinks {
        page "" [GET POST];
        removal "/removal" [POST];
    }
}

addresses! {
    /// The addresses of an organization, for operators.
    struct OperatorLinks {
        entry "/entry" [GET POST];
    }
}

addresses! {
    /// The addresses of an organization's door.
    struct DoorLinks {
        page "" [GET];
        membership "/membership" [POST];
        departure "/departure" [GET POST];
        restoration "/restoration" [POST];
    }
}
