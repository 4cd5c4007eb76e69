//! Who was turned away lately: a line per address, kept for thirty days.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::authority::{Admin, Change, FromOutside, Services};
use crate::entity::{Timestamp, denial, membership};
use crate::error::Result;
use crate::gate::Answer;
use crate::random;

/// How long a line is kept after the last try.
pub const KEPT: Duration = Duration::days(30);
/// As many lines as are shown.
pub const MOST_SHOWN: u64 = 50;

/// The addresses that were turned away last, the latest first.
pub async fn latest(admin: &Admin) -> Result<Vec<denial::Model>> {
    let oldest = Timestamp::from(admin.services().clock.now() - KEPT);
    let lines = admin.scope().find::<denial::Entity>().filter(|ours| {
        ours.filter(denial::Column::LastAt.gt(oldest))
            .order_by_desc(denial::Column::LastAt)
            .order_by_desc(denial::Column::Id)
            .limit(MOST_SHOWN)
    });
    lines.all().await
}

/// Which of `emails` are members' by now.
pub async fn members_among(admin: &Admin, emails: &[&str]) -> Result<Vec<String>> {
    let members = admin.scope().find::<membership::Entity>().filter(|ours| {
        ours.filter(membership::Column::Email.is_in(emails.iter().copied()))
            .filter(membership::Column::LockedOutAt.is_null())
            .filter(membership::Column::SuspendedAt.is_null())
    });
    members.column(membership::Column::Email).await
}

/// Counts a refusal of `email` by the last step of `answer`.
pub async fn count(change: &Change<FromOutside>, email: &str, provider: &str, answer: &Answer) -> Result<()> {
    let decided_by = answer.decided_by().name();
    let row = denial::ActiveModel {
        id: Set(random::id()),
        organization_id: Set(change.organization().map(str::to_owned)),
        email: Set(email.to_owned()),
        provider: Set(provider.to_owned()),
        decided_by: Set(decided_by.to_owned()),
        detail: Set(answer.reason()),
        times: Set(1),
        last_at: Set(change.at()),
    };
    // As its unique index has it: none is one, too.
    let whose = Expr::cust("COALESCE(organization_id, '')");
    let once_more = OnConflict::new()
        .exprs([whose, Expr::col(denial::Column::Email)])
        .update_columns([
            denial::Column::Provider,
            denial::Column::DecidedBy,
            denial::Column::Detail,
            denial::Column::LastAt,
        ])
        .value(denial::Column::Times, Expr::col((denial::Entity, denial::Column::Times)).add(1))
        .to_owned();
    let insert = denial::Entity::insert(row).on_conflict(once_more);
    insert.exec_without_returning(change.connection()).await?;
    Ok(())
}

/// Forgets the lines that are older than [`KEPT`].
pub async fn forget_old(services: &Services) -> Result<()> {
    let old = denial::Column::LastAt.lte(Timestamp::from(services.clock.now() - KEPT));
    let connection = services.db.write_outside_any_organization();
    denial::Entity::delete_many().filter(old).exec(connection).await?;
    Ok(())
}
