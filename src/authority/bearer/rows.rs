//! A token as the database tells it: with its owner, in one query.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::known::{Bearer, ProjectToken};
use crate::api_token::{Scopes, TokenText};
use crate::authority::organization::Organization;
use crate::authority::session::{Membership, Requirement, TokenOfPerson, Visitor};
use crate::db::Db;
use crate::role::Role;

/// A token that works, of a project or of a person.
#[derive(FromQueryResult)]
pub struct Row {
    id: String,
    name: String,
    prefix: String,
    scopes: String,
    organization: String,
    slug: String,
    organization_name: String,
    env_fallback: bool,
    project: Option<String>,
    project_name: Option<String>,
    person: Option<String>,
    /// The address of the person's account.
    pub account: Option<String>,
    person_name: Option<String>,
    role: Option<Role>,
    /// The address by which they are a member.
    address: Option<String>,
    #[sea_orm(nested)]
    requirement: Requirement,
}

/// That a project is in use, and that a person can come in, is asked with it.
macro_rules! load_by {
    ($column:literal) => {
        concat!(
            "
    SELECT t.id, t.name, t.prefix, t.scopes,
           o.id AS organization, o.slug, o.name AS organization_name, o.env_fallback,
           p.id AS project, p.name AS project_name,
           u.id AS person, u.email AS account, u.name AS person_name, m.role, m.email AS address,
           o.second_factor_from, o.second_factor_days, o.trusts_provider_factor, m.grace_since AS joined,
           u.own_factor, u.provider_factor
    FROM tokens t
    JOIN organizations o ON o.id = t.organization_id AND o.state = 'active'
    LEFT JOIN projects p ON p.id = t.project_id AND p.archived_at IS NULL
    LEFT JOIN memberships m ON m.organization_id = t.organization_id AND m.user_id = t.user_id
        AND m.status = 'active'
    LEFT JOIN users u ON u.id = m.user_id AND u.status = 'active'
    WHERE t.expires_at > $2 AND t.revoked_at IS NULL
        AND (p.id IS NOT NULL OR u.id IS NOT NULL)
        AND ",
            $column,
            " = $1"
        )
    };
}

/// The row of a token; none where it does not work.
pub async fn load(db: &Db, token: &TokenText, now: DateTime<Utc>) -> Result<Option<Row>, DbErr> {
    load_by(db, load_by!("t.hash"), &token.hash(), now).await
}

/// The same of the token of this id.
pub async fn load_by_id(db: &Db, id: &str, now: DateTime<Utc>) -> Result<Option<Row>, DbErr> {
    load_by(db, load_by!("t.id"), id, now).await
}

async fn load_by(db: &Db, sql: &'static str, value: &str, now: DateTime<Utc>) -> Result<Option<Row>, DbErr> {
    let connection = db.reader_by_key();
    let values = [value.into(), now.timestamp_millis().into()];
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Row::find_by_statement(statement).one(connection).await
}

impl Row {
    /// What the row says; none for one that says neither whose project nor which person.
    pub fn into_bearer(self) -> Option<Bearer> {
        let scopes = Scopes::read(&self.scopes);
        let organization = Organization {
            id: self.organization,
            slug: self.slug,
            name: self.organization_name,
            env_fallback: self.env_fallback,
        };
        if let Some(project) = self.project {
            return Some(Bearer::OfProject(Arc::new(ProjectToken {
                id: self.id,
                name: self.name,
                prefix: self.prefix,
                scopes,
                organization,
                project,
                project_name: self.project_name?,
            })));
        }
        let token = TokenOfPerson { id: self.id, name: self.name, scopes };
        let membership =
            Membership::by_token(organization, self.role?, self.address?, self.requirement.due());
        let visitor = Visitor::by_token(token, self.person?, self.account?, self.person_name?, membership);
        Some(Bearer::OfPerson(Arc::new(visitor)))
    }
}
