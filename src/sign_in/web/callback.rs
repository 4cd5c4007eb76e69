//! `GET /auth/{provider}/callback`: the way back. What the provider says is verified; then the person is let in, stays
//! outside, or has connected another account.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::browser;
use super::name::name_of;
use super::path::ProviderPath;
use super::refused::{Refused, SecondTry, cancelled, failed, not_started_here};
use super::session::{Proof, start_session};
use super::step_up::not_asked;
use crate::authority::session::is_fresh;
use crate::authority::{Anyone, Doorstep};
use crate::entity::sign_in_flow::Purpose;
use crate::error::Result;
use crate::identity_providers::{Claims, IdentityProvider};
use crate::membership::methods::method_on;
use crate::sign_in::admission::admit;
use crate::sign_in::connect::{Connection, connect};
use crate::sign_in::ending::Admission;
use crate::sign_in::flow::{FlowId, Goal, finish};
use crate::sign_in::form::CallbackQuery;
use crate::sign_in::proof::proven_at;
use crate::sign_in::refusal::Refusal;
use crate::sign_in::verify::{Callback, Verification, verify};
use crate::web::{Notice, Reply, View, see_other};

/// The handler.
pub async fn callback(
    anyone: Anyone,
    view: View,
    path: web::Path<ProviderPath>,
    query: web::Query<CallbackQuery>,
    request: HttpRequest,
) -> Reply {
    let home = anyone.home().await?;
    let provider = method_on(&anyone.services, home.as_ref(), &path.provider).await?;
    let door = anyone.doorstep(home.as_ref());
    let person = anyone.visitor.as_ref().map(|visitor| visitor.id.as_str());
    let callback = Callback {
        query: query.into_inner(),
        browser: browser::known(&request),
        person,
        client: anyone.client,
    };
    let verification = verify(&door, provider, callback).await?;
    Return { anyone: &anyone, door, view: &view, request: &request, provider }.answer(verification).await
}

/// A browser that a provider has sent back.
struct Return<'a> {
    anyone: &'a Anyone,
    door: Doorstep<'a>,
    view: &'a View,
    request: &'a HttpRequest,
    provider: &'a IdentityProvider,
}

impl Return<'_> {
    async fn answer(&self, verification: Verification) -> Reply {
        match verification {
            Verification::Good(flow, goal, claims) if goal.purpose == Purpose::Connect => {
                self.connect(&flow, &goal, &claims).await
            }
            Verification::Good(flow, goal, claims) => self.sign_in(&flow, &goal, &claims).await,
            Verification::NotStartedHere => not_started_here(self.view),
            Verification::Finished(return_to) => {
                Ok(HttpResponse::SeeOther().insert_header((LOCATION, return_to.as_str())).finish())
            }
            Verification::Cancelled(goal, said) => cancelled(self.view, self.second_try(&goal), &said),
            Verification::Failed(goal, failure) => failed(self.view, self.second_try(&goal), &failure),
        }
    }

    async fn sign_in(&self, flow: &FlowId, goal: &Goal, claims: &Claims) -> Reply {
        match admit(&self.door, claims, goal).await? {
            Admission::In(person) => {
                self.end_well(flow).await?;
                self.enter(goal, claims, person)
            }
            Admission::Out(refusal) => self.refused(goal, claims, &refusal).await,
        }
    }

    /// Anyone who comes next from the same address has as many tries as before.
    async fn end_well(&self, flow: &FlowId) -> Result<()> {
        finish(self.door.services, flow).await?;
        self.door.services.limits.forget_sign_in(self.anyone.client);
        Ok(())
    }

    fn enter(&self, goal: &Goal, claims: &Claims, person: String) -> Reply {
        let clock = &self.door.services.clock;
        let proven_at = proven_at(clock, claims.authenticated_at, goal.purpose);
        let has_second_factor = claims.has_second_factor;
        let proof = Proof { provider: &claims.provider, at: proven_at, has_second_factor };
        start_session(self.anyone, self.request, person, &proof)?;
        let is_proof = proven_at.is_some_and(|at| is_fresh(at, clock.now()));
        if goal.purpose == Purpose::StepUp && !is_proof {
            return not_asked(self.view, self.provider, claims, goal.return_to.as_str());
        }
        let location = (LOCATION, goal.return_to.as_str());
        let provider = browser::remember_provider(&claims.provider, self.view.cookies());
        Ok(HttpResponse::SeeOther().insert_header(location).cookie(provider).finish())
    }

    async fn connect(&self, flow: &FlowId, goal: &Goal, claims: &Claims) -> Reply {
        let notice = match connect(&self.anyone.signed_in().await?, claims).await? {
            Connection::Made => Notice::Connected,
            Connection::WasThere => Notice::AlreadyConnected,
            Connection::Refused(refusal) => return self.refused(goal, claims, &refusal).await,
        };
        self.end_well(flow).await?;
        Ok(see_other(goal.return_to.as_str(), notice.about(&self.provider.label)))
    }

    async fn refused(&self, goal: &Goal, claims: &Claims, refusal: &Refusal) -> Reply {
        let (again, organization) = (self.second_try(goal), self.door.organization);
        let name = name_of(self.anyone, organization);
        Refused { again, claims, organization, name }.show(self.view, refusal).await
    }

    /// How the same is tried once more, with another account.
    fn second_try<'a>(&'a self, goal: &'a Goal) -> SecondTry<'a> {
        SecondTry { services: self.door.services, provider: self.provider, goal }
    }
}
