//! An event as the log shows it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};

use super::outcome::EventOutcome;
use super::query::EventKeyset;
use crate::authority::columns;
use crate::entity::event::{Column, Entity};
use crate::entity::user;

columns! {
    /// An event in the list.
    #[derive(Clone, Debug)]
    pub struct ListedEvent of Entity {
        pub id: String = Column::Id,
        /// Its place in the organization's log, from 1.
        pub number: i64 = Column::Number,
        #[serde(with = "chrono::serde::ts_milliseconds")]
        pub at: DateTime<Utc> = Column::At,
        pub action: String = Column::Action,
        pub outcome: EventOutcome = Column::Outcome,
        /// The actor's address, or what they are called if they have none.
        pub actor: String = Column::Actor,
        /// The name of the person behind the actor.
        pub name: Option<String> = person(),
        /// The person's id.
        pub actor_id: Option<String> = Column::ActorId,
        pub target: String = Column::Target,
        /// What was there, as JSON.
        pub before: Option<String> = text(Column::Before),
        /// What is there now, as JSON.
        pub after: Option<String> = text(Column::After),
        pub address: String = Column::Address,
        pub user_agent: String = Column::UserAgent,
        pub request_id: String = Column::RequestId,
    }
}

fn person() -> Expr {
    let name = Query::select()
        .column((user::Entity, user::Column::Name))
        .from(user::Entity)
        .and_where(Expr::col((user::Entity, user::Column::Id)).equals((Entity, Column::ActorId)))
        .take();
    Expr::from(name)
}

/// Documents come as texts, which the two databases keep differently.
fn text(document: Column) -> Expr {
    Expr::col((Entity, document)).cast_as(Alias::new("text"))
}

impl ListedEvent {
    /// The place of the event in the log.
    pub fn keyset(&self) -> EventKeyset {
        EventKeyset { at: self.at.timestamp_millis(), number: self.number }
    }
}
