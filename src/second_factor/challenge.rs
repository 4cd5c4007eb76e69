//! Giving a code or a passkey: to finish signing in, or to confirm that it is still the same person.

use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::acceptance::{Given, Refusal, Verdict, judge};
use crate::authority::session::NewId;
use crate::authority::{Change, Event, HalfSignedIn, OfPerson, Services, SignedIn};
use crate::entity::{authenticator_app, passkey};
use crate::error::{Error, Result};

/// What came of it.
pub enum Answer {
    /// The session is whole, or fresh, under this id.
    In(NewId),
    Refused(Refusal),
}

/// By what someone can finish a sign-in, beside recovery codes.
pub struct Ways {
    pub app: bool,
    pub passkey: bool,
}

/// By what this one can.
///
/// # Errors
/// When the database can't be asked.
pub async fn ways(half: &HalfSignedIn) -> Result<Ways> {
    let apps = half.own::<authenticator_app::Entity>();
    let apps = apps.filter(|own| own.filter(authenticator_app::Column::ConfirmedAt.is_not_null()));
    let passkeys = half.own::<passkey::Entity>();
    Ok(Ways { app: !apps.all().await?.is_empty(), passkey: !passkeys.all().await?.is_empty() })
}

/// Finishes a sign-in.
///
/// # Errors
/// 401 when the session is over; when it can't be judged (rule 2.5).
pub async fn finish(half: &HalfSignedIn, given: &Given) -> Result<Answer> {
    give(half.change().await?, half.services(), half.session(), "second_factor.given", given).await
}

/// Confirms that the person of a session is the one who signed in, as a fresh sign-in does.
///
/// # Errors
/// As [`finish`]; 409 for someone who has no second factor.
pub async fn confirm(person: &SignedIn, given: &Given) -> Result<Answer> {
    let (change, session) = (person.change().await?, person.visitor.session.as_str());
    if !change.person().own_factor {
        return Err(Error::Conflict("You have no second factor, so no code confirms that it’s you."));
    }
    give(change, &person.services, session, "second_factor.confirmed", given).await
}

async fn give(
    change: Change<OfPerson>,
    services: &Services,
    session: &str,
    action: &'static str,
    given: &Given,
) -> Result<Answer> {
    let email = change.person().email.clone();
    match judge(&change, services, session, given).await? {
        Verdict::Good(proof) => {
            let new_id = change.second_factor_given(session, true).await?;
            let event = Event::done(action, email).resulting_in(json!({ "by": proof.name() }));
            change.commit_once(event).await?;
            Ok(Answer::In(new_id))
        }
        Verdict::Bad(refusal) => {
            let event = Event::refused("second_factor.refused", email);
            change.commit_once(event.resulting_in(json!({ "reason": refusal.reason() }))).await?;
            Ok(Answer::Refused(refusal))
        }
    }
}
