//! `/settings/admin`: the General page. Members read it, admins change it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use crate::authority::{Admin, Member};
use crate::entity::organization;
use crate::error::{Error, Result};
use crate::links::{Link, Links, Site};
use crate::membership::coverage::lacking_up_to;
use crate::membership::methods::methods_on;
use crate::name::Name;
use crate::numbers::grouped;
use crate::organization::form::RenameForm;
use crate::organization::{self as verbs, Contact};
use crate::web::{Moment, Notice, Page, Reply, View, see_other};

/// As many people without a second factor as are counted.
const MOST_COUNTED: u64 = 1000;

#[derive(Template)]
#[template(path = "organization/index.html", blocks = ["name_form"])]
struct GeneralPage {
    links: Links,
    /// Where the name is shown.
    shown: &'static str,
    can_edit: bool,
    name: String,
    version: i64,
    name_error: &'static str,
    conflict: bool,
    theirs: String,
    their_name: String,
    their_when: Moment,
    admins: Vec<Contact>,
    provenance: String,
    provenance_when: Moment,
    glance: Vec<Fact>,
}

struct Fact {
    label: &'static str,
    value: String,
    /// The page that tells more, if one does.
    href: Option<Link>,
}

impl Page for GeneralPage {
    fn title(&self) -> &'static str {
        "General"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "name_form").then(|| self.as_name_form().render())
    }

    fn has_errors(&self) -> bool {
        !self.name_error.is_empty() || self.conflict
    }
}

/// `GET /settings/admin`.
pub async fn index(member: Member, view: View) -> Reply {
    let page = general(&member).await?;
    view.page(&member, StatusCode::OK, &page)
}

/// `POST /settings/admin`.
pub async fn rename(admin: Admin, view: View, form: web::Form<RenameForm>) -> Reply {
    let version = form.version.parse().map_err(|_| Error::Malformed("version".to_owned()))?;
    let (status, name_error) = match Name::parse(&form.name) {
        Err(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, sentence),
        Ok(name) => match verbs::rename(&admin, &name, version).await {
            Ok(()) => return Ok(see_other(&admin.links().general(), Notice::NameSaved)),
            Err(Error::Stale) => (StatusCode::CONFLICT, ""),
            Err(other) => return Err(other),
        },
    };
    let mut page = general(&admin).await?;
    page.conflict = status == StatusCode::CONFLICT;
    page.theirs = std::mem::replace(&mut page.name, form.into_inner().name);
    page.name_error = name_error;
    view.page(&*admin, status, &page)
}

async fn general(member: &Member) -> Result<GeneralPage> {
    let now = member.services().clock.now();
    let organization::Model { name, version, updated_at, updated_by, trusts_provider_factor, .. } =
        verbs::show(member).await?;
    let can_edit = member.is_admin();
    Ok(GeneralPage {
        links: member.links(),
        shown: if member.services().config.tenancy.is_multi() {
            "Shown in invites and at the top of every page."
        } else {
            "Shown on the sign-in page, in invites and at the top of every page."
        },
        can_edit,
        name,
        version,
        name_error: "",
        conflict: false,
        theirs: String::new(),
        their_name: updated_by.clone().unwrap_or_else(|| "Somebody".to_owned()),
        their_when: Moment::new(*updated_at, now),
        admins: if can_edit { Vec::new() } else { verbs::admins(member).await? },
        provenance: updated_by.map(|who| format!("Last changed by {who}")).unwrap_or_default(),
        provenance_when: Moment::new(*updated_at, now),
        glance: glance(member, trusts_provider_factor).await?,
    })
}

async fn glance(member: &Member, trusts_provider: bool) -> Result<Vec<Fact>> {
    let on = methods_on(member.services(), Some(member.organization())).await?;
    let methods: Vec<&str> = on.iter().map(|provider| provider.label.as_str()).collect();
    let mut facts = vec![
        Fact { label: "Your role", value: member.role().label().to_owned(), href: Some(Site.settings()) },
        Fact { label: "Sign-in methods", value: methods.join(", "), href: None },
    ];
    if member.is_admin() {
        facts.push(second_factor(member, trusts_provider).await?);
    }
    Ok(facts)
}

/// Who has none, up to as many as can be counted at any size.
async fn second_factor(member: &Member, trusts_provider: bool) -> Result<Fact> {
    let value = match lacking_up_to(member, trusts_provider, MOST_COUNTED).await? {
        0 => "Everyone has one".to_owned(),
        1 => "1 person has none".to_owned(),
        many if many > MOST_COUNTED => format!("More than {} people have none", grouped(MOST_COUNTED)),
        many => format!("{} people have none", grouped(many)),
    };
    Ok(Fact { label: "Second factor", value, href: Some(member.links().security()) })
}
