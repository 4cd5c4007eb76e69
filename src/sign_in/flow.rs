//! A sign-in under way: kept under the hash of its `state`, bound to the browser that began it, taken once.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, time};
use chrono::Duration;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::ReturnTo;
use crate::app::Services;
pub use crate::entity::sign_in_flow::Purpose;
use crate::entity::{Timestamp, invite, sign_in_flow};
use crate::error::Result;
use crate::invites::token;
use crate::random;
use crate::web::cookies::{self, Cookies};

/// How long a person may take at the provider.
pub const LIFETIME: Duration = Duration::minutes(10);
const COOKIE: &str = "sign-in";

/// What the callback needs to finish what was begun.
pub struct Flow {
    pub nonce: String,
    pub pkce_verifier: String,
    pub return_to: ReturnTo,
    pub purpose: Purpose,
    /// The person who connects another account.
    pub person: Option<String>,
}

/// The value that binds flows to a browser; several tabs share it.
pub struct Browser(String);

impl Browser {
    /// The browser of a request, if it has begun a flow lately.
    pub fn known(request: &HttpRequest) -> Option<Self> {
        let value = cookies::value(request, COOKIE)?;
        (value.len() == 43).then_some(Self(value))
    }

    /// The browser of a request, marked now if it was not.
    pub fn of(request: &HttpRequest) -> Result<Self> {
        match Self::known(request) {
            Some(browser) => Ok(browser),
            None => Ok(Self(random::token()?)),
        }
    }

    /// The mark.
    pub fn cookie(&self, cookies: &Cookies) -> Cookie<'static> {
        cookies.make(COOKIE, self.0.clone(), time::Duration::seconds(LIFETIME.num_seconds()))
    }
}

/// Remembers a flow until its callback.
pub async fn keep(
    services: &Services,
    browser: &Browser,
    provider: &str,
    state: &str,
    flow: Flow,
) -> Result<()> {
    let return_to = storable(services, &flow.return_to).await?;
    let row = sign_in_flow::ActiveModel {
        state_hash: Set(random::hash(state)),
        browser_hash: Set(random::hash(&browser.0)),
        provider: Set(provider.to_owned()),
        nonce: Set(flow.nonce),
        pkce_verifier: Set(flow.pkce_verifier),
        return_to: Set(return_to),
        created_at: Set(Timestamp::from(services.clock.now())),
        purpose: Set(flow.purpose),
        user_id: Set(flow.person),
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
    Ok(Some(Flow {
        nonce: row.nonce,
        pkce_verifier: row.pkce_verifier,
        return_to: way_back(services, &row.return_to)?,
        purpose: row.purpose,
        person: row.user_id,
    }))
}

/// A way back as it may be stored: of an invite's link only which one it is, so that nobody who reads the database
/// can open it (rule 3.3). A link that does not hold leads to the start page.
async fn storable(services: &Services, return_to: &ReturnTo) -> Result<String> {
    if !token::is_path(return_to.as_str()) {
        return Ok(return_to.as_str().to_owned());
    }
    let Some(token) = token::in_path(return_to.as_str()) else { return Ok("/".to_owned()) };
    let invite = invite::Entity::find_by_id(&token.id).one(services.db.outside_any_organization()).await?;
    let holds = invite.filter(|invite| token.is_of(services, invite.generation));
    Ok(holds.map_or("/".to_owned(), |invite| token::named(&invite.id, invite.generation)))
}

fn way_back(services: &Services, stored: &str) -> Result<ReturnTo> {
    match token::named_by(stored) {
        Some((id, generation)) => Ok(ReturnTo::parse(&token::path(services, id, generation)?)),
        None => Ok(ReturnTo::parse(stored)),
    }
}
