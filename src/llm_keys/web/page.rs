//! The page, as members and as admins see it.

use askama::Template;

use super::at::KeysAt;
use super::card::{KeyCard, Previous, card};
use super::form::FormPart;
use crate::authority::Member;
use crate::error::Result;
use crate::links::Link;
use crate::llm::catalog::CUSTOM_ICON;
use crate::llm_keys::form::NEW_CUSTOM;
use crate::llm_keys::list::Entry;
use crate::llm_keys::resolution::{Resolution, Source};
use crate::llm_keys::uses;
use crate::web::Page;

/// The page.
#[derive(Template)]
#[template(path = "llm_keys/index.html", blocks = ["keys"])]
pub struct LlmKeysPage {
    at: KeysAt,
    can_edit: bool,
    members: Vec<Seen>,
    form_shown: bool,
    form: FormPart,
    keys: Vec<KeyCard>,
    providers: Vec<Tile>,
    empty: bool,
    /// What a project uses without a key of its own.
    inherited: Vec<Inherited>,
    /// What there is to say of the keys of the environment.
    about_environment: &'static str,
}

struct Seen {
    label: String,
    icon: &'static str,
    configured: bool,
}

struct Inherited {
    label: String,
    icon: &'static str,
    source: &'static str,
}

struct Tile {
    label: String,
    icon: &'static str,
    href: Link,
    selected: bool,
}

impl LlmKeysPage {
    /// The key before the one that the form replaces: it goes permanently.
    fn before_replaced(&self) -> Option<&Previous> {
        self.keys.iter().find(|key| key.provider == self.form.provider)?.previous.as_ref()
    }

    /// The keys whose removal can be undone for a while; none while someone types.
    fn expiring(&self) -> impl Iterator<Item = &KeyCard> {
        self.keys.iter().filter(|key| key.can_undo && !self.form_shown)
    }
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
pub fn for_members(member: &Member, at: KeysAt, entries: Vec<Entry>) -> LlmKeysPage {
    let seen = |entry: Entry| Seen {
        icon: entry.provider.icon(),
        configured: entry.resolution.usable().is_some(),
        label: entry.label,
    };
    LlmKeysPage {
        at,
        can_edit: false,
        members: entries.into_iter().map(seen).collect(),
        form_shown: false,
        form: FormPart::default(),
        keys: Vec::new(),
        inherited: Vec::new(),
        providers: Vec::new(),
        empty: false,
        about_environment: about_environment(member),
    }
}

/// What admins see, perhaps with a form.
///
/// # Errors
/// When it can't be told who has fetched keys last.
pub async fn for_admins(
    member: &Member,
    at: KeysAt,
    entries: &[Entry],
    form: Option<FormPart>,
) -> Result<LlmKeysPage> {
    let now = member.services().clock.now();
    let last = uses::last(member, at.project_id()).await?;
    let (shown, others): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| has_card(entry));
    let keys: Vec<KeyCard> = shown.iter().map(|entry| card(entry, last.get(&used(entry)), now)).collect();
    Ok(LlmKeysPage {
        providers: tiles(&at, &others, form.as_ref().map_or("", |form| form.provider.as_str())),
        inherited: others.into_iter().filter_map(inherited).collect(),
        at,
        can_edit: true,
        members: Vec::new(),
        empty: keys.is_empty(),
        keys,
        about_environment: about_environment(member),
        form_shown: form.is_some(),
        form: form.unwrap_or_default(),
    })
}

/// Whether there is a key to tell of: what a project has from its organization is none of its own.
fn has_card(entry: &Entry) -> bool {
    let is_used = entry.inherited.is_none() && entry.resolution.source() != Source::None;
    is_used || entry.present.is_some() || entry.removed.is_some()
}

/// The providers for which a key can be added; `chosen` is the one whose form is shown.
fn tiles(at: &KeysAt, unset: &[&Entry], chosen: &str) -> Vec<Tile> {
    let tile = |id: &str, label: &str, icon: &'static str| Tile {
        label: label.to_owned(),
        icon,
        href: at.llm_keys().query("provider", id),
        selected: id == chosen,
    };
    let known = unset.iter().map(|entry| tile(entry.provider.id(), &entry.label, entry.provider.icon()));
    known.chain([tile(NEW_CUSTOM, "Custom", CUSTOM_ICON)]).collect()
}

/// By what it is known who has fetched it last.
fn used(entry: &Entry) -> (String, String) {
    (entry.provider.id().to_owned(), entry.resolution.source().name().to_owned())
}

/// What a project uses of its organization, if anything.
fn inherited(entry: &Entry) -> Option<Inherited> {
    let source = match entry.inherited.as_ref()? {
        Resolution::Organization(_) => "Organization",
        Resolution::Environment(_) => "Environment",
        Resolution::Unreadable(_) => "Can’t be decrypted",
        Resolution::Project(_) | Resolution::Missing => return None,
    };
    Some(Inherited { label: entry.label.clone(), icon: entry.provider.icon(), source })
}

fn about_environment(member: &Member) -> &'static str {
    if member.organization().env_fallback {
        return "";
    }
    "Keys from the server’s environment aren’t used for this organization."
}
