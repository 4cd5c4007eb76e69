//! Why someone is not let in, as far as they are told, and what is kept of it.

use serde_json::json;

use super::relinking::remember;
use crate::access::denials;
use crate::address::EmailAddress;
use crate::authority::{Change, Event, FromOutside};
use crate::entity::identity::Model;
use crate::error::Result;
use crate::gate::{Answer, Rule};
use crate::identity_providers::Claims;
use crate::membership::holder::holder;
use crate::membership::identities::identities_of;
use crate::visible_text::shortened;

/// As much of an address as is kept of someone who is refused, in characters (RFC 5321).
const LONGEST_ADDRESS: usize = 254;

/// What a person who is refused is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The provider gave no usable address.
    NoAddress,
    /// The provider does not vouch for the address.
    Unverified,
    /// The address belongs to a person who signs in by these providers (rule 2.6).
    KnownElsewhere(Vec<String>),
    /// The same, and one of these is the provider that they came by: it presents them as someone new.
    NewAtProvider(Vec<String>),
    /// The account is connected to someone else here, or its address is theirs.
    SomebodyElses,
    /// The rules leave the person out, or their account is deactivated: the same words for both.
    NotAdmitted,
}

impl Refusal {
    /// The short name, as shown and recorded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::Unverified => "unverified",
            Self::KnownElsewhere(_) => "known_elsewhere",
            Self::NewAtProvider(_) => "new_at_provider",
            Self::SomebodyElses => "somebody_elses",
            Self::NotAdmitted => "not_admitted",
        }
    }
}

/// Counts and records that the gate has refused the person who came with `claims`.
pub async fn refuse(change: Change<FromOutside>, claims: &Claims, answer: &Answer) -> Result<Refusal> {
    let email = claims.email.as_deref().unwrap_or_default();
    let shown = shortened(email, LONGEST_ADDRESS);
    let shown = EmailAddress::parse(&shown).map_or(shown, String::from);
    denials::count(&change, &shown, &claims.provider, answer).await?;
    let refusal = what_is_told(&change, claims, answer, &shown).await?;
    let detail = json!({
        "provider": claims.provider,
        "reason": refusal.code(),
        "decidedBy": answer.decided_by(),
    });
    let target = if shown.is_empty() { "no address".to_owned() } else { shown };
    change.commit(Event::refused("sign_in.refused", target).resulting_in(detail)).await?;
    Ok(refusal)
}

/// What the gate's answer comes to for the person at `email`.
async fn what_is_told(
    change: &Change<FromOutside>,
    claims: &Claims,
    answer: &Answer,
    email: &str,
) -> Result<Refusal> {
    Ok(match answer.decided_by() {
        Rule::Address => Refusal::NoAddress,
        Rule::VerifiedAddress => Refusal::Unverified,
        Rule::KnownElsewhere => known_elsewhere(change, claims, email).await?,
        _ => Refusal::NotAdmitted,
    })
}

/// By which providers the holder of an address signs in. Only someone who has proven the address is told.
async fn known_elsewhere(change: &Change<FromOutside>, claims: &Claims, email: &str) -> Result<Refusal> {
    let unknown = Refusal::KnownElsewhere(Vec::new());
    let Ok(email) = EmailAddress::parse(email) else { return Ok(unknown) };
    let Some(holder) = holder(change.connection(), &email).await? else { return Ok(unknown) };
    let accounts = identities_of(change.connection(), &holder.id).await?;
    let is_moved = |account: &Model| account.provider == claims.provider && account.email == email.as_str();
    let is_new_there = claims.email_verified && accounts.iter().any(is_moved);
    let names: Vec<String> = accounts.into_iter().map(|account| account.provider).collect();
    if is_new_there {
        remember(change, claims, &holder, &email).await?;
        return Ok(Refusal::NewAtProvider(names));
    }
    Ok(Refusal::KnownElsewhere(names))
}
