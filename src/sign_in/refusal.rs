//! Why somebody is not let in, as far as they are told.

use super::standing;
use crate::access::{Arrival, Change};
use crate::address::EmailAddress;
use crate::error::Result;
use crate::gate::{Answer, Rule};

/// What a person who is refused is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The provider names no usable address.
    NoAddress,
    /// The provider does not vouch for the address.
    Unverified,
    /// The address belongs to a person who signs in by these providers (rule 2.6).
    KnownElsewhere(Vec<String>),
    /// The account is connected to somebody else here, or its address is theirs.
    SomebodyElses,
    /// The rules leave the person out, or their account is deactivated: the same words for both.
    NotAdmitted,
}

impl Refusal {
    /// What the gate's answer comes to for the person at `email`.
    pub async fn of(change: &Change<Arrival>, answer: &Answer, email: &str) -> Result<Self> {
        Ok(match answer.decided_by() {
            Rule::Address => Self::NoAddress,
            Rule::VerifiedAddress => Self::Unverified,
            Rule::KnownElsewhere => Self::KnownElsewhere(ways(change, email).await?),
            _ => Self::NotAdmitted,
        })
    }

    /// The short name, as shown and recorded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::Unverified => "unverified",
            Self::KnownElsewhere(_) => "known_elsewhere",
            Self::SomebodyElses => "somebody_elses",
            Self::NotAdmitted => "not_admitted",
        }
    }
}

/// The names of the providers by which the holder of an address signs in. Only whoever has proven the address is
/// told.
async fn ways(change: &Change<Arrival>, email: &str) -> Result<Vec<String>> {
    let Ok(email) = EmailAddress::parse(email) else { return Ok(Vec::new()) };
    let Some(holder) = standing::holder(change.connection(), &email).await? else { return Ok(Vec::new()) };
    let accounts = standing::ways_of(change.connection(), &holder.id).await?;
    Ok(accounts.into_iter().map(|account| account.provider).collect())
}
