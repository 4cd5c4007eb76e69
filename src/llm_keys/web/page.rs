//! The page, as members and as admins see it.

use askama::Template;

use super::card::{KeyCard, card};
use super::form::FormPart;
use crate::authority::Member;
use crate::links::{Link, Links};
use crate::llm::catalog::CUSTOM_ICON;
use crate::llm_keys::form::NEW_CUSTOM;
use crate::llm_keys::list::Entry;
use crate::llm_keys::resolution::Source;
use crate::web::Page;

/// The page.
#[derive(Template)]
#[template(path = "llm_keys/index.html", blocks = ["keys"])]
pub struct LlmKeysPage {
    links: Links,
    can_edit: bool,
    members: Vec<Seen>,
    form_shown: bool,
    form: FormPart,
    keys: Vec<KeyCard>,
    providers: Vec<Tile>,
    empty: bool,
    /// What there is to say of the keys of the environment.
    about_environment: &'static str,
}

struct Seen {
    label: String,
    icon: &'static str,
    configured: bool,
}

struct Tile {
    label: String,
    icon: &'static str,
    href: Link,
    selected: bool,
}

impl Page for LlmKeysPage {
    fn title(&self) -> &'static str {
        "LLM keys"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "keys").then(|| self.as_keys().render())
    }

    fn has_errors(&self) -> bool {
        self.form.problems > 0
    }
}

/// What members see: which providers are configured.
pub fn for_members(member: &Member, entries: Vec<Entry>) -> LlmKeysPage {
    let seen = |entry: Entry| Seen {
        icon: entry.provider.icon(),
        configured: entry.resolution.usable().is_some(),
        label: entry.label,
    };
    LlmKeysPage {
        links: member.links(),
        can_edit: false,
        members: entries.into_iter().map(seen).collect(),
        form_shown: false,
        form: FormPart::default(),
        keys: Vec::new(),
        providers: Vec::new(),
        empty: false,
        about_environment: about_environment(member),
    }
}

/// What admins see, perhaps with a form.
pub fn for_admins(member: &Member, entries: &[Entry], form: Option<FormPart>) -> LlmKeysPage {
    let (now, links) = (member.services().clock.now(), member.links());
    let has_card = |entry: &&Entry| entry.resolution.source() != Source::None || entry.removed.is_some();
    let chosen = form.as_ref().map_or("", |form| form.provider.as_str());
    let tile = |id: &str, label: &str, icon: &'static str| Tile {
        label: label.to_owned(),
        icon,
        href: links.llm_keys().query("provider", id),
        selected: id == chosen,
    };
    let unset = entries.iter().filter(|entry| !has_card(entry));
    let mut providers: Vec<Tile> =
        unset.map(|entry| tile(entry.provider.id(), &entry.label, entry.provider.icon())).collect();
    providers.push(tile(NEW_CUSTOM, "Custom", CUSTOM_ICON));
    let keys: Vec<KeyCard> = entries.iter().filter(has_card).map(|entry| card(entry, now)).collect();
    LlmKeysPage {
        links,
        can_edit: true,
        members: Vec::new(),
        empty: keys.is_empty(),
        providers,
        keys,
        about_environment: about_environment(member),
        form_shown: form.is_some(),
        form: form.unwrap_or_default(),
    }
}

fn about_environment(member: &Member) -> &'static str {
    if member.organization().env_fallback {
        return "";
    }
    "Keys from the server’s environment aren’t used for this organization."
}
