//! Whether a code or a passkey is taken: one decision for the challenge at sign-in and for people who confirm that it is
//! them.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use webauthn_rs::prelude::PublicKeyCredential;

use super::code::Code;
use super::mails::{self, News};
use super::passkeys::{Proven, prove};
use super::totp::Secret;
use super::{budget, recovery};
use crate::authority::{Change, OfPerson, Services};
use crate::entity::authenticator_app::{Column, Entity, Model};
use crate::error::Result;

/// What is said of a code that is none of the person's.
pub const WRONG: &str =
    "That code isn’t right. Check the time on your device, and enter the code it shows now.";
const WRONG_RECOVERY: &str = "That recovery code isn’t right, or was already used. Each works once.";
/// What is said of one that was taken already: a second click, or someone who has looked over a shoulder.
const USED: &str = "That code was already used. Wait for the next one.";

const WRONG_PASSKEY: &str = "That passkey wasn’t accepted. Try again, or use another way.";
/// What is said of an answer to what was not asked, or is no more: a page that was open for long, or sent twice.
const LATE: &str = "That took too long. Try again.";

/// What someone proves with who they are.
pub enum Given {
    Code(Code),
    /// As their browser tells it.
    Passkey(Box<PublicKeyCredential>),
}

/// What came of it.
pub enum Verdict {
    Good(Proof),
    Bad(Refusal),
}

/// Why it is not taken.
pub enum Refusal {
    Wrong(&'static str),
    Used(&'static str),
    Late(&'static str),
    /// There were too many wrong ones: none is taken for so long.
    Wait(Duration),
}

impl Refusal {
    /// As events tell of it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Wrong(_) => "wrong",
            Self::Used(_) => "used",
            Self::Late(_) => "late",
            Self::Wait(_) => "too_many",
        }
    }
}

/// By what someone has proven who they are.
pub enum Proof {
    App,
    Passkey,
    /// How many are left.
    RecoveryCode(u64),
}

impl Proof {
    /// As events tell of it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Passkey => "passkey",
            Self::RecoveryCode(_) => "recovery_code",
        }
    }
}

/// Judges what the person of this change has given in this session, and keeps what came of it: it is used up, or counted as
/// wrong (threats F04, F06). The person hears by mail of what they should know.
///
/// # Errors
/// When the database can't be asked, or a secret can't be opened: then nothing is taken (rule 2.5).
pub async fn judge(
    change: &Change<OfPerson>,
    services: &Services,
    session: &str,
    given: &Given,
) -> Result<Verdict> {
    let (before, now) = (budget::of(change).await?, *change.at());
    if let Some(wait) = before.wait(now) {
        return Ok(Verdict::Bad(Refusal::Wait(wait)));
    }
    match look(change, services, session, given).await? {
        Found::Good(proof) => {
            budget::forget(change).await?;
            if let Proof::RecoveryCode(left) = &proof {
                mails::tell(services, change, News::RecoveryCodeUsed { left: *left }).await?;
            }
            Ok(Verdict::Good(proof))
        }
        Found::Used => Ok(Verdict::Bad(Refusal::Used(USED))),
        Found::Late => Ok(Verdict::Bad(Refusal::Late(LATE))),
        Found::Nothing => {
            let after = before.after_failure(now);
            after.keep(change).await?;
            let Some(wait) = after.wait(now) else {
                return Ok(Verdict::Bad(Refusal::Wrong(wrong(given))));
            };
            mails::tell(services, change, News::TooManyWrongCodes).await?;
            Ok(Verdict::Bad(Refusal::Wait(wait)))
        }
    }
}

fn wrong(given: &Given) -> &'static str {
    match given {
        Given::Code(Code::App(_)) => WRONG,
        Given::Code(Code::Recovery(_)) => WRONG_RECOVERY,
        Given::Passkey(_) => WRONG_PASSKEY,
    }
}

enum Found {
    Good(Proof),
    Used,
    Late,
    Nothing,
}

async fn look(change: &Change<OfPerson>, services: &Services, session: &str, given: &Given) -> Result<Found> {
    match given {
        Given::Passkey(answer) => Ok(match prove(change, services, session, answer).await? {
            Proven::Good => Found::Good(Proof::Passkey),
            Proven::Wrong => Found::Nothing,
            Proven::Late => Found::Late,
        }),
        Given::Code(Code::Recovery(code)) => {
            let left = recovery::take(change, code).await?;
            Ok(left.map_or(Found::Nothing, |left| Found::Good(Proof::RecoveryCode(left))))
        }
        Given::Code(Code::App(code)) => {
            let apps = change.all::<Entity>().await?;
            for app in apps.iter().filter(|app| app.confirmed_at.is_some()) {
                if let Some(step) = step_of(services, app, code)? {
                    let is_first = take(change, app, step).await?;
                    return Ok(if is_first { Found::Good(Proof::App) } else { Found::Used });
                }
            }
            Ok(Found::Nothing)
        }
    }
}

/// The time step of a code of this app, by what all clocks show; none where it is none of now.
///
/// # Errors
/// When its secret can't be opened.
pub fn step_of(services: &Services, app: &Model, code: &str) -> Result<Option<i64>> {
    let seconds = u64::try_from(services.clock.wall().timestamp()).unwrap_or_default();
    Secret::of(services, app)?.step_of(code, seconds)
}

/// Uses the code of this time step up, and all before it: of many at once the database lets one have it.
async fn take(change: &Change<OfPerson>, app: &Model, step: i64) -> Result<bool> {
    let is_later = Condition::any().add(Column::LastStep.is_null()).add(Column::LastStep.lt(step));
    let taken = Entity::update_many()
        .col_expr(Column::LastStep, Expr::value(step))
        .col_expr(Column::LastUsedAt, Expr::value(change.at()))
        .filter(Column::Id.eq(&app.id))
        .filter(Column::UserId.eq(&app.user_id))
        .filter(is_later)
        .exec(change.connection())
        .await?;
    Ok(taken.rows_affected == 1)
}
