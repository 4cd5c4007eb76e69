//! `/settings/admin/security`: whether a second factor is required, and of whom.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::form::PolicyForm;
use super::{ENROLL_FIRST, FROM, OUT_OF_RANGE, Policy, change, is_enrolled};
use crate::authority::Admin;
use crate::entity::organization;
use crate::error::{Error, Forbidden, Result};
use crate::links::{Links, Site};
use crate::mail::compose::moment;
use crate::membership::coverage::{Coverage, coverage};
use crate::numbers::grouped;
use crate::organization::show as shown;
use crate::role::Role;
use crate::sign_in::web::sign_in_again;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "security/index.html")]
struct SecurityPage {
    links: Links,
    site: Site,
    /// What is in force, in a sentence.
    statement: String,
    form: PolicyForm,
    version: i64,
    /// The first day that can be chosen, and the last.
    days: [String; 2],
    day_error: &'static str,
    form_error: &'static str,
    /// Who changed it in the meantime, and when.
    conflict: Option<(String, Moment)>,
    is_required: bool,
    /// Whether there is a day that has not come yet.
    is_announced: bool,
    /// Whether the admin has what they may require of others.
    is_enrolled: bool,
    covered: Covered,
    provenance: String,
    provenance_when: Moment,
}

/// Who has a second factor, for people to read.
struct Covered {
    have: u64,
    all: u64,
    sentence: String,
    without: Vec<Lacking>,
    /// How many are not named.
    more: u64,
}

struct Lacking {
    id: String,
    name: String,
    email: String,
    /// What they are, if they are more than a member.
    role: &'static str,
}

impl Page for SecurityPage {
    fn title(&self) -> &'static str {
        "Security"
    }

    fn has_errors(&self) -> bool {
        !self.day_error.is_empty() || !self.form_error.is_empty() || self.conflict.is_some()
    }
}

#[derive(Template)]
#[template(path = "security/confirmation.html")]
struct ConfirmationPage {
    links: Links,
    title: String,
    form: PolicyForm,
    covered: Covered,
    organization: String,
    is_at_once: bool,
}

impl Page for ConfirmationPage {
    fn title(&self) -> &str {
        &self.title
    }
}

/// `GET /settings/admin/security`.
pub async fn index(admin: Admin, view: View) -> Reply {
    let row = shown(&admin).await?;
    let page = page(&admin, row, None).await?;
    view.page(&*admin, StatusCode::OK, &page)
}

/// `POST /settings/admin/security`: shows whom it concerns; sent once more from there, changes it. Takes a fresh sign-in.
pub async fn save(admin: Admin, view: View, form: web::Form<PolicyForm>) -> Reply {
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let (form, now) = (form.into_inner(), admin.services().clock.now());
    let wish = match form.read(now) {
        Ok(wish) => wish,
        Err(sentence) => return refused(&admin, &view, form, Refused::Day(sentence)).await,
    };
    if let Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) = admin.person().need_fresh_sign_in() {
        return sign_in_again(admin.person(), &view, &admin.links().security()).await;
    }
    let row = shown(&admin).await?;
    let before = Policy::from(&row);
    let after = match wish.apply(before, now) {
        Ok(after) => after,
        Err(Error::Invalid(errors)) if errors.contains_key(FROM) => {
            return refused(&admin, &view, form, Refused::Day(OUT_OF_RANGE)).await;
        }
        Err(other) => return Err(other),
    };
    let is_new = after.from.is_some() && after.from != before.from;
    if is_new && form.confirmed.is_empty() && version == row.version {
        return confirm(&admin, &view, row, form, after).await;
    }
    match change(&admin, wish, Some(version)).await {
        Ok(_) => Ok(see_other(&admin.links().security(), Notice::SecuritySaved)),
        Err(Error::Conflict(why)) => refused(&admin, &view, form, Refused::Rule(why)).await,
        Err(Error::Stale) => refused(&admin, &view, form, Refused::Stale).await,
        Err(other) => Err(other),
    }
}

/// Why something was not saved.
enum Refused {
    Day(&'static str),
    Rule(&'static str),
    Stale,
}

async fn refused(admin: &Admin, view: &View, form: PolicyForm, why: Refused) -> Reply {
    let row = shown(admin).await?;
    let theirs = row.updated_by.clone().unwrap_or_else(|| "Somebody".to_owned());
    let when = Moment::new(*row.updated_at, admin.services().clock.now());
    let mut page = page(admin, row, Some(form)).await?;
    let status = match why {
        Refused::Day(sentence) => {
            page.day_error = sentence;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refused::Rule(sentence) => {
            page.form_error = sentence;
            StatusCode::CONFLICT
        }
        Refused::Stale => {
            page.conflict = Some((theirs, when));
            StatusCode::CONFLICT
        }
    };
    view.page(&**admin, status, &page)
}

async fn confirm(
    admin: &Admin,
    view: &View,
    row: organization::Model,
    form: PolicyForm,
    after: Policy,
) -> Reply {
    if !is_enrolled(admin, after.trusts_provider).await? {
        return refused(admin, view, form, Refused::Rule(ENROLL_FIRST)).await;
    }
    let now = admin.services().clock.now();
    let is_at_once = after.from.is_some_and(|from| from <= now);
    let title = match after.from {
        Some(from) if from > now => format!("Require a second factor from {}?", moment(from)),
        _ => "Require a second factor now?".to_owned(),
    };
    let covered = Covered::of(coverage(admin, after.trusts_provider).await?);
    let page =
        ConfirmationPage { links: admin.links(), title, form, covered, organization: row.name, is_at_once };
    view.page(&**admin, StatusCode::OK, &page)
}

async fn page(admin: &Admin, row: organization::Model, typed: Option<PolicyForm>) -> Result<SecurityPage> {
    let (policy, now) = (Policy::from(&row), admin.services().clock.now());
    let day = |days: i64| (now + chrono::Duration::days(days)).format("%Y-%m-%d").to_string();
    Ok(SecurityPage {
        links: admin.links(),
        site: Site,
        statement: statement(policy, now),
        form: typed.unwrap_or_else(|| PolicyForm::of(policy, now)),
        version: row.version,
        days: [day(1), day(365)],
        day_error: "",
        form_error: "",
        conflict: None,
        is_required: policy.from.is_some(),
        is_announced: policy.from.is_some_and(|from| from > now),
        is_enrolled: is_enrolled(admin, policy.trusts_provider).await?,
        covered: Covered::of(coverage(admin, policy.trusts_provider).await?),
        provenance: row.updated_by.map(|who| format!("Last changed by {who}")).unwrap_or_default(),
        provenance_when: Moment::new(*row.updated_at, now),
    })
}

fn statement(policy: Policy, now: DateTime<Utc>) -> String {
    match policy.from {
        None => "No one needs a second factor.".to_owned(),
        Some(from) if from <= now => "Everyone needs a second factor.".to_owned(),
        Some(from) => format!("From {}, everyone needs a second factor.", moment(from)),
    }
}

impl PolicyForm {
    /// The form that would leave everything as it is.
    fn of(policy: Policy, now: DateTime<Utc>) -> Self {
        let (require, day) = match policy.from {
            None => ("off", String::new()),
            Some(from) if from <= now => ("now", String::new()),
            Some(from) => ("keep", from.format("%Y-%m-%d").to_string()),
        };
        let trust_provider = if policy.trusts_provider { "true".to_owned() } else { String::new() };
        Self { require: require.to_owned(), day, trust_provider, ..Self::default() }
    }
}

impl Covered {
    fn of(coverage: Coverage) -> Self {
        let Coverage { have, lack, without } = coverage;
        let all = have + lack;
        let sentence = match (lack, all) {
            (0, 1) => "You have a second factor.".to_owned(),
            (0, all) => format!("All {} people have a second factor.", grouped(all)),
            (_, 1) => "You have no second factor.".to_owned(),
            (_, all) => format!("{} of {} people have a second factor.", grouped(have), grouped(all)),
        };
        let more = lack.saturating_sub(without.len() as u64);
        let without = without.into_iter().map(|person| Lacking {
            role: if person.role > Role::Member { person.role.label() } else { "" },
            id: person.id,
            name: person.name,
            email: person.email,
        });
        Self { have, all, sentence, without: without.collect(), more }
    }
}
