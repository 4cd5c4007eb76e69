//! Half a session: its person has a second factor and has yet to give it (rule 7.1). Until then no one is there, and what
//! is asked leads to where a code is asked for.

use actix_session::SessionExt;
use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::state::RENEWED;
use super::visitor::Visitor;
use crate::authority::change::{Change, OfPerson};
use crate::entity::session::{Column, Entity};
use crate::entity::{organization, user};
use crate::error::{Error, Result};
use crate::links::Site;
use crate::random;

/// The layer that opens nothing to half a session but the challenge and the way out.
///
/// # Errors
/// Those of the layers inside. Where it can't be told whose session it is, those layers refuse (rule 2.5).
pub async fn refuse_half(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let open = [
        Site.second_factor(),
        Site.second_factor_passkey(),
        Site.second_factor_passkey_options(),
        Site.sign_out(),
    ];
    let is_open = open.iter().any(|address| **address == *request.path());
    if !is_open && Visitor::half(request.request()).is_ok_and(|half| half.is_some()) {
        return Ok(request.error_response(Error::SecondFactorRequired));
    }
    next.call(request).await
}

/// The new id of a session whose person has just proven who they are.
pub struct NewId(String);

impl NewId {
    /// Brings it to the browser; once the change that has made it is durable.
    ///
    /// # Errors
    /// When it can't be told as JSON, which is a fault of ours.
    pub fn bring(&self, request: &HttpRequest) -> Result<()> {
        let kept = request.get_session().insert(RENEWED, &self.0);
        kept.map_err(|e| Error::Internal(e.to_string()))
    }
}

impl Change<OfPerson> {
    /// Whether the person has a second factor of their own, as what this change has done leaves it.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn has_own_factor(&self) -> Result<bool> {
        let person = user::Entity::find_by_id(&self.person().id).one(self.connection()).await?;
        Ok(person.is_some_and(|person| person.own_factor))
    }

    /// Whether an organization of the person requires one (rule 7.2).
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn needs_factor(&self) -> Result<bool> {
        let theirs = self.memberships().iter().map(|membership| membership.organization_id.as_str());
        let requiring = organization::Entity::find()
            .filter(organization::Column::Id.is_in(theirs))
            .filter(organization::Column::State.eq(organization::State::Active))
            .filter(organization::Column::SecondFactorFrom.is_not_null());
        Ok(requiring.one(self.connection()).await?.is_some())
    }

    /// Has all of the person's sessions give a second factor once there is one again.
    ///
    /// # Errors
    /// When the database can't do it.
    pub async fn second_factor_gone(&self) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::SecondFactorAt, Expr::value(Option::<i64>::None))
            .filter(Column::UserId.eq(&self.person().id))
            .exec(self.connection())
            .await?;
        Ok(())
    }

    /// Notes that the person has given a second factor in their session of this name: it is whole, and gets a new id
    /// (threat S01). Where the factor was there before, and not made a moment ago, it counts as a fresh sign-in.
    ///
    /// # Errors
    /// 401 when the session is over.
    pub async fn second_factor_given(&self, session: &str, is_proof: bool) -> Result<NewId> {
        let token = random::token()?;
        let mut update = Entity::update_many()
            .col_expr(Column::KeyHash, Expr::value(random::hash(&token)))
            .col_expr(Column::SecondFactorAt, Expr::value(self.at()))
            .col_expr(Column::RenewalDue, Expr::value(false))
            .filter(Column::Id.eq(session))
            .filter(Column::UserId.eq(&self.person().id));
        if is_proof {
            update = update.col_expr(Column::AuthenticatedAt, Expr::value(self.at()));
        }
        let proven = update.exec(self.connection()).await?;
        if proven.rows_affected == 1 { Ok(NewId(token)) } else { Err(Error::Unauthenticated) }
    }
}
