//! Sign-ins under way: made at the start, used once by the callback, and kept for a while where they ended well.

use sea_orm::entity::prelude::*;

use super::Timestamp;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_flows")]
pub struct Model {
    /// SHA-256, in hex, of the `state` parameter.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// SHA-256, in hex, of the value in the cookie of the browser that began it.
    pub browser_hash: String,
    pub provider: String,
    pub nonce: String,
    pub pkce_verifier: String,
    pub return_to: String,
    pub created_at: Timestamp,
    pub purpose: Purpose,
    /// The person who connects another account; none for other purposes.
    pub user_id: Option<String>,
    /// When the callback took it.
    pub used_at: Option<Timestamp>,
    /// When someone was let in by it, or had connected an account.
    pub finished_at: Option<Timestamp>,
}

/// What a sign-in is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Purpose {
    /// To come in.
    #[sea_orm(string_value = "sign_in")]
    SignIn,
    /// To prove once more who one is: a flow that demanded a new login, where the provider can be made to ask for one.
    #[sea_orm(string_value = "step_up")]
    StepUp,
    /// To become the first owner, by the link in the log (rule 1.4).
    #[sea_orm(string_value = "claim")]
    Claim,
    /// To connect another account to one's own (rule 2.6).
    #[sea_orm(string_value = "connect")]
    Connect,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
