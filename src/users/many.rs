//! `/settings/admin/users/bulk`: shows to whom something would be done and who is left out, then does it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::acts::Back;
use super::bulk::{self, Deed, Plan, Skipped};
use crate::access::{Admin, Role};
use crate::error::{Error, Forbidden, Result};
use crate::sign_in::web::sign_in_again;
use crate::web::{Notice, Page, Reply, View, see_other};

/// As many names as are shown of those to whom it is done.
const MOST_NAMES: usize = 20;

/// Something that can be done to many.
pub struct Choice {
    pub name: &'static str,
    pub label: &'static str,
}

/// What `role` may do to many.
pub fn choices(role: Role) -> Vec<Choice> {
    let deeds = [
        (Deed::Role(Role::Member), "Make member"),
        (Deed::Role(Role::Admin), "Make admin"),
        (Deed::Role(Role::Owner), "Make owner"),
        (Deed::EndSessions, "End sessions"),
        (Deed::Deactivate, "Deactivate"),
    ];
    let allowed = deeds.into_iter().filter(|(deed, _)| !matches!(deed, Deed::Role(given) if *given > role));
    allowed.map(|(deed, label)| Choice { name: deed.name(), label }).collect()
}

#[derive(Template)]
#[template(path = "users/bulk.html")]
struct BulkPage {
    question: String,
    button: String,
    deed: &'static str,
    /// With spaces between them.
    ids: String,
    names: Vec<String>,
    more: usize,
    skipped: Vec<Skipped>,
    back: String,
}

impl Page for BulkPage {
    fn title(&self) -> &str {
        &self.question
    }
}

/// What the form says: people may be there one by one, or many in one field.
struct Wish {
    deed: Deed,
    ids: Vec<String>,
    confirmed: bool,
    back: Back,
}

impl Wish {
    async fn read(admin: &Admin, fields: &[(String, String)]) -> Result<Self> {
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let deed = Deed::parse(field("deed"));
        let deed = deed.ok_or_else(|| Error::invalid("deed", "Choose what to do."))?;
        let (back, confirmed) = (Back::of(field("back")), !field("confirmed").is_empty());
        if confirmed && !field("all").is_empty() {
            return Err(Error::invalid("all", "Look first at whom it concerns."));
        }
        let ids = if field("all").is_empty() {
            let chosen = fields.iter().filter(|(key, _)| key == "user").flat_map(|(_, ids)| ids.split(' '));
            chosen.map(ToOwned::to_owned).collect()
        } else {
            bulk::matching(admin, &back.asked()?).await?
        };
        Ok(Self { deed, ids, confirmed, back })
    }
}

/// `POST /settings/admin/users/bulk`.
pub async fn bulk(admin: Admin, view: View, fields: web::Form<Vec<(String, String)>>) -> Reply {
    let wish = Wish::read(&admin, &fields).await?;
    let changed = if wish.confirmed { bulk::apply(&admin, &wish.ids, wish.deed).await } else { Ok(0) };
    match changed {
        Ok(0) => {
            let plan = bulk::plan(&admin, &wish.ids, wish.deed).await?;
            view.page(&*admin, StatusCode::OK, &page(&wish, plan))
        }
        Ok(_) => Ok(see_other(wish.back.path(), Notice::ManyChanged)),
        Err(Error::Forbidden(Forbidden::NeedsFreshSignIn)) => {
            sign_in_again(admin.person(), &view, wish.back.path()).await
        }
        Err(other) => Err(other),
    }
}

fn page(wish: &Wish, plan: Plan) -> BulkPage {
    let count = plan.people.len();
    let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    let (question, button) = match wish.deed {
        Deed::Role(role) => {
            let (article, plural) = match (count, role) {
                (1, Role::Member) => ("a ", ""),
                (1, _) => ("an ", ""),
                _ => ("", "s"),
            };
            let made = format!("Make {people} {article}{}{plural}", role.name());
            (format!("{made}?"), made)
        }
        Deed::Deactivate => (format!("Deactivate {people}?"), format!("Deactivate {people}")),
        Deed::EndSessions => {
            (format!("End all sessions of {people}?"), format!("End the sessions of {people}"))
        }
    };
    BulkPage {
        question: if count == 0 { "There is nobody to change".to_owned() } else { question },
        button: if count == 0 { String::new() } else { button },
        deed: wish.deed.name(),
        ids: wish.ids.join(" "),
        more: count.saturating_sub(MOST_NAMES),
        names: plan.people.into_iter().take(MOST_NAMES).collect(),
        skipped: plan.skipped,
        back: wish.back.path().to_owned(),
    }
}
