//! Mails on their way (rule 3.2).

use sea_orm::entity::prelude::*;

use super::{Tenant, Timestamp};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// None for mails of the installation.
    pub organization_id: Option<String>,
    /// Canonical (rule 2.7).
    pub recipient: String,
    /// What to write, as [`MailKind`](crate::mail::MailKind) has it: never a secret, never the text itself.
    pub letter: Json,
    /// The kind alone, by which mails take turns.
    pub kind: String,
    /// With its brackets. The same at every try, so that a second delivery is recognised.
    pub message_id: String,
    pub state: Stage,
    /// How many times it was tried; also tells one claim from the next.
    pub attempts: i64,
    /// When it is due: while it is being sent, when the claim runs out.
    pub next_at: Timestamp,
    /// Until when an instance has it for itself.
    pub claimed_until: Option<Timestamp>,
    /// Why it has not been taken yet, or never will be.
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub sent_at: Option<Timestamp>,
}

/// Where a mail is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Stage {
    #[sea_orm(string_value = "queued")]
    Queued,
    #[sea_orm(string_value = "sending")]
    Sending,
    #[sea_orm(string_value = "sent")]
    Sent,
    #[sea_orm(string_value = "retrying")]
    Retrying,
    #[sea_orm(string_value = "refused")]
    Refused,
    #[sea_orm(string_value = "cancelled")]
    Cancelled,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Tenant for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
}
