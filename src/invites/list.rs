//! The list of invites: the latest first, by state, found by the beginning of an address.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Deserialize;

use super::{Status, token};
use crate::access::{Admin, Role};
use crate::entity::invite::{Column, Entity, Model, Stage};
use crate::entity::{Timestamp, membership, outbox};
use crate::error::{Error, Result};
use crate::mail::{self, State};
use crate::paging::{self, Mark, Part};
use crate::users::who_can_come_in;

/// Rows on a page.
pub const PAGE: u64 = 50;
/// Rows that a program may ask for at once.
const MOST: u64 = 200;

/// Which invites are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Of(Status),
    /// Those whose mail was refused.
    MailFailed,
}

impl Filter {
    /// Every filter with its name in addresses and its label.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::All, "", "All"),
        (Self::Of(Status::Pending), "pending", "Pending"),
        (Self::Of(Status::Accepted), "accepted", "Accepted"),
        (Self::Of(Status::Expired), "expired", "Expired"),
        (Self::Of(Status::Revoked), "revoked", "Revoked"),
        (Self::MailFailed, "mail-failed", "Mail failed"),
    ];
}

/// A place in the list.
pub type Cursor = paging::Cursor<Mark>;

/// The query string as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RawQuery {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub cursor: String,
    #[serde(default)]
    pub limit: String,
}

/// What is asked of the list.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub search: String,
    pub filter: Filter,
    pub cursor: Option<Cursor>,
    pub limit: u64,
}

impl RawQuery {
    /// # Errors
    /// 422 with a sentence about the field that makes no sense.
    pub fn parse(&self) -> Result<ListQuery> {
        let filter = Filter::ALL.into_iter().find(|(_, name, _)| *name == self.status);
        let filter = filter.ok_or_else(|| {
            Error::invalid("status", "Use pending, accepted, expired, revoked or mail-failed.")
        })?;
        let cursor = match self.cursor.as_str() {
            "" => None,
            text => Some(Cursor::parse(text).ok_or_else(|| Error::invalid("cursor", "This is no cursor."))?),
        };
        let limit = match self.limit.as_str() {
            "" => PAGE,
            text => match text.parse() {
                Ok(limit @ 1..=MOST) => limit,
                _ => return Err(Error::invalid("limit", format!("Use a number from 1 to {MOST}."))),
            },
        };
        let search = self.q.trim().to_lowercase().chars().filter(|c| *c != '\0').take(100).collect();
        Ok(ListQuery { search, filter: filter.0, cursor, limit })
    }
}

/// An invite in the list.
pub struct Listed {
    pub invite: Model,
    pub status: Status,
    /// How its mail is doing; none when it has none.
    pub mail: Option<State>,
    /// Whether the inviter may still give the role.
    pub stands: bool,
}

/// A part of the list and where it goes on.
pub struct ListPage {
    pub invites: Vec<Listed>,
    pub previous: Option<Cursor>,
    pub next: Option<Cursor>,
}

/// One part of the list, found by its neighbours' keys.
pub async fn list(admin: &Admin, query: &ListQuery) -> Result<ListPage> {
    let now = admin.services().clock.now();
    let ours = admin.scope().find::<Entity>();
    let rows = ours.narrow(|ours| narrow(ours, query, now)).all().await?;
    let mark = |row: &Model| Mark { at: row.created_at.timestamp_millis(), id: row.id.clone() };
    let part = Part::new(rows, query.limit, query.cursor.as_ref(), mark);
    let invites = dress(admin, part.rows, now).await?;
    Ok(ListPage { invites, previous: part.previous, next: part.next })
}

fn narrow(mut ours: Select<Entity>, query: &ListQuery, now: DateTime<Utc>) -> Select<Entity> {
    let now = Timestamp::from(now);
    ours = match query.filter {
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
    };
    if !query.search.is_empty() {
        // A beginning is a range, which an index knows.
        let end = format!("{}\u{10ffff}", query.search);
        ours = ours.filter(Column::Email.gte(query.search.as_str())).filter(Column::Email.lt(end));
    }
    let backwards = query.cursor.as_ref().is_some_and(|cursor| cursor.backwards);
    if let Some(cursor) = &query.cursor {
        let key = Expr::tuple([Expr::col((Entity, Column::CreatedAt)), Expr::col((Entity, Column::Id))]);
        let mark = Expr::tuple([Expr::val(cursor.mark.at), Expr::val(cursor.mark.id.as_str())]);
        ours = ours.filter(if backwards { key.gt(mark) } else { key.lt(mark) });
    }
    let ours = if backwards {
        ours.order_by_asc(Column::CreatedAt).order_by_asc(Column::Id)
    } else {
        ours.order_by_desc(Column::CreatedAt).order_by_desc(Column::Id)
    };
    ours.limit(query.limit + 1)
}

/// Adds to the rows of a page how their mails are doing and whether their inviters still may.
async fn dress(admin: &Admin, rows: Vec<Model>, now: DateTime<Utc>) -> Result<Vec<Listed>> {
    let mails: Vec<&str> = rows.iter().filter_map(|row| row.mail_id.as_deref()).collect();
    let mut states = mail::states(admin, &mails).await?;
    let roles = inviters(admin, &rows).await?;
    let dressed = rows.into_iter().map(|invite| {
        let role = roles.get(&invite.invited_by);
        Listed {
            status: Status::of(&invite, now),
            mail: invite.mail_id.as_deref().and_then(|id| states.remove(id)),
            stands: role.is_some_and(|role| *role >= Role::Admin && *role >= invite.role),
            invite,
        }
    });
    Ok(dressed.collect())
}

/// The present roles of those who have invited, as far as they can come in.
async fn inviters(admin: &Admin, rows: &[Model]) -> Result<HashMap<String, Role>> {
    let ids = rows.iter().map(|row| row.invited_by.as_str());
    let members = admin.scope().find::<membership::Entity>().narrow(|ours| {
        who_can_come_in(ours)
            .select_only()
            .column_as(membership::Column::UserId, "c0")
            .column_as(membership::Column::Role, "c1")
            .filter(membership::Column::UserId.is_in(ids))
    });
    let rows: Vec<(String, Role)> = members.rows(2).await?;
    Ok(rows.into_iter().collect())
}

/// One invite as the list shows it.
///
/// # Errors
/// 404 when it is none of the organization's.
pub async fn one(admin: &Admin, id: &str) -> Result<Listed> {
    let row = admin.scope().find::<Entity>().narrow(|ours| ours.filter(Column::Id.eq(id))).one().await?;
    let dressed = dress(admin, vec![row], admin.services().clock.now()).await?;
    dressed.into_iter().next().ok_or(Error::NotFound)
}

/// The links of those among `ids` that wait to be accepted, by id.
pub async fn links(admin: &Admin, ids: &[&str]) -> Result<HashMap<String, String>> {
    let (services, now) = (admin.services(), admin.services().clock.now());
    let ours = admin.scope().find::<Entity>();
    let rows = ours.narrow(|ours| ours.filter(Column::Id.is_in(ids.iter().copied()))).all().await?;
    let mut links = HashMap::new();
    for row in rows.into_iter().filter(|row| Status::of(row, now) == Status::Pending) {
        let path = token::path(services, &row.id, row.generation)?;
        links.insert(row.id, services.config.base_url.link(&path));
    }
    Ok(links)
}
