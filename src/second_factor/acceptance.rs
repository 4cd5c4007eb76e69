//! Whether a code is taken: one decision for the challenge at sign-in and for people who confirm that it is them.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::code::Code;
use super::mails::{self, News};
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

/// What came of a code.
pub enum Verdict {
    Good(Proof),
    Bad(Refusal),
}

/// Why a code is not taken.
pub enum Refusal {
    Wrong(&'static str),
    Used(&'static str),
    /// There were too many wrong ones: none is taken for so long.
    Wait(Duration),
}

impl Refusal {
    /// As events tell of it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Wrong(_) => "wrong",
            Self::Used(_) => "used",
            Self::Wait(_) => "too_many",
        }
    }
}

/// By what someone has proven who they are.
pub enum Proof {
    App,
    /// How many are left.
    RecoveryCode(u64),
}

impl Proof {
    /// As events tell of it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::App => "app",
            Self::RecoveryCode(_) => "recovery_code",
        }
    }
}

/// Judges a code of the person of this change, and keeps what came of it: it is used up, or counted as wrong (threats F04,
/// F06). The person hears by mail of what they should know.
///
/// # Errors
/// When the database can't be asked, or a secret can't be opened: then no code is taken (rule 2.5).
pub async fn judge(change: &Change<OfPerson>, services: &Services, code: &Code) -> Result<Verdict> {
    let (before, now) = (budget::of(change).await?, *change.at());
    if let Some(wait) = before.wait(now) {
        return Ok(Verdict::Bad(Refusal::Wait(wait)));
    }
    match look(change, services, code).await? {
        Found::Good(proof) => {
            budget::forget(change).await?;
            if let Proof::RecoveryCode(left) = &proof {
                mails::tell(services, change, News::RecoveryCodeUsed { left: *left }).await?;
            }
            Ok(Verdict::Good(proof))
        }
        Found::Used => Ok(Verdict::Bad(Refusal::Used(USED))),
        Found::Nothing => {
            let after = before.after_failure(now);
            after.keep(change).await?;
            let Some(wait) = after.wait(now) else { return Ok(Verdict::Bad(Refusal::Wrong(wrong(code)))) };
            mails::tell(services, change, News::TooManyWrongCodes).await?;
            Ok(Verdict::Bad(Refusal::Wait(wait)))
        }
    }
}

fn wrong(code: &Code) -> &'static str {
    match code {
        Code::App(_) => WRONG,
        Code::Recovery(_) => WRONG_RECOVERY,
    }
}

enum Found {
    Good(Proof),
    Used,
    Nothing,
}

async fn look(change: &Change<OfPerson>, services: &Services, code: &Code) -> Result<Found> {
    match code {
        Code::Recovery(code) => {
            let left = recovery::take(change, code).await?;
            Ok(left.map_or(Found::Nothing, |left| Found::Good(Proof::RecoveryCode(left))))
        }
        Code::App(code) => {
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
