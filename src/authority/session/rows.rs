//! A session as the database tells it: with its person and their memberships, in one query.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::factor_requirement::Requirement;
use super::lifetime::{IDLE, LIFETIME};
use super::visitor::{Entered, Membership, Visitor};
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
    /// Whether the person has a second factor and has not given it in this session.
    pub owes_factor: bool,
    /// The person's id.
    pub id: String,
    pub email: String,
    name: String,
    operator: bool,
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
    #[sea_orm(nested)]
    requirement: Requirement,
}

const LOAD: &str = "
    SELECT s.id AS session, s.renewal_due, s.last_seen_at AS seen,
           s.authenticated_at AS authenticated,
           s.second_factor_at IS NULL AND u.own_factor AS owes_factor, u.id, u.email, u.name, u.operator,
           m.role, m.email AS address, m.opened_at AS opened, m.last_seen_at AS here, m.grace_since AS joined,
           o.id AS organization, o.slug, o.name AS organization_name, o.env_fallback,
           o.second_factor_from, o.second_factor_days, o.trusts_provider_factor, u.own_factor, s.provider_factor,
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
    let connection = db.reader_by_key();
    let (unused, old) = (now - IDLE, now - LIFETIME);
    let values = [value.into(), unused.timestamp_millis().into(), old.timestamp_millis().into()];
    let load = LOAD.replace("{column}", column);
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), load, values);
    Row::find_by_statement(statement).all(connection).await
}

/// The organization that an operator has entered.
#[derive(FromQueryResult)]
pub struct Entry {
    id: String,
    reason: String,
    expires_at: Timestamp,
    organization: String,
    slug: String,
    name: String,
    env_fallback: bool,
    #[sea_orm(nested)]
    requirement: Requirement,
}

/// An operator has as long as anyone who was there when it was set.
const LOAD_ENTRY: &str = "
    SELECT e.id, e.reason, e.expires_at, o.id AS organization, o.slug, o.name, o.env_fallback,
           o.second_factor_from, o.second_factor_days, o.trusts_provider_factor, u.own_factor, s.provider_factor,
           o.created_at AS joined
    FROM operator_entries e
    JOIN organizations o ON o.id = e.organization_id AND o.state = 'active'
    JOIN users u ON u.id = e.user_id
    JOIN sessions s ON s.id = e.session_id
    WHERE e.session_id = $1 AND e.user_id = $2 AND e.left_at IS NULL AND e.expires_at > $3 AND e.entered_at <= $3
    ORDER BY e.entered_at DESC LIMIT 1";

/// Where the person of a session has entered as operator; asked of operators alone.
pub async fn load_entry(db: &Db, rows: &[Row], now: DateTime<Utc>) -> Result<Option<Entry>, DbErr> {
    let Some(row) = rows.first().filter(|row| row.operator) else { return Ok(None) };
    let connection = db.reader_by_key();
    let values = [row.session.as_str().into(), row.id.as_str().into(), now.timestamp_millis().into()];
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, LOAD_ENTRY, values);
    Entry::find_by_statement(statement).one(connection).await
}

/// A session that stands.
pub struct Found {
    pub visitor: Visitor,
    /// Whether the visitor is only half signed in: a second factor is owed (rule 7.1).
    pub is_half: bool,
    pub renewal_due: bool,
}

impl Found {
    /// What the rows of one session come to.
    pub fn of((rows, entry): (Vec<Row>, Option<Entry>)) -> Option<Self> {
        let first = rows.first()?;
        let (renewal_due, is_half) = (first.renewal_due, first.owes_factor);
        let mut visitor = Visitor {
            session: first.session.clone(),
            id: first.id.clone(),
            email: first.email.clone(),
            name: first.name.clone(),
            authenticated_at: first.authenticated.map(|at| *at),
            provider: first.provider.clone(),
            opened_last: first.opened_last.clone(),
            token: None,
            is_operator: first.operator,
            entered: entry.map(|entry| entry.entered_by(&first.email)),
            memberships: Vec::new(),
        };
        visitor.memberships = rows.into_iter().filter_map(Row::into_membership).collect();
        Some(Self { visitor, is_half, renewal_due })
    }
}

impl Entry {
    /// Anyone who has entered is as an admin there (rule 6.4).
    fn entered_by(self, email: &str) -> Entered {
        let Self { id: entry, reason, expires_at, organization, slug, name, env_fallback, requirement } =
            self;
        let membership = Membership {
            organization: Organization { id: organization, slug, name, env_fallback },
            role: Role::Admin,
            email: email.to_owned(),
            opened_at: None,
            last_seen_at: None,
            method_is_on: true,
            factor_due: requirement.due(),
        };
        Entered { entry, reason, until: *expires_at, membership }
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
            factor_due: self.requirement.due(),
        })
    }
}
