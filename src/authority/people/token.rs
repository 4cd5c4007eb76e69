//! A program with a project's token.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::{HttpRequest, web};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::api_token::Scope as TokenScope;
use crate::authority::bearer::{Bearer, ProjectToken};
use crate::authority::change::{Beginning, Change};
use crate::authority::client;
use crate::authority::event::{Actor, Event, Origin};
use crate::authority::scope::Scope;
use crate::authority::services::Services;
use crate::entity::token;
use crate::error::{Error, Result};
use crate::links::API_ORGANIZATION_IN_PATH;

/// What a handler asks a token to be for.
pub trait ForScope {
    /// The scope that it has to have.
    const SCOPE: TokenScope;
}

/// Fetching keys.
pub struct ResolveKeys;

impl ForScope for ResolveKeys {
    const SCOPE: TokenScope = TokenScope::ResolveKeys;
}

/// A program that shows a project's token with the scope `S`: no session, and no person's token, is one.
pub struct Token<S> {
    pub services: web::Data<Services>,
    origin: Origin,
    known: Arc<ProjectToken>,
    scope: PhantomData<S>,
}

impl<S> Deref for Token<S> {
    type Target = ProjectToken;

    fn deref(&self) -> &ProjectToken {
        &self.known
    }
}

impl<S: ForScope> Token<S> {
    pub(super) fn of(request: &HttpRequest) -> Result<Self> {
        let services = Services::of(request)?;
        let bearer = Bearer::of(request).ok_or(Error::Unauthenticated)?;
        let token = bearer.project(S::SCOPE)?;
        // Of another organization's address it is told what is told of none (rule 6.2).
        let named = request.match_info().get(API_ORGANIZATION_IN_PATH);
        if named.is_some_and(|id| id != token.organization.id) {
            return Err(Error::NotFound);
        }
        let origin = client::origin(request);
        Ok(Self { services, origin, known: token, scope: PhantomData })
    }
}

impl<S> Token<S> {
    /// What this project's organization may read.
    pub fn scope(&self) -> Scope<'_> {
        Scope::new(&self.services.db, &self.known.organization.id)
    }

    /// Leaves an event of the token's use, one for each hour (rule 10.4), before the first answer of that hour. Anyone
    /// who comes while it is written waits for it: without it, nothing is given out.
    ///
    /// # Errors
    /// When the database can't keep it.
    pub async fn tell(&self, hour: i64, event: impl FnOnce() -> Event) -> Result<()> {
        let tokens = &self.services.tokens;
        if tokens.is_told(&self.known.id, hour) {
            return Ok(());
        }
        let telling = tokens.telling(&self.known.id);
        let _held = telling.lock().await;
        if tokens.is_told(&self.known.id, hour) {
            return Ok(());
        }
        self.keep(hour, event()).await?;
        tokens.note_told(&self.known.id, hour);
        Ok(())
    }

    /// Of several instances one leaves the event.
    async fn keep(&self, hour: i64, event: Event) -> Result<()> {
        let name = self.known.name_in_log();
        let beginning = Beginning {
            db: &self.services.db,
            clock: &self.services.clock,
            // For no change of the organization does it wait: an event is all that it writes there.
            organization: None,
            also: Vec::new(),
            actor: Actor { id: None, name: name.clone() },
            entry: None,
            origin: self.origin.clone(),
        };
        let change = Change::from_outside(beginning, LockType::Share).await?;
        let is_new =
            Condition::any().add(token::Column::ToldHour.is_null()).add(token::Column::ToldHour.lt(hour));
        let told = token::Entity::update_many()
            .col_expr(token::Column::ToldHour, Expr::value(hour))
            .filter(token::Column::Id.eq(&self.known.id))
            .filter(is_new)
            .exec(change.connection())
            .await?;
        if told.rows_affected == 0 {
            return Ok(());
        }
        change.commit_in(vec![(Some(self.known.organization.id.clone()), name, event)]).await
    }
}
