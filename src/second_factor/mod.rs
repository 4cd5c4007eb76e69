//! The second factor: what people prove who they are with beside their account at a provider (rules 7.1, 7.2, 7.3).
//!
//! ```text
//! sign-in ─► half a session ─► challenge: a code or a passkey ─► session under a new id
//! ```
//! A code comes from an authenticator app or is one of ten recovery codes. A passkey answers a question of ours, which is
//! kept here and is good for one answer. Wrong ones are counted per person in the
//! database, so that no other session, address or instance gives anyone more tries.

mod acceptance;
mod budget;
pub mod ceremony;
pub mod challenge;
pub mod code;
pub mod enrolment;
mod factors;
pub mod mails;
pub mod passkeys;
mod recovery;
mod relying_party;
mod totp;
pub mod web;

use sea_orm::{ColumnTrait, QueryFilter};

use crate::authority::SignedIn;
use crate::entity::recovery_code;
use crate::error::Result;

pub use recovery::{CODES, RecoveryCode};

/// How many recovery codes the person has left.
///
/// # Errors
/// When the database can't be asked.
pub async fn codes_left(person: &SignedIn) -> Result<usize> {
    let own = person.own::<recovery_code::Entity>();
    Ok(own.filter(|own| own.filter(recovery_code::Column::UsedAt.is_null())).all().await?.len())
}
