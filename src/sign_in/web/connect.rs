//! `POST /settings/identities`: connecting another account to one's own (rule 2.6).

use actix_web::{HttpRequest, web};

use super::authorize::authorize;
use super::step_up::sign_in_again;
use crate::authority::SignedIn;
use crate::entity::sign_in_flow::Purpose;
use crate::identity_providers::Prompt;
use crate::links::Site;
use crate::membership::methods::method_on;
use crate::return_to::ReturnTo;
use crate::sign_in::flow::{Goal, SignInStart};
use crate::sign_in::form::ConnectForm;
use crate::web::{Reply, View};

/// Sends the browser to a provider, to connect the account there. Takes a fresh sign-in.
pub async fn begin_to_connect(
    person: SignedIn,
    view: View,
    form: web::Form<ConnectForm>,
    request: HttpRequest,
) -> Reply {
    let services = &person.services;
    services.limits.count_sign_in(person.client)?;
    let provider = method_on(services, person.home.as_ref(), &form.provider).await?;
    if !person.visitor.is_fresh(services.clock.now()) {
        let back = form.way_back().unwrap_or_else(|| Site.settings().query("connect", &provider.name).into());
        return sign_in_again(&person, &view, &back).await;
    }
    let goal = Goal {
        purpose: Purpose::Connect,
        return_to: ReturnTo::parse(&form.way_back().unwrap_or_else(|| Site.settings().into())),
        person: Some(person.visitor.id.clone()),
    };
    let start = SignInStart { prompt: Prompt::SelectAccount, goal };
    authorize(services, &view, &request, provider, start).await
}
