//! Everyone who has an account.

use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect};

use crate::authority::Shell;
use crate::entity::Timestamp;
use crate::entity::membership::{self, Status};
use crate::entity::user::{self, Status as Activity};
use crate::error::Result;
use crate::role::Role;

/// Accounts that are read at once.
const BATCH: u64 = 1000;

/// An account in the list.
#[derive(FromQueryResult)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub name: String,
    activity: Activity,
    /// None for someone who is no member.
    pub role: Option<Role>,
    /// None for someone who is no member.
    standing: Option<Status>,
    /// None for someone who is no member.
    pub last_seen_at: Option<Timestamp>,
}

impl Account {
    /// Whether the person can come in, as lists of members tell it.
    pub fn status(&self) -> Status {
        self.standing.unwrap_or(match self.activity {
            Activity::Deactivated => Status::Deactivated,
            Activity::Active => Status::Active,
        })
    }
}

/// The next accounts behind the address `after`, in the order of their addresses, with what they are in the shell's
/// organization; the last batch is followed by an empty one.
///
/// # Errors
/// When the database can't be asked.
pub async fn accounts(shell: &Shell, role: Option<Role>, after: &str) -> Result<Vec<Account>> {
    let organization = shell.organization()?.id.clone();
    let here = move |_, membership| {
        let column = (membership, membership::Column::OrganizationId);
        Expr::col(column).eq(organization.as_str()).into_condition()
    };
    let membership = user::Entity::belongs_to(membership::Entity)
        .from(user::Column::Id)
        .to(membership::Column::UserId)
        .on_condition(here)
        .into();
    let mut accounts = user::Entity::find()
        .select_only()
        .columns([user::Column::Id, user::Column::Email, user::Column::Name])
        .column_as(user::Column::Status, "activity")
        .column_as(membership::Column::Status, "standing")
        .columns([membership::Column::Role, membership::Column::LastSeenAt])
        .join(JoinType::LeftJoin, membership)
        .filter(user::Column::Email.gt(after))
        .order_by_asc(user::Column::Email)
        .limit(BATCH);
    if let Some(role) = role {
        accounts = accounts.filter(membership::Column::Role.eq(role));
    }
    Ok(accounts.into_model().all(shell.db().outside_any_organization()).await?)
}
