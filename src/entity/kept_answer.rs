//! Answers to requests that may come again, by their idempotency keys, for a day. Without what is shown once.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_answers")]
pub struct Model {
    /// SHA-256 of who asks and of the key, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The organization that it is about; none where the request names none.
    pub organization_id: Option<String>,
    /// Who asks; none for a project's token.
    pub user_id: Option<String>,
    /// SHA-256 of what is asked, in hex.
    pub asked: String,
    /// By what the log knows that it was done, whatever became of the answer.
    pub witness: String,
    /// Until when someone is at it, unless there is an answer.
    pub leased_until: Timestamp,
    pub expires_at: Timestamp,
    /// The answer's; none as long as there is none.
    pub status: Option<i64>,
    pub etag: Option<String>,
    pub location: Option<String>,
    pub body: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
