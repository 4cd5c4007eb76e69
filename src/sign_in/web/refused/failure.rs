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
            format!("{label} does not accept the client id or secret of this server."),
            "Nothing was changed. Tell your admin: gatehouse doctor says what to check.",
        ),
        FailureKind::Unavailable | FailureKind::Late => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service does not answer",
            format!("{label} could not be reached, or did not answer in time."),
            "Nothing was changed. Try again in a moment, or use another way to sign in.",
        ),
        FailureKind::Unusable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The sign-in service has a problem",
            format!("{label} answered, but not with what signing in needs."),
            "Nothing was changed. Try again; if it keeps happening, tell your admin: the log says what is wrong.",
        ),
        FailureKind::Rejected => (
            StatusCode::BAD_REQUEST,
            "That sign-in could not be checked",
            format!("What {label} answered did not hold up."),
            "Try again. If it keeps happening, tell your admin: the log says why.",
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
            "This sign-in was not started in this browser, was already used, or took longer than ten minutes."
                .to_owned(),
        next_step: "Nothing was changed. Go back to sign-in and start again.".to_owned(),
        code: NOT_STARTED_HERE,
    };
    view.entry(StatusCode::BAD_REQUEST, &RefusedPage::of(words))
}

/// The provider sent the person back without having signed them in; what it `said` is for the log alone.
pub fn cancelled(view: &View, again: SecondTry, said: &str) -> Reply {
    tracing::info!(provider = again.provider.name, %said, "the provider signed nobody in");
    let words = Words {
        title: "You were not signed in",
        sentence: format!("{} did not sign you in, or you cancelled.", again.provider.label),
        next_step: "Nothing was changed. Try again whenever you like.".to_owned(),
        code: "cancelled",
    };
    view.entry(StatusCode::BAD_REQUEST, &RefusedPage { from_the_shell: false, ..again.page(words) })
}
