//! A session as the database tells it: with its person and their memberships, in one query.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::lifetime::{IDLE, LIFETIME};
use super::visitor::{Membership, Visitor};
use crate::authority::organization::Organization;
use crate::db::Db;
use crate::entity::Timestamp;
use crate::role::Role;

/// A row for each organization of the person; one with nulls for none.
#[derive(FromQueryResult)]
pub struct Row {
    pub session: String,
    renewal_due: bool,
    pub seen: Timestamp,
    authenticated: Option<Timestamp>,
    /// The person's id.
    pub id: String,
    pub email: String,
    name: String,
    role: Option<Role>,
    /// The address by which they are a member.
    address: Option<String>,
    opened: Option<Timestamp>,
    here: Option<Timestamp>,
    /// The provider of the session, if the organization has switched it off.
    switched_off: Option<String>,
    organization: Option<String>,
    slug: Option<String>,
    organization_name: Option<String>,
    env_fallback: Option<bool>,
    /// The provider by which they signed in.
    provider: Option<String>,
    /// The id of the organization that they opened last.
    opened_last: Option<String>,
}

const LOAD: &str = "
    SELECT s.id AS session, s.renewal_due, s.last_seen_at AS seen,
           s.authenticated_at AS authenticated, u.id, u.email, u.name,
           m.role, m.email AS address, m.opened_at AS opened, m.last_seen_at AS here,
           o.id AS organization, o.slug, o.name AS organization_name, o.env_fallback,
           s.provider, s.organization_id AS opened_last, off.provider AS switched_off
    FROM sessions s
    JOIN users u ON u.id = s.user_id
    LEFT JOIN memberships m ON m.user_id = u.id AND m.locked_out_at IS NULL AND m.suspended_at IS NULL
    LEFT JOIN organizations o ON o.id = m.organization_id AND o.state = 'active'
    LEFT JOIN switched_off_providers off ON off.organization_id = o.id AND off.provider = s.provider
    WHERE {column} = $1 AND s.last_seen_at > $2 AND s.created_at > $3 AND u.status = 'active'
    ORDER BY m.id";

/// The rows of the session whose `column` is `value`; none when it is over.
pub async fn load(db: &Db, column: &'static str, value: &str, now: DateTime<Utc>) -> Result<Vec<Row>, DbErr> {
    let connection = db.reader();
    let (unused, old) = (now - IDLE, now - LIFETIME);
    let values = [value.into(), unused.timestamp_millis().into(), old.timestamp_millis().into()];
    let load = LOAD.replace("{column}", column);
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), load, values);
    Row::find_by_statement(statement).all(connection).await
}

/// A session that stands.
pub struct Found {
    pub visitor: Visitor,
    pub renewal_due: bool,
}

impl Found {
    /// What the rows of one session come to.
    pub fn of(rows: Vec<Row>) -> Option<Self> {
        let first = rows.first()?;
        let renewal_due = first.renewal_due;
        let mut visitor = Visitor {
            session: first.session.clone(),
            id: first.id.clone(),
            email: first.email.clone(),
            name: first.name.clone(),
            authenticated_at: first.authenticated.map(|at| *at),
            provider: first.provider.clone(),
            opened_last: first.opened_last.clone(),
            memberships: Vec::new(),
        };
        visitor.memberships = rows.into_iter().filter_map(Row::into_membership).collect();
        Some(Self { visitor, renewal_due })
    }
}

impl Row {
    fn into_membership(self) -> Option<Membership> {
        let organization = Organization {
            id: self.organization?,
            slug: self.slug?,
            name: self.organization_name?,
            env_fallback: self.env_fallback?,
        };
        Some(Membership {
            organization,
            role: self.role?,
            email: self.address?,
            opened_at: self.opened.map(|at| *at),
            last_seen_at: self.here.map(|at| *at),
            method_is_on: self.switched_off.is_none(),
        })
    }
}
