//! A sign-in under way: kept under the hash of its `state`, bound to the browser that began it, used once.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::authority::Services;
use crate::entity::sign_in_flow::{ActiveModel, Column, Entity, Purpose};
use crate::entity::{Timestamp, invite};
use crate::error::Result;
use crate::identity_providers::{AuthorizationRequest, Prompt};
use crate::invites::token;
use crate::links::Site;
use crate::random;
use crate::return_to::ReturnTo;

/// How long a person may take at the provider.
pub const LIFETIME: Duration = Duration::minutes(10);
/// As long as a mark is, in characters.
const MARK: usize = 43;

/// How someone sets out for a provider.
pub struct SignInStart {
    pub prompt: Prompt,
    pub goal: Goal,
}

/// What someone goes to a provider for.
pub struct Goal {
    pub purpose: Purpose,
    /// Where they go on once they are back.
    pub return_to: ReturnTo,
    /// The id of the person who connects another account.
    pub person: Option<String>,
}

/// What the callback needs to finish what was begun.
pub struct Flow {
    pub id: FlowId,
    pub nonce: String,
    pub pkce_verifier: String,
    pub goal: Goal,
}

/// Which flow it is: the hash of its `state`.
pub struct FlowId(String);

/// The mark that binds flows to a browser; several tabs share it.
pub struct Browser(String);

impl Browser {
    /// A browser that has begun no flow lately.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new() -> Result<Self> {
        Ok(Self(random::token()?))
    }

    /// The browser that shows this mark, if it is one.
    pub fn marked(mark: String) -> Option<Self> {
        (mark.len() == MARK).then_some(Self(mark))
    }

    /// The mark.
    pub fn mark(&self) -> &str {
        &self.0
    }
}

/// Remembers until its callback what a browser was sent to a provider with, and for.
pub async fn keep(
    services: &Services,
    browser: &Browser,
    provider: &str,
    authorization: AuthorizationRequest,
    goal: Goal,
) -> Result<()> {
    let return_to = storable(services, &goal.return_to).await?;
    let row = ActiveModel {
        state_hash: Set(random::hash(&authorization.state)),
        browser_hash: Set(random::hash(&browser.0)),
        provider: Set(provider.to_owned()),
        nonce: Set(authorization.nonce),
        pkce_verifier: Set(authorization.pkce_verifier),
        return_to: Set(return_to),
        created_at: Set(Timestamp::from(services.clock.now())),
        purpose: Set(goal.purpose),
        user_id: Set(goal.person),
        used_at: Set(None),
        finished_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(services.db.write_outside_any_organization()).await?;
    Ok(())
}

/// What a browser that comes back has begun.
pub enum Begun {
    Flow(Flow),
    /// One that ended well; where it led.
    Finished(ReturnTo),
    /// Nothing, or one that took too long, or led nowhere.
    Nothing,
}

/// Takes the flow of `state`, if this browser began it with this provider within its lifetime. It is taken once.
pub async fn take(services: &Services, browser: &Browser, provider: &str, state: &str) -> Result<Begun> {
    let found = Entity::find_by_id(random::hash(state))
        .filter(Column::BrowserHash.eq(random::hash(&browser.0)))
        .filter(Column::Provider.eq(provider));
    let Some(row) = found.one(services.db.outside_any_organization()).await? else {
        return Ok(Begun::Nothing);
    };
    if row.finished_at.is_some() {
        return Ok(Begun::Finished(way_back(services, &row.return_to)?));
    }
    let now = services.clock.now();
    if *row.created_at <= now - LIFETIME || !is_first(services, &row.state_hash, Timestamp::from(now)).await?
    {
        return Ok(Begun::Nothing);
    }
    let return_to = way_back(services, &row.return_to)?;
    let goal = Goal { purpose: row.purpose, return_to, person: row.user_id };
    let id = FlowId(row.state_hash);
    Ok(Begun::Flow(Flow { id, nonce: row.nonce, pkce_verifier: row.pkce_verifier, goal }))
}

/// Uses it; tells whether no one has before. What it was sent to the provider with is of no more use.
async fn is_first(services: &Services, id: &str, now: Timestamp) -> Result<bool> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .col_expr(Column::Nonce, Expr::value(""))
        .col_expr(Column::PkceVerifier, Expr::value(""))
        .filter(Column::StateHash.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(used.rows_affected == 1)
}

/// Remembers that it has ended well, for anyone who goes back to it.
pub async fn finish(services: &Services, id: &FlowId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::FinishedAt, Expr::value(Timestamp::from(services.clock.now())))
        .filter(Column::StateHash.eq(&id.0))
        .exec(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// A way back as it may be stored: of an invite's link only which one it is, so that no one who reads the database
/// can open it (rule 3.3). A link that does not hold leads to the start page.
async fn storable(services: &Services, return_to: &ReturnTo) -> Result<String> {
    if !token::is_path(return_to.as_str()) {
        return Ok(return_to.as_str().to_owned());
    }
    let Some(token) = token::in_path(return_to.as_str()) else { return Ok(Site.start().into()) };
    let invite = invite::Entity::find_by_id(&token.id).one(services.db.outside_any_organization()).await?;
    let holds = invite.filter(|invite| token.is_of(services, invite.generation));
    Ok(holds.map_or_else(|| Site.start().into(), |invite| token::named(&invite.id, invite.generation)))
}

fn way_back(services: &Services, stored: &str) -> Result<ReturnTo> {
    match token::named_by(stored) {
        Some((id, generation)) => Ok(ReturnTo::parse(&token::path(services, id, generation)?)),
        None => Ok(ReturnTo::parse(stored)),
    }
}
