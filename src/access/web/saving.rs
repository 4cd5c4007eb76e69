//! Saving the rules, or looking at what they would mean before they are saved.

use actix_web::http::StatusCode;
use actix_web::web;

use super::opening::{is_name, open_to};
use super::page::Access;
use super::preview::Shown;
use super::wording::look_through;
use crate::access::form::{Addition, Additions, Edit, Problems, RulesForm};
use crate::access::settings::{self, Saved};
use crate::access::{Asks, Consent, is_own};
use crate::authority::Admin;
use crate::error::{Error, Forbidden, Result};
use crate::gate::Rules;
use crate::numbers::people;
use crate::web::{Left, Notice, Reply, View, see_other};

/// Why doubtful domains are not saved at once.
const ARE_YOU_SURE: &str = "Check the domain marked below. Select its box to confirm it.";

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
    let by_button = asks && !view.wants("preview");
    let form = form.edited();
    let in_force = Rules::from(&crate::access::settings(admin).await?);
    let mut page = Access::of(form);
    match page.form.parse(&in_force) {
        Ok((rules, additions)) => {
            let shown = Shown { asked_for: by_button, ..look(admin, rules, &in_force).await? };
            page.additions = additions;
            let concerns = shown.rules != in_force && shown.preview.is_losing();
            page.preview = Some(shown).filter(|_| asks || concerns);
        }
        // While someone types, half a domain is no mistake yet.
        Err(problems) if by_button => page.problems = problems,
        Err(_) => {}
    }
    let is_sound = page.problems.is_empty();
    page.show(admin, view, if is_sound { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }).await
}

async fn look(admin: &Admin, rules: Rules, in_force: &Rules) -> Result<Shown> {
    Ok(Shown {
        preview: crate::access::preview(admin, &rules, in_force).await?,
        asks: Asks::of(admin, &rules, in_force),
        open_to: open_to(admin, &rules).await?,
        asked_for: false,
        stale: false,
        agreed: false,
        rules,
    })
}

async fn try_to_save(admin: &Admin, view: &View, form: RulesForm) -> Reply {
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let in_force = Rules::from(&crate::access::settings(admin).await?);
    let mut page = Access::of(form);
    let (rules, additions) = match read(&mut page.form, &in_force) {
        Ok(read) => read,
        Err(problems) => {
            page.problems = problems;
            return page.show(admin, view, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    match settings::save(admin, &rules, version, &page.form.consent(admin)).await {
        Ok(Saved::Done { ended }) => Ok(see_other(&admin.links().access(), said(ended.len(), additions))),
        Ok(Saved::Look { preview, asks }) => {
            let agreed = preview.digest.is(&page.form.digest);
            let stale = preview.digest.is_of_other_members(&page.form.digest);
            let open_to = open_to(admin, &rules).await?;
            let shown = Shown { preview, rules, asks, open_to, asked_for: true, stale, agreed };
            let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            Access { preview: Some(shown), additions, ..page }.show(admin, view, status).await
        }
        Err(Error::Forbidden(Forbidden::NotForOperators)) => {
            admin.person().note_refusal(Forbidden::NotForOperators);
            NOT_AS_OPERATOR.clone_into(&mut page.problems.form);
            page.show(admin, view, StatusCode::FORBIDDEN).await
        }
        Err(Error::Stale) => Access { conflict: true, ..page }.show(admin, view, StatusCode::CONFLICT).await,
        Err(other) => Err(other),
    }
}

/// The rules that a form means to save, unless something has to be looked at first. A list that others are dormant in is
/// shown switched on.
fn read(form: &mut RulesForm, in_force: &Rules) -> std::result::Result<(Rules, Additions), Problems> {
    let (rules, additions) = form.parse(in_force)?;
    let look_at = |form: String| Err(Problems { form, ..Problems::default() });
    if form.is_in_doubt(in_force) {
        return look_at(ARE_YOU_SURE.to_owned());
    }
    let waking = additions.waking();
    if !waking.is_empty() {
        (form.domain_gating, form.email_allowlist) = (rules.domain_gating, rules.email_allowlist);
        return look_at(look_through(&waking));
    }
    Ok((rules, additions))
}

fn said(ended: usize, additions: Additions) -> Left {
    let is_on = |addition| addition != Addition::None;
    match (ended, is_on(additions.domains), is_on(additions.emails)) {
        (0, false, false) => Notice::AccessSaved.into(),
        (0, true, false) => Notice::AccessSavedDomainsOn.into(),
        (0, false, true) => Notice::AccessSavedAddressesOn.into(),
        (0, true, true) => Notice::AccessSavedBothOn.into(),
        _ => Notice::AccessEnded.about(&people(ended)),
    }
}

impl RulesForm {
    fn consent(&self, admin: &Admin) -> Consent {
        Consent {
            digest: self.digest.clone(),
            end_access: self.end_access,
            without_me: is_own(admin, &self.confirm_email),
            opens: is_name(&self.confirm_name, &admin.organization().name),
        }
    }
}
