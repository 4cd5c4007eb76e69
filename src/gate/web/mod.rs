//! `/settings/admin/access`: who may join, and why.

mod page;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::form::{Edit, RulesForm, parse_address};
use super::methods::LAST_OF_AN_OWNER;
use super::{Consent, Rules, Saved, Simulation, denials, methods, simulate};
use crate::access::Admin;
use crate::address::EmailAddress;
use crate::error::{Error, Result};
use crate::web::{Notice, Reply, View, client, see_other};
use page::{Access, Shown, Simulator, Tested};

const PATH: &str = "/settings/admin/access";
const METHODS: &str = "/settings/admin/access#methods";
const DENIALS: &str = "/settings/admin/access#denials";

/// Why doubtful domains are not saved at once.
const ARE_YOU_SURE: &str = "A domain needs a second look. Tick the box beside it if you mean it.";

/// What the simulator's form sends.
#[derive(Default, Deserialize)]
pub struct Try {
    #[serde(default, rename = "try")]
    email: String,
    /// The name of a provider; empty for any.
    #[serde(default)]
    via: String,
    unverified: Option<String>,
}

/// `GET /settings/admin/access`, perhaps with an address to try.
pub async fn index(admin: Admin, view: View, asked: web::Query<Try>) -> Reply {
    let stored = super::settings(&admin).await?;
    let form = RulesForm::showing(&Rules::from(&stored), stored.version);
    let simulator = answer(&admin, asked.into_inner()).await?;
    Access { simulator, ..Access::of(form) }.show(&admin, &view, StatusCode::OK).await
}

async fn answer(admin: &Admin, asked: Try) -> Result<Simulator> {
    let typed = asked.email.trim();
    let email = EmailAddress::parse(typed);
    let mut shown = Simulator {
        provider: asked.via,
        unverified: asked.unverified.is_some(),
        email: typed.to_owned(),
        ..Simulator::default()
    };
    match email {
        _ if typed.is_empty() => {}
        Err(error) => shown.error = error.to_string(),
        Ok(email) => {
            let provider = (!shown.provider.is_empty()).then(|| shown.provider.clone());
            let simulation = Simulation { email, provider, verified: !shown.unverified };
            shown.answer = Some(simulate(admin, &simulation).await?);
        }
    }
    Ok(shown)
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
    Ok(Shown { preview: super::preview(admin, rules).await?, rules: rules.clone(), without_me, stale: false })
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
            let shown = Shown { preview, rules, without_me, stale };
            let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Access { preview: Some(shown), agreed, ..Access::of(form) }.show(admin, view, status).await
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
pub async fn allow_address(admin: Admin, form: web::Form<Allowed>) -> Reply {
    let email = parse_address(&form.email).map_err(|sentence| Error::invalid("email", sentence))?;
    super::allow_address(&admin, email).await?;
    Ok(see_other(DENIALS, Notice::AddressAllowed))
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
    match methods::switch(&admin, &provider, form.on).await {
        Ok(()) if form.on => Ok(see_other(METHODS, Notice::MethodOn)),
        Ok(()) => Ok(see_other(METHODS, Notice::MethodOff)),
        Err(Error::LastMethod) => refuse_the_last(&admin, &view).await,
        Err(other) => Err(other),
    }
}

async fn refuse_the_last(admin: &Admin, view: &View) -> Reply {
    let stored = super::settings(admin).await?;
    let mut page = Access::of(RulesForm::showing(&Rules::from(&stored), stored.version));
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
    methods::note_test(&admin, &tried.label, findings.iter().all(|finding| finding.good)).await?;
    let stored = super::settings(&admin).await?;
    let form = RulesForm::showing(&Rules::from(&stored), stored.version);
    let tested = Some(Tested { provider: tried.name.clone(), findings });
    Access { tested, ..Access::of(form) }.show(&admin, &view, StatusCode::OK).await
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

/// The people who were turned away, with what the rules say to them now.
async fn turned_away(admin: &Admin) -> Result<(Vec<crate::entity::denial::Model>, Vec<String>)> {
    let lines = denials::latest(admin).await?;
    let emails: Vec<&str> = lines.iter().map(|line| line.email.as_str()).collect();
    let members = denials::members_among(admin, &emails).await?;
    Ok((lines, members))
}
