//! Connecting another account to one's own: by a person who is signed in, with an account that a provider has
//! just vouched for (rule 2.6).

use serde_json::json;

use super::refusal::Refusal;
use crate::address::EmailAddress;
use crate::authority::{Change, Event, OfPerson as Own, SignedIn};
use crate::error::{Error, Result};
use crate::gate::{self, Candidate, Standing};
use crate::identity_providers::Claims;
use crate::mail::{self, MailKind};
use crate::membership::holder::holder;
use crate::membership::identities::new_identity;
use crate::membership::known::Known;
use crate::membership::methods::is_on;
use crate::membership::rules::rules_of;

/// How connecting ended.
pub enum Connection {
    Made,
    /// It was there before.
    WasThere,
    Refused(Refusal),
}

/// Connects the account of `claims` to the person, if they could sign in with it and it is no one else's.
pub async fn connect(person: &SignedIn, claims: &Claims) -> Result<Connection> {
    match attempt(person, claims).await {
        // Two at once meet at a unique index: the second finds what the first has written.
        Err(Error::Database(error)) if error.sql_err().is_some() => attempt(person, claims).await,
        other => other,
    }
}

async fn attempt(person: &SignedIn, claims: &Claims) -> Result<Connection> {
    let change = person.change().await?;
    let refused = match look(&change, person, claims).await? {
        Look::Free(email) => {
            change.insert(new_identity(claims, &email, change.at())).await?;
            tell(person, &change, claims).await?;
            let event = Event::done("account.connected", claims.provider.as_str());
            change.commit(event.resulting_in(json!({ "address": email.as_str() }))).await?;
            return Ok(Connection::Made);
        }
        Look::Connected => return Ok(Connection::WasThere),
        Look::Refused(refusal) => refusal,
    };
    let event = Event::refused("account.not_connected", claims.provider.as_str());
    change.commit(event.resulting_in(json!({ "reason": refused.code() }))).await?;
    Ok(Connection::Refused(refused))
}

/// The person hears of a new way in, in case it was not them.
async fn tell(person: &SignedIn, change: &Change<Own>, claims: &Claims) -> Result<()> {
    let to = EmailAddress::stored(&change.person().email)?;
    let letter = MailKind::AccountConnected { provider: claims.provider.clone() };
    mail::queue(&person.services.mail, change, &to, &letter).await?;
    Ok(())
}

enum Look {
    Free(EmailAddress),
    Connected,
    Refused(Refusal),
}

async fn look(change: &Change<Own>, person: &SignedIn, claims: &Claims) -> Result<Look> {
    let Some(email) = claims.address() else { return Ok(Look::Refused(Refusal::NoAddress)) };
    // Before anyone is looked up: who has not proven an address is not told whether it is known.
    if !claims.email_verified {
        return Ok(Look::Refused(Refusal::Unverified));
    }
    if let Some(known) = Known::by_claims(change.connection(), person.home.as_ref(), claims).await? {
        let own = known.user.id == change.person().id;
        return Ok(if own { Look::Connected } else { Look::Refused(Refusal::SomebodyElses) });
    }
    let holder = holder(change.connection(), &email).await?;
    if holder.is_some_and(|holder| holder.id != change.person().id) {
        return Ok(Look::Refused(Refusal::SomebodyElses));
    }
    let could_come = could_come_by(change, person, claims, &email).await?;
    Ok(if could_come { Look::Free(email) } else { Look::Refused(Refusal::NotAdmitted) })
}

/// Whether the person could sign in with the account.
async fn could_come_by(
    change: &Change<Own>,
    person: &SignedIn,
    claims: &Claims,
    email: &EmailAddress,
) -> Result<bool> {
    let own = EmailAddress::stored(&change.person().email)?;
    let instance = &person.services.config.instance;
    // Where there are many organizations, each asks its own rules when it is joined.
    let Some(organization) = &person.home else { return Ok(instance.admits(email)) };
    let at_the_gate = Candidate {
        account: (own != *email).then_some(own),
        email: email.clone(),
        email_verified: true,
        method_is_on: is_on(change.connection(), Some(organization), &claims.provider).await?,
        invited: None,
        standing: change.member().map_or(Standing::Stranger, |m| Standing::Member(m.role)),
    };
    let rules = rules_of(change.connection(), &organization.id).await?;
    let answer = gate::decide(instance, &rules, &at_the_gate);
    Ok(answer.admitted.is_some())
}
