//! `/settings/admin/access`: who may join, and why.

mod denials;
mod domains;
mod methods;
mod page;
mod preview;
mod simulator;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::form::{Edit, RulesForm, parse_address};
use super::methods::{LAST_OF_AN_OWNER, note_test, switch};
use super::{Consent, Rules, Saved};
use crate::access::Admin;
use crate::address::EmailAddress;
use crate::error::{Error, Result};
use crate::web::{Notice, Reply, View, client, see_other};
use methods::Tested;
use page::Access;
use preview::Shown;
use simulator::{SimulatorPart, Try};

const PATH: &str = "/settings/admin/access";
const METHODS: &str = "/settings/admin/access#methods";
const DENIALS: &str = "/settings/admin/access#denials";

/// Why doubtful domains are not saved at once.
const ARE_YOU_SURE: &str = "A domain needs a second look. Tick the box beside it if you mean it.";

/// Why an address is not allowed with one click.
const THE_LIST_IS_OFF: &str = "The list of addresses is switched off and holds others, who would be let in, too. \
     Look through it, then save.";

/// `GET /settings/admin/access`, perhaps with an address to try.
pub async fn index(admin: Admin, view: View, asked: web::Query<Try>) -> Reply {
    let simulator = Some(SimulatorPart::of(&admin, asked.into_inner()).await?);
    let page = Access { simulator, ..Access::stored(&admin).await? };
    page.show(&admin, &view, StatusCode::OK).await
}

/// `POST /settings/admin/access`: saves the rules, shows what they would mean, or edits the form.
pub async fn save(admin: Admin, view: View, pairs: web::Form<Vec<(String, String)>>) -> Reply {
    let form = RulesForm::read(pairs.into_inner());
    match form.edit {
        Some(_) => edit(&admin, &view, form).await,
        None => try_to_save(&admin, &view, form).await,
    }
}

/// Shows the edited form and, where it holds rules, what they would mean. Nothing is saved.
async fn edit(admin: &Admin, view: &View, form: RulesForm) -> Reply {
    let asks = form.edit == Some(Edit::Preview);
    let form = form.edited();
    let (rules, problems) = match form.parse() {
        Ok(rules) => (Some(rules), None),
        Err(problems) => (None, Some(problems)),
    };
    // While somebody types, half a domain is no mistake yet.
    let problems = problems.filter(|_| asks && !view.wants("preview")).unwrap_or_default();
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let preview = match &rules {
        Some(rules) => Some(look(admin, rules).await?).filter(|shown| asks || shown.preview.is_losing()),
        None => None,
    };
    Access { problems, preview, ..Access::of(form) }.show(admin, view, status).await
}

async fn look(admin: &Admin, rules: &Rules) -> Result<Shown> {
    let before = Rules::from(&super::settings(admin).await?);
    let without_me = super::leaves_out(admin, rules) && !super::leaves_out(admin, &before);
    let preview = super::preview(admin, rules).await?;
    Ok(Shown { preview, rules: rules.clone(), without_me, stale: false, agreed: false })
}

async fn try_to_save(admin: &Admin, view: &View, form: RulesForm) -> Reply {
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let stored = super::settings(admin).await?;
    let (rules, mut problems) = match form.parse() {
        Ok(rules) => (rules, super::form::Problems::default()),
        Err(problems) => (Rules::default(), problems),
    };
    if problems.is_empty() && form.is_in_doubt(&Rules::from(&stored)) {
        ARE_YOU_SURE.clone_into(&mut problems.form);
    }
    if !problems.is_empty() {
        let page = Access { problems, ..Access::of(form) };
        return page.show(admin, view, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match super::save(admin, &rules, version, &form.consent(&admin.visitor().email)).await {
        Ok(Saved::Done { ended: 0 }) => Ok(see_other(PATH, Notice::AccessSaved)),
        Ok(Saved::Done { .. }) => Ok(see_other(PATH, Notice::AccessEnded)),
        Ok(Saved::Look { preview, without_me }) => {
            let agreed = preview.digest.is(&form.digest);
            let stale = preview.digest.is_of_other_members(&form.digest);
            let shown = Shown { preview, rules, without_me, stale, agreed };
            let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Access { preview: Some(shown), ..Access::of(form) }.show(admin, view, status).await
        }
        Err(Error::Stale) => {
            Access { conflict: true, ..Access::of(form) }.show(admin, view, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other),
    }
}

/// An address to let in.
#[derive(Deserialize)]
pub struct Allowed {
    #[serde(default)]
    email: String,
}

/// `POST /settings/admin/access/allowed-addresses`: lets one more address join.
pub async fn allow_address(admin: Admin, view: View, form: web::Form<Allowed>) -> Reply {
    let email = parse_address(&form.email).map_err(|sentence| Error::invalid("email", sentence))?;
    match super::allow_address(&admin, email.clone()).await? {
        super::Allowed::Done => Ok(see_other(DENIALS, Notice::AddressAllowed)),
        super::Allowed::Dormant => look_at_the_list(&admin, &view, email).await,
    }
}

/// Switching the list on would let in everybody on it: the admin sees whom before saving.
async fn look_at_the_list(admin: &Admin, view: &View, email: EmailAddress) -> Reply {
    let mut form = Access::stored(admin).await?.form;
    form.edit = Some(Edit::AddAddress(email.into()));
    let mut page = Access::of(form.edited());
    THE_LIST_IS_OFF.clone_into(&mut page.problems.form);
    page.show(admin, view, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// Which way a sign-in method is switched.
#[derive(Deserialize)]
pub struct Switch {
    on: bool,
}

/// `POST /settings/admin/access/methods/{provider}`: switches a sign-in method.
pub async fn switch_method(
    admin: Admin,
    view: View,
    provider: web::Path<String>,
    form: web::Form<Switch>,
) -> Reply {
    match switch(&admin, &provider, form.on).await {
        Ok(()) if form.on => Ok(see_other(METHODS, Notice::MethodOn)),
        Ok(()) => Ok(see_other(METHODS, Notice::MethodOff)),
        Err(Error::LastMethod) => refuse_the_last(&admin, &view).await,
        Err(other) => Err(other),
    }
}

async fn refuse_the_last(admin: &Admin, view: &View) -> Reply {
    let mut page = Access::stored(admin).await?;
    LAST_OF_AN_OWNER.clone_into(&mut page.problems.form);
    page.show(admin, view, StatusCode::CONFLICT).await
}

/// `POST /settings/admin/access/methods/{provider}/test`: asks the provider, and shows what it answers.
pub async fn test_method(
    admin: Admin,
    view: View,
    provider: web::Path<String>,
    request: HttpRequest,
) -> Reply {
    let services = admin.services();
    services.limits.count_test(client::address(&request, &services.config.trusted_proxies))?;
    let tried = services.providers.get(&provider).ok_or(Error::NotFound)?;
    let findings = tried.test().await;
    note_test(&admin, &tried.label, findings.iter().all(|finding| finding.good)).await?;
    let tested = Some(Tested { provider: tried.name.clone(), findings });
    Access { tested, ..Access::stored(&admin).await? }.show(&admin, &view, StatusCode::OK).await
}

impl RulesForm {
    fn consent(&self, own_address: &str) -> Consent {
        Consent {
            digest: self.digest.clone(),
            end_access: self.end_access,
            without_me: parse_address(self.confirm_email.trim())
                .is_ok_and(|typed| typed.as_str() == own_address),
        }
    }
}
