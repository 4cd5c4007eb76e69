//! What is said of each error.

use crate::error::{Error, Forbidden};

/// The words for an error.
pub struct Words {
    pub code: &'static str,
    pub title: &'static str,
    pub what: String,
    pub next_step: &'static str,
}

/// What there is to say of an error, without what only the log may tell.
pub fn words(error: &Error) -> Words {
    let (code, title, what, next_step) = match error {
        Error::Malformed(_) => (
            "malformed",
            "That request makes no sense",
            "Something in the request could not be read.",
            "Go back and try again.",
        ),
        Error::Unauthenticated => ("unauthenticated", "You are not signed in", "Sign in to go on.", ""),
        Error::Forbidden(why) => forbidden(*why),
        Error::NotFound => (
            "not_found",
            "There is nothing here",
            "The page does not exist, or it is not for you.",
            "Check the address.",
        ),
        Error::NoMember => (
            "not_found",
            "This person is not here",
            "Nobody in the organization has this page. Perhaps they were removed in between.",
            "",
        ),
        Error::MethodNotAllowed => {
            ("method_not_allowed", "That can't be done here", "This address does not take that method.", "")
        }
        Error::Stale => (
            "conflict",
            "Somebody changed this in between",
            "What you sent was made from an older version.",
            "Open it again to see what it says now.",
        ),
        Error::Moved(_) => ("moved", "Moved", "It has another address now.", ""),
        Error::OrganizationRequired => (
            "organization_required",
            "Which organization?",
            "You belong to several organizations, and this address names none.",
            "Use the address of one of them.",
        ),
        Error::SignInMethod { .. } => (
            "sign_in_method_required",
            "Sign in another way",
            "This organization doesn’t accept the sign-in method you used.",
            "Sign in with one that it accepts.",
        ),
        Error::Conflict(sentence) => {
            return Words {
                code: "conflict",
                title: "That does not fit any more",
                what: (*sentence).to_owned(),
                next_step: "Look at it again.",
            };
        }
        Error::Gone => (
            "gone",
            "That is over",
            "It was there, and can't be used any more.",
            "Ask whoever sent it for a new one.",
        ),
        Error::LastMethod => (
            "last_sign_in_method",
            "That is the last way in",
            "Without this sign-in method somebody who must be able to come in could not.",
            "Connect another method first.",
        ),
        Error::LastOwner => (
            "last_owner",
            "An organization needs an owner",
            "Nobody else would be left who owns the organization and can come in.",
            "Make someone else owner first.",
        ),
        Error::TooLarge => (
            "too_large",
            "That is too much at once",
            "The request is larger than this address takes.",
            "Send less.",
        ),
        Error::Invalid(_) => (
            "invalid",
            "Something needs correcting",
            "Some fields could not be taken.",
            "Correct them and send again.",
        ),
        Error::TooManyRequests(_) => {
            ("too_many_requests", "Too many tries", "There were too many attempts from your network.", "")
        }
        Error::Unavailable(_) | Error::Database(_) | Error::OutcomeUnknown(_) => unavailable(error),
        Error::AlreadyDone => ("already_done", "This was done before", "Nothing was done twice.", ""),
        Error::Internal(_) => (
            "internal",
            "Something failed on our side",
            "It is not your fault.",
            "Try again. If it keeps happening, give your admin the request's number.",
        ),
    };
    let mut what = what.to_owned();
    if let Error::TooManyRequests(wait) = error {
        what = format!("{what} Try again in {} seconds.", wait.as_secs() + 1);
    }
    Words { code, title, what, next_step }
}

/// Code, title, what happened, and what to do.
fn unavailable(error: &Error) -> (&'static str, &'static str, &'static str, &'static str) {
    if matches!(error, Error::OutcomeUnknown(_)) {
        return (
            "outcome_unknown",
            "It is not known whether this was saved",
            "The connection to the database broke while it was saving.",
            "Look whether the change is there before you repeat it. Sending the same again from here is safe: it is done once.",
        );
    }
    (
        "unavailable",
        "Gatehouse can't answer right now",
        "Something that it depends on is not reachable.",
        "Try again in a moment.",
    )
}

/// The same of what is not for everybody.
fn forbidden(why: Forbidden) -> (&'static str, &'static str, &'static str, &'static str) {
    match why {
        Forbidden::NeedsAdmin => (
            "forbidden",
            "This page is for admins",
            "It needs the role admin or owner.",
            "Only admins can change these settings. Ask one of them.",
        ),
        Forbidden::NeedsOwner => (
            "forbidden",
            "Only an owner can do that",
            "It concerns somebody, or gives a role, above your own.",
            "Ask an owner.",
        ),
        Forbidden::ForOwners => {
            ("forbidden", "Only an owner can do that", "It needs the role owner.", "Ask an owner.")
        }
        Forbidden::NotForOperators => (
            "forbidden",
            "Not as operator",
            "Roles, keys, invites and wider access rules are for the organization’s own admins.",
            "Ask one of its owners.",
        ),
        Forbidden::NeedsFreshSignIn => (
            "fresh_sign_in_required",
            "Confirm that it is you",
            "This takes a sign-in of the last ten minutes.",
            "Sign in again, then repeat it.",
        ),
        Forbidden::NoAccount => (
            "forbidden",
            "Your account is not active",
            "It was deactivated or deleted in the meantime.",
            "Ask an admin to reactivate it.",
        ),
        Forbidden::NoOrganization => (
            "forbidden",
            "You are in no organization here",
            "Your account belongs to no organization here.",
            "Ask an admin for an invite.",
        ),
        Forbidden::NoOrgCreator => (
            "forbidden",
            "You can’t create organizations",
            "The server’s admin decides who can create organizations.",
            "Ask them, or ask for an invite to an organization that exists.",
        ),
        Forbidden::CrossSite => (
            "cross_site",
            "This came from another site",
            "A change must come from a page of this Gatehouse.",
            "Open the page here and try again.",
        ),
    }
}
