//! Sign-ins that did not get as far as the gate.

use actix_web::http::StatusCode;

use super::page::{RefusedPage, Words};
use super::second_try::SecondTry;
use crate::identity_providers::{Failure, FailureKind};
use crate::sign_in::verify::NOT_STARTED_HERE;
use crate::web::{Reply, View};

/// The provider could not be asked, or what it said does not hold.
pub fn failed(view: &View, again: SecondTry, failure: &Failure) -> Reply {
    let label = &again.provider.label;
    tracing::warn!(provider = again.provider.name, %failure, "sign-in failed");
    let (status, title, sentence, next_step) = match failure.kind {
        FailureKind::Unwelcome => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service refuses this server",
            format!("{label} doesn’t accept this server’s client ID or secret."),
            "Nothing changed. Tell your admin: gatehouse doctor shows what to check.",
        ),
        FailureKind::Unavailable | FailureKind::Late => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service isn’t responding",
            format!("{label} couldn’t be reached, or didn’t answer in time."),
            "Nothing changed. Try again in a moment, or use another way to sign in.",
        ),
        FailureKind::Unusable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service has a problem",
            format!("{label} gave an unexpected answer."),
            "Nothing changed. Try again; if it keeps happening, tell your admin: the server log has the details.",
        ),
        FailureKind::Rejected => (
            StatusCode::BAD_REQUEST,
            "That sign-in couldn’t be verified",
            format!("The answer of {label} couldn’t be verified."),
            "Try again. If it keeps happening, tell your admin: the server log has the details.",
        ),
    };
    let words = Words { title, sentence, next_step: next_step.to_owned(), code: failure.code() };
    view.entry(status, &again.page(words))
}

/// The way back leads to a browser that has not set out.
pub fn not_started_here(view: &View) -> Reply {
    let words = Words {
        title: "Start signing in again",
        sentence:
            "This sign-in wasn’t started in this browser, was already used, or took longer than ten minutes."
                .to_owned(),
        next_step: "Nothing changed. Go back to sign-in and start again.".to_owned(),
        code: NOT_STARTED_HERE,
    };
    view.entry(StatusCode::BAD_REQUEST, &RefusedPage::of(words))
}

/// The provider sent the person back without having signed them in; what it `said` is for the log alone.
pub fn cancelled(view: &View, again: SecondTry, said: &str) -> Reply {
    tracing::info!(provider = again.provider.name, %said, "the provider did not sign anyone in");
    let words = Words {
        title: "You weren’t signed in",
        sentence: format!("{} didn’t sign you in, or you canceled.", again.provider.label),
        next_step: "Nothing changed. You can try again any time.".to_owned(),
        code: "cancelled",
    };
    view.entry(StatusCode::BAD_REQUEST, &RefusedPage { from_the_shell: false, ..again.page(words) })
}
