//! The list of invites: the latest first, by state, found by the beginning of an address.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, Select};

use super::query::{Filter, InviteKeyset, InviteQuery};
use super::token;
use crate::authority::{Admin, columns};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{Timestamp, membership, outbox};
use crate::error::{Error, Result};
use crate::listing::{ListPage, ListQuery};
use crate::mail::{self, State};
use crate::membership::invited::Status;
use crate::membership::who_can_come_in;
use crate::query_hints::begins_with;
use crate::role::Role;

/// An invite in the list.
pub struct ListedInvite {
    pub invite: Model,
    pub status: Status,
    /// How its mail is doing; none when it has none.
    pub mail: Option<State>,
    /// Whether the inviter may still give the role.
    pub stands: bool,
}

impl ListedInvite {
    /// The place of the invite in the list.
    pub fn keyset(&self) -> InviteKeyset {
        keyset(&self.invite)
    }
}

fn keyset(row: &Model) -> InviteKeyset {
    InviteKeyset { at: row.created_at.timestamp_millis(), id: row.id.clone() }
}

/// One page of the list, found by its neighbours' keys.
///
/// # Errors
/// When the database can't be asked.
pub async fn list(admin: &Admin, query: &InviteQuery) -> Result<ListPage<ListedInvite, InviteKeyset>> {
    let now = admin.services().clock.now();
    let ours = admin.scope().find::<Entity>();
    let rows = ours.filter(|ours| in_order(filtered(ours, query, now), query)).all().await?;
    let page = query.page(rows, keyset);
    let rows = dress(admin, page.rows, now).await?;
    Ok(ListPage { rows, previous: page.previous, next: page.next })
}

fn filtered(ours: Select<Entity>, query: &InviteQuery, now: DateTime<Utc>) -> Select<Entity> {
    let ours = of(ours, query.filter, Timestamp::from(now));
    if query.search.is_empty() {
        return ours;
    }
    ours.filter(begins_with(&Expr::col((Entity, Column::Email)), &query.search))
}

fn of(ours: Select<Entity>, filter: Filter, now: Timestamp) -> Select<Entity> {
    match filter {
        Filter::All => ours,
        Filter::Of(Status::Pending) => {
            ours.filter(Column::State.eq(Stage::Open)).filter(Column::ExpiresAt.gt(now))
        }
        Filter::Of(Status::Accepted) => ours.filter(Column::State.eq(Stage::Accepted)),
        Filter::Of(Status::Revoked) => ours.filter(Column::State.eq(Stage::Revoked)),
        Filter::Of(Status::Expired) => {
            let over = Column::State.eq(Stage::Open).and(Column::ExpiresAt.lte(now));
            ours.filter(Column::State.eq(Stage::Lapsed).or(over))
        }
        Filter::MailFailed => {
            let refused = Query::select()
                .column(outbox::Column::Id)
                .from(outbox::Entity)
                .and_where(outbox::Column::State.eq(outbox::Stage::Refused))
                .to_owned();
            ours.filter(Column::MailId.in_subquery(refused))
        }
    }
}

fn in_order(mut ours: Select<Entity>, query: &InviteQuery) -> Select<Entity> {
    let walk = query.walk([Column::CreatedAt, Column::Id].map(|column| Expr::col((Entity, column))), true);
    if let Some(cursor) = &query.cursor {
        ours = ours.filter(walk.beyond(&cursor.keyset));
    }
    walk.sort(ours).limit(query.slots())
}

/// Adds to the rows of a page how their mails are doing and whether their inviters still may.
async fn dress(admin: &Admin, rows: Vec<Model>, now: DateTime<Utc>) -> Result<Vec<ListedInvite>> {
    let mails: Vec<&str> = rows.iter().filter_map(|row| row.mail_id.as_deref()).collect();
    let mut states = mail::states(admin, &mails).await?;
    let roles = inviters(admin, &rows).await?;
    let dressed = rows.into_iter().map(|invite| {
        let role = roles.get(&invite.invited_by);
        ListedInvite {
            status: Status::of(&invite, now),
            mail: invite.mail_id.as_deref().and_then(|id| states.remove(id)),
            stands: role.is_some_and(|role| *role >= Role::Admin && *role >= invite.role),
            invite,
        }
    });
    Ok(dressed.collect())
}

columns! {
    /// Someone who has invited.
    struct Inviter of membership::Entity {
        id: String = membership::Column::UserId,
        role: Role = membership::Column::Role,
    }
}

/// The present roles of those who have invited, as far as they can come in.
async fn inviters(admin: &Admin, rows: &[Model]) -> Result<HashMap<String, Role>> {
    // Few people invite many: each is asked for once.
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.invited_by.as_str()).collect();
    let these = membership::Column::UserId.is_in(ids);
    let members = admin.scope().find::<membership::Entity>();
    let inviters: Vec<Inviter> = members.filter(|ours| who_can_come_in(ours).filter(these)).rows().await?;
    Ok(inviters.into_iter().map(|inviter| (inviter.id, inviter.role)).collect())
}

/// One invite as the list shows it.
///
/// # Errors
/// 404 when it is none of the organization's.
pub async fn one(admin: &Admin, id: &str) -> Result<ListedInvite> {
    let row = admin.scope().find::<Entity>().filter(|ours| ours.filter(Column::Id.eq(id))).one().await?;
    let dressed = dress(admin, vec![row], admin.services().clock.now()).await?;
    dressed.into_iter().next().ok_or(Error::NotFound)
}

/// The links of those among `ids` that wait to be accepted, by id.
///
/// # Errors
/// When the database can't be asked.
pub async fn links(admin: &Admin, ids: &[&str]) -> Result<HashMap<String, String>> {
    let (services, now) = (admin.services(), admin.services().clock.now());
    let ours = admin.scope().find::<Entity>();
    let rows = ours.filter(|ours| ours.filter(Column::Id.is_in(ids.iter().copied()))).all().await?;
    let mut links = HashMap::new();
    for row in rows.into_iter().filter(|row| Status::of(row, now) == Status::Pending) {
        let path = token::path(services, &row.id, row.generation)?;
        links.insert(row.id, services.config.base_url.link(&path));
    }
    Ok(links)
}
