//! What is said of what isn't for everyone.

use super::sentences::Fixed;
use crate::api_token::Scope;
use crate::error::Forbidden;

const NEEDS_ADMIN: Fixed = Fixed(
    "forbidden",
    "This page is for admins",
    "You need the role admin or owner.",
    "Only admins can change these settings. Ask one of them.",
);
const NEEDS_OWNER: Fixed = Fixed(
    "forbidden",
    "Only an owner can do that",
    "It’s about someone, or gives a role, above your own.",
    "Ask an owner.",
);
const FOR_OWNERS: Fixed =
    Fixed("forbidden", "Only an owner can do that", "You need the role owner.", "Ask an owner.");
const NOT_FOR_OPERATORS: Fixed = Fixed(
    "forbidden",
    "Operators can’t do that",
    "Roles, keys, invites and wider access rules are for the organization’s own admins.",
    "Ask one of its owners.",
);
const NEEDS_PROJECT_ADMIN: Fixed = Fixed(
    "forbidden",
    "Only a project admin can do that",
    "You need the role admin in this project.",
    "Ask one of its admins.",
);
const NEEDS_TEAM_MANAGER: Fixed = Fixed(
    "forbidden",
    "Only the team’s manager can do that",
    "It’s for the team’s manager and the organization’s admins.",
    "Ask one of them.",
);
const NOT_BY_TOKEN: Fixed = Fixed(
    "forbidden",
    "Not with a token",
    "Tokens can’t open pages, create tokens or accept invites.",
    "Sign in with a browser.",
);
const NEEDS_FRESH_SIGN_IN: Fixed = Fixed(
    "fresh_sign_in_required",
    "Confirm it’s you",
    "For security, sign in again: your last sign-in was more than ten minutes ago.",
    "Sign in again, then repeat it.",
);
const NEEDS_SECOND_FACTOR: Fixed = Fixed(
    "two_factor_enrollment_required",
    "Add a second factor",
    "This organization requires one, and you have none yet. You’re still a member.",
    "As soon as you’ve added one, everything opens again.",
);
const NO_ACCOUNT: Fixed = Fixed(
    "forbidden",
    "Your account isn’t active",
    "It was deactivated or deleted.",
    "Ask an admin to reactivate it.",
);
const NO_ORGANIZATION: Fixed = Fixed(
    "forbidden",
    "You’re not a member of any organization",
    "Your account isn’t in an organization here.",
    "Ask an admin for an invite.",
);
const NO_ORG_CREATOR: Fixed = Fixed(
    "forbidden",
    "You can’t create organizations",
    "The server’s admin decides who can create organizations.",
    "Ask them, or ask for an invite to an organization that exists.",
);
const LACKS_ADMIN_READ: Fixed = lacks("It needs a person’s token with the scope admin:read.");
const LACKS_ADMIN_WRITE: Fixed = lacks("It needs a person’s token with the scope admin:write.");
const LACKS_RESOLVE_KEYS: Fixed = lacks("It needs a project’s token with the scope keys:resolve.");

const fn lacks(what: &'static str) -> Fixed {
    Fixed("insufficient_scope", "The token can’t do that", what, "")
}

pub(super) fn words(why: Forbidden) -> &'static Fixed {
    match why {
        Forbidden::NeedsAdmin => &NEEDS_ADMIN,
        Forbidden::NeedsOwner => &NEEDS_OWNER,
        Forbidden::ForOwners => &FOR_OWNERS,
        Forbidden::NotForOperators => &NOT_FOR_OPERATORS,
        Forbidden::NeedsProjectAdmin => &NEEDS_PROJECT_ADMIN,
        Forbidden::NeedsTeamManager => &NEEDS_TEAM_MANAGER,
        Forbidden::NeedsScope(Scope::AdminRead) => &LACKS_ADMIN_READ,
        Forbidden::NeedsScope(Scope::AdminWrite) => &LACKS_ADMIN_WRITE,
        Forbidden::NeedsScope(Scope::ResolveKeys) => &LACKS_RESOLVE_KEYS,
        Forbidden::NotByToken => &NOT_BY_TOKEN,
        Forbidden::NeedsFreshSignIn => &NEEDS_FRESH_SIGN_IN,
        Forbidden::NeedsSecondFactor => &NEEDS_SECOND_FACTOR,
        Forbidden::NoAccount => &NO_ACCOUNT,
        Forbidden::NoOrganization => &NO_ORGANIZATION,
        Forbidden::NoOrgCreator => &NO_ORG_CREATOR,
    }
}
