//! A sign-in under way: kept under the hash of its `state`, bound to the browser that began it, taken once.

use chrono::Duration;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::authority::Services;
use crate::entity::sign_in_flow::{self, Purpose};
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

/// How somebody sets out for a provider.
pub struct SignInStart {
    pub prompt: Prompt,
    pub goal: Goal,
}

/// What somebody goes to a provider for.
pub struct Goal {
    pub purpose: Purpose,
    /// Where they go on once they are back.
    pub return_to: ReturnTo,
    /// The id of the person who connects another account.
    pub person: Option<String>,
}

/// What the callback needs to finish what was begun.
pub struct Flow {
    pub nonce: String,
    pub pkce_verifier: String,
    pub goal: Goal,
}

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
    let row = sign_in_flow::ActiveModel {
        state_hash: Set(random::hash(&authorization.state)),
        browser_hash: Set(random::hash(&browser.0)),
        provider: Set(provider.to_owned()),
        nonce: Set(authorization.nonce),
        pkce_verifier: Set(authorization.pkce_verifier),
        return_to: Set(return_to),
        created_at: Set(Timestamp::from(services.clock.now())),
        purpose: Set(goal.purpose),
        user_id: Set(goal.person),
    };
    sign_in_flow::Entity::insert(row)
        .exec_without_returning(services.db.write_outside_any_organization())
        .await?;
    Ok(())
}

/// Takes the flow of `state`, if this browser began it with this provider within its lifetime. It is taken
/// once: a replay finds nothing.
pub async fn take(
    services: &Services,
    browser: &Browser,
    provider: &str,
    state: &str,
) -> Result<Option<Flow>> {
    let oldest = Timestamp::from(services.clock.now() - LIFETIME);
    let taken = sign_in_flow::Entity::delete_many()
        .filter(sign_in_flow::Column::StateHash.eq(random::hash(state)))
        .filter(sign_in_flow::Column::BrowserHash.eq(random::hash(&browser.0)))
        .filter(sign_in_flow::Column::Provider.eq(provider))
        .filter(sign_in_flow::Column::CreatedAt.gt(oldest))
        .exec_with_returning(services.db.write_outside_any_organization())
        .await?;
    let Some(row) = taken.into_iter().next() else { return Ok(None) };
    let return_to = way_back(services, &row.return_to)?;
    let goal = Goal { purpose: row.purpose, return_to, person: row.user_id };
    Ok(Some(Flow { nonce: row.nonce, pkce_verifier: row.pkce_verifier, goal }))
}

/// A way back as it may be stored: of an invite's link only which one it is, so that nobody who reads the database
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
