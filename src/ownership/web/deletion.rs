//! `/settings/admin/danger/deletion`: deleting the organization, after a look at what stops.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::authority::Owner;
use crate::error::{Error, Forbidden, Result};
use crate::links::Links;
use crate::links::Site;
use crate::ownership::deletion::{self as verbs, KEPT, MOST, Stops};
use crate::sign_in::web::sign_in_again;
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

#[derive(Template)]
#[template(path = "ownership/deletion.html")]
struct DeletionPage {
    links: Links,
    organization: String,
    slug: String,
    stops: Vec<String>,
    until: Moment,
    why_not: &'static str,
    typed: String,
    typed_error: String,
}

impl Page for DeletionPage {
    fn title(&self) -> &'static str {
        "Delete the organization"
    }

    fn has_errors(&self) -> bool {
        !self.typed_error.is_empty()
    }
}

/// The slug, typed to show that it is meant.
#[derive(Deserialize)]
pub struct DeletionForm {
    #[serde(default)]
    slug: String,
}

/// `GET`.
pub async fn deletion(owner: Owner, view: View) -> Reply {
    let why_not = verbs::why_not(&owner);
    show(&owner, &view, StatusCode::OK, why_not, String::new(), String::new()).await
}

async fn show(
    owner: &Owner,
    view: &View,
    status: StatusCode,
    why_not: Option<&'static str>,
    typed: String,
    typed_error: String,
) -> Reply {
    let now = owner.services().clock.now();
    let page = DeletionPage {
        links: owner.links(),
        organization: owner.organization().name.clone(),
        slug: owner.organization().slug.clone(),
        stops: stops(owner).await?,
        until: Moment::day(now + KEPT),
        why_not: why_not.unwrap_or_default(),
        typed,
        typed_error,
    };
    view.page(&***owner, status, &page)
}

async fn stops(owner: &Owner) -> Result<Vec<String>> {
    let Stops { members, open_invites, llm_keys, tokens } = verbs::stops(owner).await?;
    let counted = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}."),
        count if count as u64 == MOST => format!("More than {MOST} {many}."),
        count => format!("{count} {many}."),
    };
    let mut stops =
        vec![counted(members, "member loses access immediately", "members lose access immediately")];
    if open_invites > 0 {
        stops.push(counted(open_invites, "open invite ends", "open invites end"));
    }
    if llm_keys > 0 {
        stops.push(counted(llm_keys, "LLM key can’t be used", "LLM keys can’t be used"));
    }
    if tokens > 0 {
        stops.push(counted(tokens, "token stops", "tokens stop"));
    }
    Ok(stops)
}

/// `POST`.
pub async fn delete(owner: Owner, view: View, form: web::Form<DeletionForm>) -> Reply {
    let typed = form.into_inner().slug;
    match verbs::delete(&owner, &typed).await {
        Ok(()) => {
            let left = Notice::OrganizationDeleted.about(&owner.organization().name);
            Ok(see_other(&Site.organizations(), left))
        }
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(owner.person(), &view, &owner.links().ending()).await
        }
        Err(Error::Invalid(errors)) => {
            let sentence = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            let why_not = verbs::why_not(&owner);
            show(&owner, &view, StatusCode::UNPROCESSABLE_ENTITY, why_not, typed, sentence).await
        }
        Err(Error::Conflict(why_not)) => {
            show(&owner, &view, StatusCode::CONFLICT, Some(why_not), typed, String::new()).await
        }
        Err(other) => Err(other),
    }
}
