//! One file per table, no behaviour beyond saying whose its rows are.

pub mod authenticator_app;
pub mod awaited_operator;
pub mod code_budget;
pub mod denial;
pub mod event;
pub mod event_head;
pub mod failing_work;
pub mod former_member;
pub mod heartbeat;
pub mod identity;
pub mod instance;
pub mod invite;
pub mod invite_batch;
pub mod kept_answer;
pub mod key_last_use;
pub mod key_use;
pub mod llm_key;
pub mod llm_key_health;
pub mod membership;
pub mod operator_entry;
pub mod org_settings;
pub mod organization;
pub mod organization_slug;
pub mod outbox;
pub mod passkey;
pub mod passkey_ceremony;
pub mod project;
pub mod project_member;
pub mod recovery_code;
pub mod session;
pub mod sign_in_flow;
pub mod sign_in_link;
pub mod suspension;
pub mod switched_off_provider;
pub mod team;
pub mod team_member;
pub mod token;
pub mod unlinked_identity;
pub mod user;

use sea_orm::EntityTrait;

/// A moment, stored as milliseconds since the epoch in both databases.
pub type Timestamp = sea_orm::prelude::ChronoUnixTimestampMillis;

/// A table whose rows belong to one organization.
pub trait Tenant: EntityTrait {
    /// The column that names the organization.
    const ORGANIZATION: Self::Column;
}

/// A table whose rows belong to one person, in whatever organization.
pub trait Personal: EntityTrait {
    /// The column that names the person.
    const PERSON: Self::Column;
}
