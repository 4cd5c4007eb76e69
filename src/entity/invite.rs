//! Invites: one row each, permanently (rule 3.1).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};
use crate::project_role::ProjectRole;
use crate::role::Role;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "invites")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub organization_id: String,
    /// Canonical (rule 2.7).
    pub email: String,
    pub role: Role,
    /// The team that it puts the invitee into beside Default; none for no other.
    pub team_id: Option<String>,
    /// The project that it gives the invitee a role in.
    pub project_id: Option<String>,
    /// Which role that is.
    pub project_role: Option<ProjectRole>,
    pub state: Stage,
    /// Counts the links: a new one ends those before it.
    pub generation: i64,
    pub invited_by: String,
    pub invited_by_name: String,
    /// The mail that carries the link; none when mail was not set up.
    pub mail_id: Option<String>,
    /// The form with which it was sent last.
    pub batch: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was accepted, revoked, or followed by another.
    pub closed_at: Option<Timestamp>,
    /// Who accepted or revoked it.
    pub closed_by: Option<String>,
    /// When the invitee asked for a new link, which the inviter is told once.
    pub asked_at: Option<Timestamp>,
}

/// What became of an invite, beside time, which passes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Stage {
    #[sea_orm(string_value = "open")]
    Open,
    /// Expired, and the address was invited again.
    #[sea_orm(string_value = "lapsed")]
    Lapsed,
    #[sea_orm(string_value = "accepted")]
    Accepted,
    #[sea_orm(string_value = "revoked")]
    Revoked,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
