//! `/settings/admin/users/bulk`: shows to whom something would be done and who is left out, then does it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::back::Back;
use crate::authority::{Admin, Member};
use crate::error::{Error, Forbidden, Result};
use crate::id::Id;
use crate::links::Links;
use crate::numbers::people;
use crate::role::Role;
use crate::sign_in::web::sign_in_again;
use crate::users::bulk::{self, Applied, BulkAction, Plan, Skipped};
use crate::web::{Left, Notice, Page, Reply, View, see_other};

/// As many names as are shown of those to whom it is done.
const MOST_NAMES: usize = 20;

/// Something that can be done to many.
pub struct Choice {
    pub name: &'static str,
    pub label: &'static str,
}

/// What `role` may do to many. Where there are many organizations, sessions are none of theirs.
pub fn choices(member: &Member) -> Vec<Choice> {
    let (role, tenancy) = (member.role(), member.services().config.tenancy);
    let actions = [
        (BulkAction::Role(Role::Member), "Make member"),
        (BulkAction::Role(Role::Admin), "Make admin"),
        (BulkAction::Role(Role::Owner), "Make owner"),
        (BulkAction::EndSessions, "End sessions"),
        (BulkAction::Deactivate, "Deactivate"),
    ];
    let is_allowed = |action: &BulkAction| {
        let is_of_people = *action == BulkAction::EndSessions && tenancy.is_multi();
        action.role().is_none_or(|given| given <= role && member.gives_roles()) && !is_of_people
    };
    let allowed = actions.into_iter().filter(|(action, _)| is_allowed(action));
    allowed.map(|(action, label)| Choice { name: action.name(), label }).collect()
}

#[derive(Template)]
#[template(path = "users/bulk.html")]
struct BulkPage {
    links: Links,
    question: String,
    button: String,
    action: &'static str,
    /// With spaces between them.
    ids: String,
    names: Vec<String>,
    more: usize,
    skipped: Vec<Skipped>,
    back: String,
}

impl BulkPage {
    /// Why no one is concerned.
    fn none(&self) -> &'static str {
        if self.ids.is_empty() {
            "Select people in the table, then review again."
        } else {
            "This applies to none of the selected people."
        }
    }
}

impl Page for BulkPage {
    fn title(&self) -> &str {
        &self.question
    }
}

/// What the form says: people may be there one by one, or many in one field.
struct BulkRequest {
    action: BulkAction,
    ids: Vec<String>,
    confirmed: bool,
    back: Back,
}

impl BulkRequest {
    async fn read(admin: &Admin, fields: &[(String, String)]) -> Result<Self> {
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let action = BulkAction::parse(field("deed"));
        let action = action.ok_or_else(|| Error::invalid("deed", "Choose an action."))?;
        let (back, confirmed) = (Back::of(field("back")), !field("confirmed").is_empty());
        if confirmed && !field("all").is_empty() {
            return Err(Error::invalid("all", "Review who it affects first."));
        }
        let ids = if field("all").is_empty() {
            let chosen = fields.iter().filter(|(key, _)| key == "user");
            chosen.flat_map(|(_, ids)| ids.split_whitespace()).map(person).collect::<Result<_>>()?
        } else {
            bulk::matching(admin, &back.asked(&admin.links())?).await?.ids
        };
        Ok(Self { action, ids, confirmed, back })
    }
}

fn person(id: &str) -> Result<String> {
    let id = Id::parse(id).map_err(|_| Error::invalid("user", "Choose people from the list."))?;
    Ok(id.to_string())
}

/// `POST /settings/admin/users/bulk`.
pub async fn bulk(admin: Admin, view: View, fields: web::Form<Vec<(String, String)>>) -> Reply {
    let (asked, links) = (BulkRequest::read(&admin, &fields).await?, admin.links());
    let applied = if asked.confirmed {
        bulk::apply(&admin, &asked.ids, asked.action).await
    } else {
        Ok(Applied::default())
    };
    match applied {
        Ok(Applied { changed: 0, .. }) => {
            let plan = bulk::plan(&admin, &asked.ids, asked.action).await?;
            view.page(&*admin, StatusCode::OK, &page(links, &asked, plan))
        }
        Ok(applied) => Ok(see_other(&asked.back.path(&links), said(asked.action, applied))),
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(admin.person(), &view, &asked.back.path(&links)).await
        }
        Err(other) => Err(other),
    }
}

fn page(links: Links, asked: &BulkRequest, plan: Plan) -> BulkPage {
    let count = plan.people.len();
    let (question, button) = match count {
        0 => ("No one selected".to_owned(), String::new()),
        count => words(asked.action, count),
    };
    BulkPage {
        question,
        button,
        action: asked.action.name(),
        ids: asked.ids.join(" "),
        more: count.saturating_sub(MOST_NAMES),
        names: plan.people.into_iter().take(MOST_NAMES).collect(),
        skipped: plan.skipped,
        back: asked.back.path(&links),
        links,
    }
}

/// "3 people are now admins. 1 skipped."
fn said(action: BulkAction, Applied { changed, skipped }: Applied) -> Left {
    let left = match action {
        BulkAction::Role(role) if changed == 1 => {
            Notice::RoleGiven.about(&people(1)).and(role.with_article())
        }
        BulkAction::Role(role) => {
            Notice::RolesGiven.about(&people(changed)).and(&format!("{}s", role.name()))
        }
        BulkAction::Deactivate => Notice::UsersDeactivated.about(&people(changed)),
        BulkAction::EndSessions => Notice::SessionsEnded.about(&people(changed)),
    };
    if skipped.is_empty() { left } else { left.and(&format!(" {} skipped.", skipped.len())) }
}

/// The question whether to do it to so many people, and the button that does.
fn words(action: BulkAction, count: usize) -> (String, String) {
    let people = people(count);
    match action {
        BulkAction::Role(role) => {
            let (article, plural) = match (count, role) {
                (1, Role::Member) => ("a ", ""),
                (1, _) => ("an ", ""),
                _ => ("", "s"),
            };
            let made = format!("Make {people} {article}{}{plural}", role.name());
            (format!("{made}?"), made)
        }
        BulkAction::Deactivate => (format!("Deactivate {people}?"), format!("Deactivate {people}")),
        BulkAction::EndSessions => {
            (format!("End all sessions of {people}?"), format!("End the sessions of {people}"))
        }
    }
}
