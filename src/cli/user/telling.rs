//! What came of a task, told.

use chrono::SecondsFormat;

use crate::cli::output::counted;
use crate::log;
use crate::role::Role;
use crate::sign_in::relinking::Relinking;
use crate::users::operator::AccountOutcome;

pub(super) fn tell(outcome: &AccountOutcome, news: &str) {
    let email = &outcome.email;
    if outcome.changed {
        say!("{email} {news}.");
    } else {
        say!("{email} is already set that way. Nothing changed.");
    }
    if outcome.told {
        say!("They get an email.");
    }
}

pub(super) fn tell_promotion(outcome: &AccountOutcome, role: Role) {
    let let_in = if outcome.was_locked_out { ", and no longer refused by the access rules" } else { "" };
    tell(outcome, &format!("is now {}{let_in}", role.with_article()));
}

pub(super) fn tell_deactivation(outcome: &AccountOutcome) {
    let ended = counted(outcome.sessions_ended, "session");
    tell(outcome, &format!("can no longer sign in. {ended} ended"));
}

pub(super) fn tell_reactivation(outcome: &AccountOutcome) {
    tell(outcome, "can sign in again");
    warn_of_lock_out(outcome.was_locked_out, &outcome.email);
}

pub(super) fn tell_reset(outcome: &AccountOutcome) {
    if !outcome.changed {
        say!("{} has no second factor. Nothing changed.", outcome.email);
        return;
    }
    let ended = counted(outcome.sessions_ended, "session");
    tell(outcome, &format!("can sign in without a code. {ended} ended"));
}

pub(super) fn tell_end_of_wait(outcome: &AccountOutcome) {
    if outcome.changed {
        tell(outcome, "can enter codes again");
    } else {
        say!("{} has entered no wrong codes. Nothing changed.", outcome.email);
    }
}

pub(super) fn warn_of_lock_out(is_locked_out: bool, email: &str) {
    if is_locked_out {
        log::say(&format!(
            "The access rules refuse {email}. `gatehouse user promote {email} --role member` lets them in again; \
             `gatehouse access reset` lets everyone in."
        ));
    }
}

/// Both accounts in one block: who is to be relinked looks at them side by side.
pub(super) fn show_relinking(relinking: &Relinking) {
    let Relinking { email, old, new } = relinking;
    let tried = new.tried_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    say!("{email} at {}", new.provider);
    let last = old.last_sign_in_at.to_rfc3339_opts(SecondsFormat::Secs, true);
    say!("  now:  {} as {}, which signed in last at {last}", old.issuer, old.subject);
    say!("  then: {} as {}, which tried to sign in at {tried}", new.issuer, new.subject);
}
