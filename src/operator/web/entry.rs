//! `/operator/organizations/{organization}/entry`: entering one; `/operator/departure`: leaving it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::{Operator, Organization};
use crate::error::{Error, Forbidden};
use crate::id::Id;
use crate::links::{Link, Site};
use crate::operator::entry::{self, LASTS, LONGEST_REASON};
use crate::sign_in::web::sign_in_again;
use crate::web::{Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "operator/entry.html")]
struct EntryPage {
    site: Site,
    organization: String,
    action: Link,
    mail_on: bool,
    minutes: i64,
    longest: usize,
    reason: String,
    reason_error: String,
}

impl Page for EntryPage {
    fn title(&self) -> &'static str {
        "Enter an organization"
    }

    fn has_errors(&self) -> bool {
        !self.reason_error.is_empty()
    }
}

/// `{organization}`.
#[derive(Deserialize)]
pub struct EntryPath {
    pub organization: Id,
}

/// Why the operator enters.
#[derive(Deserialize)]
pub struct EntryForm {
    #[serde(default)]
    reason: String,
}

/// `GET …/entry`.
pub async fn ask(
    operator: Operator,
    view: View,
    path: web::Path<EntryPath>,
    typed: web::Query<EntryForm>,
) -> Reply {
    let organization = entry::enterable(&operator, &path.organization).await?;
    show(&operator, &view, StatusCode::OK, &organization, typed.into_inner().reason, String::new())
}

fn show(
    operator: &Operator,
    view: &View,
    status: StatusCode,
    organization: &Organization,
    reason: String,
    reason_error: String,
) -> Reply {
    let page = EntryPage {
        site: Site,
        organization: organization.name.clone(),
        action: Site.operator_organization(&organization.id).entry(),
        mail_on: operator.services.mail.is_on(),
        minutes: LASTS.num_minutes(),
        longest: LONGEST_REASON,
        reason,
        reason_error,
    };
    view.page(&**operator, status, &page)
}

/// `POST …/entry`.
pub async fn enter(
    operator: Operator,
    view: View,
    path: web::Path<EntryPath>,
    form: web::Form<EntryForm>,
) -> Reply {
    let organization = entry::enterable(&operator, &path.organization).await?;
    let reason = form.into_inner().reason;
    match entry::enter(&operator, &organization, &reason).await {
        Ok(()) => {
            let links = organization.links(operator.services.config.tenancy);
            Ok(see_other(&links.general(), Notice::OperatorEntered.about(&organization.name)))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            let again = Site.operator_organization(&organization.id).entry().query("reason", &reason);
            sign_in_again(&operator, &view, &again).await
        }
        Err(Error::Invalid(errors)) => {
            let sentence = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            show(&operator, &view, StatusCode::UNPROCESSABLE_ENTITY, &organization, reason, sentence)
        }
        Err(other) => Err(other),
    }
}

/// `POST /operator/departure`.
pub async fn leave(operator: Operator) -> Reply {
    entry::leave(&operator).await?;
    let left = operator.visitor.entered.as_ref().map(|entered| entered.membership.organization.name.as_str());
    Ok(see_other(&Site.operator(), Notice::OperatorLeft.about(left.unwrap_or("the organization"))))
}
