//! What is asked of the list, as filters that one of its indexes can take.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{QueryFilter, Select};

use super::listed::column;
use super::query::UserQuery;
use super::sort::By;
use crate::authority::Member;
use crate::entity::membership::{Column, Entity};
use crate::error::Result;
use crate::listing::{ListQuery, Walk};
use crate::query_hints::not_by_index;
use crate::tenancy::Tenancy;

/// As many people as are counted to tell which of two filters finds fewer.
const WEIGHED: u64 = 1000;

/// What is asked of the list, at this moment, and which filter leads.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub query: &'a UserQuery,
    pub now: DateTime<Utc>,
    pub tenancy: Tenancy,
    lead: Lead,
}

/// Which of a role and a status finds the people, where both are asked for; the other is looked at row by row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    Role,
    Status,
}

impl<'a> Asked<'a> {
    /// Finds out what leads.
    pub async fn of(member: &Member, query: &'a UserQuery) -> Result<Self> {
        let services = member.services();
        let (now, tenancy) = (services.clock.now(), services.config.tenancy);
        Ok(Self { query, now, tenancy, lead: Lead::of(member, query).await? })
    }

    /// The rows of one role and status.
    pub fn of_role_and_status(&self, ours: Select<Entity>) -> Select<Entity> {
        match (self.query.role, self.query.status, self.lead) {
            (Some(role), Some(status), Lead::Role) => ours
                .filter(column(Column::Role).eq(role))
                .filter(not_by_index(column(Column::Status).eq(status))),
            (Some(role), Some(status), Lead::Status) => ours
                .filter(column(Column::Status).eq(status))
                .filter(not_by_index(column(Column::Role).eq(role))),
            (Some(role), None, _) => ours.filter(column(Column::Role).eq(role)),
            (None, Some(status), _) => ours.filter(column(Column::Status).eq(status)),
            (None, None, _) => ours,
        }
    }

    /// Those, past the cursor, in the order of the list: what one index gives.
    pub fn in_order(&self, ours: Select<Entity>) -> Select<Entity> {
        let mut ours = self.of_role_and_status(ours);
        if let Some(since) = self.unseen_since().filter(|_| self.query.sort.by == By::Seen) {
            ours = ours.filter(column(Column::LastSeenAt).lt(since));
        }
        if let Some(cursor) = &self.query.cursor {
            ours = ours.filter(self.walk().beyond(&cursor.keyset));
        }
        self.walk().sort(ours)
    }

    /// The way along the list.
    pub fn walk(&self) -> Walk {
        self.query.walk(self.query.sort.columns(), self.query.sort.descending)
    }

    /// Those who were last here before this moment are asked for, in milliseconds. None where the cursor asks for it
    /// already: of two upper bounds SQLite begins at the first, and walks to the other.
    fn unseen_since(&self) -> Option<i64> {
        let cursor = self.query.cursor.as_ref().filter(|_| self.walk().descending);
        let since = self.query.unseen_since(self.now)?;
        let is_implied = cursor.is_some_and(|cursor| cursor.keyset.is_before(since));
        (self.query.sort.by != By::Seen || !is_implied).then_some(since)
    }
}

impl Lead {
    /// The one that fewer people have, as far as counting is worth it. Two that many have and few share walk one.
    async fn of(member: &Member, query: &UserQuery) -> Result<Self> {
        let (Some(role), Some(status)) = (query.role, query.status) else { return Ok(Self::Role) };
        let have = async |these: Expr| {
            member.scope().find::<Entity>().filter(|ours| ours.filter(these)).count(WEIGHED).await
        };
        let have_role = have(column(Column::Role).eq(role)).await?;
        let have_status = have(column(Column::Status).eq(status)).await?;
        Ok(if have_status < have_role { Self::Status } else { Self::Role })
    }
}
