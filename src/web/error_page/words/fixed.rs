//! What is said of errors that are all alike.

use super::sentences::Fixed;

pub(super) const MALFORMED: Fixed =
    Fixed("malformed", "Bad request", "Part of the request couldn’t be read.", "Go back and try again.");
pub(super) const UNAUTHENTICATED: Fixed =
    Fixed("unauthenticated", "You’re not signed in", "Sign in to continue.", "");
pub(super) const SECOND_FACTOR_REQUIRED: Fixed = Fixed(
    "second_factor_required",
    "Enter your code",
    "Finish signing in with a code or a passkey first.",
    "",
);
pub(super) const NOT_FOUND: Fixed = Fixed(
    "not_found",
    "Page not found",
    "This page doesn’t exist, or you don’t have access to it.",
    "Check the address.",
);
pub(super) const NO_MEMBER: Fixed = Fixed(
    "not_found",
    "Person not found",
    "No one in the organization has this page. They might have been removed.",
    "",
);
pub(super) const METHOD_NOT_ALLOWED: Fixed =
    Fixed("method_not_allowed", "Method not allowed", "This address doesn’t accept that method.", "");
pub(super) const STALE: Fixed = Fixed(
    "conflict",
    "This was changed in the meantime",
    "You sent a change to an older version.",
    "Open it again to see the current version.",
);
pub(super) const MOVED: Fixed = Fixed("moved", "Moved", "It has a new address.", "");
pub(super) const ORGANIZATION_REQUIRED: Fixed = Fixed(
    "organization_required",
    "Which organization?",
    "You’re a member of several organizations, and this address doesn’t name one.",
    "Use the address of one of them.",
);
pub(super) const SIGN_IN_METHOD: Fixed = Fixed(
    "sign_in_method_required",
    "Sign in another way",
    "This organization doesn’t accept the sign-in method you used.",
    "Sign in with one that it accepts.",
);
pub(super) const GONE: Fixed = Fixed(
    "gone",
    "No longer available",
    "This existed, but can no longer be used.",
    "Ask the person who sent it for a new one.",
);
pub(super) const LAST_METHOD: Fixed = Fixed(
    "last_sign_in_method",
    "This is the last sign-in method",
    "Without it, someone who must be able to sign in couldn’t.",
    "Connect another method first.",
);
pub(super) const LAST_OWNER: Fixed = Fixed(
    "last_owner",
    "An organization needs an owner",
    "No other owner could sign in.",
    "Make someone else owner first.",
);
pub(super) const SLOW_BODY: Fixed = Fixed(
    "slow",
    "That took too long",
    "The request didn’t arrive within ten seconds.",
    "Check your connection and send it again.",
);
pub(super) const NOT_ACCEPTABLE: Fixed = Fixed(
    "not_acceptable",
    "Not in that format",
    "This address doesn’t answer in a format that Accept names.",
    "Send Accept: */*, or no Accept.",
);
pub(super) const NOT_JSON: Fixed = Fixed(
    "unsupported_media_type",
    "Not JSON",
    "This address reads JSON alone.",
    "Send it with the Content-Type application/json.",
);
pub(super) const PACKED_BODY: Fixed = Fixed(
    "unsupported_encoding",
    "Compressed requests aren’t accepted",
    "The request has a Content-Encoding.",
    "Send it without compression.",
);
pub(super) const TOO_LARGE: Fixed =
    Fixed("too_large", "Request too large", "The request is larger than this address accepts.", "Send less.");
pub(super) const INVALID: Fixed = Fixed(
    "invalid",
    "Something needs correcting",
    "Some fields weren’t accepted.",
    "Correct them and send again.",
);
pub(super) const OUTCOME_UNKNOWN: Fixed = Fixed(
    "outcome_unknown",
    "We don’t know whether this was saved",
    "The connection to the database broke while it was saving.",
    "Check whether the change is there before you repeat it. Sending the same again from here is safe: it’s done once.",
);
pub(super) const UNAVAILABLE: Fixed = Fixed(
    "unavailable",
    "Gatehouse can’t answer right now",
    "Something it depends on can’t be reached.",
    "Try again in a moment.",
);
pub(super) const ALREADY_DONE: Fixed =
    Fixed("already_done", "This was already done", "Nothing was done twice.", "");
pub(super) const MALFORMED_KEY: Fixed = Fixed(
    "malformed",
    "The Idempotency-Key can’t be used",
    "It has 1 to 255 visible ASCII characters, and a request has one.",
    "Send another, or none.",
);
pub(super) const KEY_IN_USE: Fixed = Fixed(
    "idempotency_key_in_use",
    "This is still being done",
    "The first request with this Idempotency-Key hasn’t been answered yet.",
    "Send it again in a moment.",
);
pub(super) const KEY_REUSED: Fixed = Fixed(
    "idempotency_key_reused",
    "This Idempotency-Key was used before",
    "It came with a different request in the last 24 hours.",
    "Use a new key for a new request.",
);
pub(super) const PRECONDITION_FAILED: Fixed = Fixed(
    "precondition_failed",
    "This was changed in the meantime",
    "The ETag in If-Match is that of an older version.",
    "Get it again, and repeat the change if it still makes sense.",
);
pub(super) const INTERNAL: Fixed = Fixed(
    "internal",
    "Something failed on our side",
    "It’s not your fault.",
    "Try again. If it keeps happening, give your admin the request ID.",
);
