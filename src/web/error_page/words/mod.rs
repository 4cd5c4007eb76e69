//! What is said of each error.

mod fixed;
mod forbidden;
mod of_keys;
mod sentences;

use std::time::Duration;

use crate::authority::kept_answers::MOST;
use crate::error::{Error, KeyTrouble, OtherOrigin};
use crate::numbers;
pub use sentences::Words;

/// What there is to say of an error, without what only the log may tell.
pub fn words(error: &Error) -> Words {
    Words::from(match error {
        Error::Malformed(_) => &fixed::MALFORMED,
        Error::Unauthenticated => &fixed::UNAUTHENTICATED,
        Error::SecondFactorRequired => &fixed::SECOND_FACTOR_REQUIRED,
        Error::Forbidden(why) => forbidden::words(*why),
        Error::OtherOrigin(other) => return of_origin(other),
        Error::NotFound => &fixed::NOT_FOUND,
        Error::NoMember => &fixed::NO_MEMBER,
        Error::MethodNotAllowed(_) => &fixed::METHOD_NOT_ALLOWED,
        Error::Stale => &fixed::STALE,
        Error::Moved(_) => &fixed::MOVED,
        Error::OrganizationRequired => &fixed::ORGANIZATION_REQUIRED,
        Error::SignInMethod { .. } => &fixed::SIGN_IN_METHOD,
        Error::Conflict(sentence) => return conflict(sentence),
        Error::KeyMissing => &of_keys::MISSING,
        Error::KeyUnreadable(providers) => return of_keys::unreadable(providers),
        Error::Gone => &fixed::GONE,
        Error::LastMethod => &fixed::LAST_METHOD,
        Error::LastOwner => &fixed::LAST_OWNER,
        Error::SlowBody => &fixed::SLOW_BODY,
        Error::TooLarge => &fixed::TOO_LARGE,
        Error::NotAcceptable => &fixed::NOT_ACCEPTABLE,
        Error::NotJson => &fixed::NOT_JSON,
        Error::PackedBody => &fixed::PACKED_BODY,
        Error::Invalid(_) => &fixed::INVALID,
        Error::TooManyRequests(wait) => return too_many(*wait),
        Error::TooManyInvites(wait) => return too_many_invites(*wait),
        Error::Unavailable(_) | Error::Database(_) => &fixed::UNAVAILABLE,
        Error::OutcomeUnknown(_) => &fixed::OUTCOME_UNKNOWN,
        Error::AlreadyDone => &fixed::ALREADY_DONE,
        Error::PreconditionFailed => &fixed::PRECONDITION_FAILED,
        Error::IdempotencyKey(KeyTrouble::Malformed) => &fixed::MALFORMED_KEY,
        Error::IdempotencyKey(KeyTrouble::InUse) => &fixed::KEY_IN_USE,
        Error::IdempotencyKey(KeyTrouble::Reused) => &fixed::KEY_REUSED,
        Error::IdempotencyKey(KeyTrouble::TooMany(wait)) => return too_many_keys(*wait),
        Error::Internal(_) => &fixed::INTERNAL,
    })
}

fn conflict(sentence: &str) -> Words {
    Words {
        code: "conflict",
        title: "That’s no longer possible",
        what: sentence.to_owned(),
        next_step: "Open the page again to see what changed.",
    }
}

fn too_many(wait: Duration) -> Words {
    Words {
        code: "too_many_requests",
        title: "Too many attempts",
        what: format!("Too many attempts came from your network. Try again in {}.", numbers::wait(wait)),
        next_step: "",
    }
}

fn too_many_invites(wait: Duration) -> Words {
    let wait = numbers::wait(wait);
    Words {
        code: "too_many_invites",
        title: "Too many invites",
        what: format!(
            "An admin can send 1,000 invites in an hour, and an organization 2,000. Try again in {wait}."
        ),
        next_step: "",
    }
}

fn too_many_keys(wait: Duration) -> Words {
    let (most, wait) = (numbers::grouped(MOST), numbers::wait(wait));
    Words {
        code: "too_many_requests",
        title: "Too many idempotency keys",
        what: format!(
            "You used {most} idempotency keys within 24 hours. Try again in {wait}, or without a key."
        ),
        next_step: "",
    }
}

/// What is said to a browser that comes from elsewhere, with both names.
fn of_origin(OtherOrigin { came_by, base_url, is_this_server }: &OtherOrigin) -> Words {
    let came_by = came_by.as_deref().unwrap_or("an unknown address");
    if *is_this_server {
        return Words {
            code: "cross_site",
            title: "Open Gatehouse at its own address",
            what: format!("You opened it at {came_by}, and it takes changes only at {base_url}."),
            next_step: "If that address is wrong, the server’s admin sets GATEHOUSE_BASE_URL.",
        };
    }
    Words {
        code: "cross_site",
        title: "This came from another site",
        what: format!("It came from {came_by}. Changes must come from a page of {base_url}."),
        next_step: "Open the page there and try again.",
    }
}
