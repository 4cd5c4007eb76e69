//! Saving the rules, or looking at what they would mean before they are saved.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Access;
use super::preview::Shown;
use crate::access::form::{Edit, Problems, RulesForm, parse_address};
use crate::access::settings::{self, Consent, Saved};
use crate::authority::Admin;
use crate::error::{Error, Forbidden, Result};
use crate::gate::Rules;
use crate::web::{Notice, Reply, View, see_other};

/// Why doubtful domains are not saved at once.
const ARE_YOU_SURE: &str = "A domain needs a second look. Tick the box beside it if you mean it.";

/// Why an operator's rules are not saved.
const NOT_AS_OPERATOR: &str =
    "These rules would let more people in. Operators can\u{2019}t do that. Ask an owner.";

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
    let before = Rules::from(&crate::access::settings(admin).await?);
    let without_me = settings::leaves_out(admin, rules) && !settings::leaves_out(admin, &before);
    let preview = crate::access::preview(admin, rules).await?;
    Ok(Shown { preview, rules: rules.clone(), without_me, stale: false, agreed: false })
}

async fn try_to_save(admin: &Admin, view: &View, form: RulesForm) -> Reply {
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let stored = crate::access::settings(admin).await?;
    let (rules, mut problems) = match form.parse() {
        Ok(rules) => (rules, Problems::default()),
        Err(problems) => (Rules::default(), problems),
    };
    if problems.is_empty() && form.is_in_doubt(&Rules::from(&stored)) {
        ARE_YOU_SURE.clone_into(&mut problems.form);
    }
    if !problems.is_empty() {
        let page = Access { problems, ..Access::of(form) };
        return page.show(admin, view, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match settings::save(admin, &rules, version, &form.consent(admin.email())).await {
        Ok(Saved::Done { ended: 0 }) => Ok(see_other(&admin.links().access(), Notice::AccessSaved)),
        Ok(Saved::Done { .. }) => Ok(see_other(&admin.links().access(), Notice::AccessEnded)),
        Ok(Saved::Look { preview, without_me }) => {
            let agreed = preview.digest.is(&form.digest);
            let stale = preview.digest.is_of_other_members(&form.digest);
            let shown = Shown { preview, rules, without_me, stale, agreed };
            let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Access { preview: Some(shown), ..Access::of(form) }.show(admin, view, status).await
        }
        Err(Error::Forbidden(Forbidden::NotForOperators)) => {
            let problems = Problems { form: NOT_AS_OPERATOR.to_owned(), ..Problems::default() };
            Access { problems, ..Access::of(form) }.show(admin, view, StatusCode::FORBIDDEN).await
        }
        Err(Error::Stale) => {
            Access { conflict: true, ..Access::of(form) }.show(admin, view, StatusCode::CONFLICT).await
        }
        Err(other) => Err(other),
    }
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
