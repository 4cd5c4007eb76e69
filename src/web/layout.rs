//! The frames around a page's content.

use askama::Template;

use super::assets::AssetLinks;
use super::moment::Moment;
use super::navigation::NavItem;
use super::page::Page;
use super::theme::Theme;
use crate::links::{Link, Links, Site};

/// The frame of people who are signed in.
#[derive(Template)]
#[template(path = "layout.html")]
pub struct Layout<'a, P: Page> {
    pub title: &'a str,
    pub error_title: bool,
    pub organization: &'a str,
    /// The way to other organizations, where there are many.
    pub switcher: Option<Switcher>,
    pub person: FramePerson<'a>,
    pub nav: Vec<NavItem>,
    pub said: Said<'a>,
    /// What the person has entered as operator.
    pub entered: Option<Inside>,
    /// What is the matter with the database, for admins.
    pub trouble: String,
    pub alarm: &'a str,
    /// When the organization is closed to the person, who has no second factor yet; it may be so already (rule 7.1).
    pub factor_due: Option<FactorDue>,
    pub links: &'a Links,
    pub site: Site,
    pub theme: &'a str,
    pub version: &'a str,
    pub assets: &'a AssetLinks,
    pub page: &'a P,
}

/// What goes along with a region.
#[derive(Template)]
#[template(path = "partial.html")]
pub struct Partial<'a> {
    pub title: &'a str,
    pub error_title: bool,
    pub organization: &'a str,
    pub said: Said<'a>,
}

/// The frame of people who are not.
#[derive(Template)]
#[template(path = "entry.html")]
pub struct Entry<'a, P: Page> {
    pub title: &'a str,
    pub error_title: bool,
    pub theme: &'a str,
    pub assets: &'a AssetLinks,
    /// What its style is called: `gate`, or `manual`.
    pub class: &'static str,
    pub page: &'a P,
}

/// What the previous answer left to say, and the form that undoes it, if one does.
#[derive(Default)]
pub struct Said<'a> {
    pub notice: String,
    pub undo_action: String,
    /// The field by which the form says whose it is.
    pub organization_field: String,
    pub undo_name: &'static str,
    pub undo_value: &'static str,
    /// Where the form leads back to.
    pub back: &'a str,
}

/// The organizations of a person, to go from one to another.
pub struct Switcher {
    /// Those that were opened last, if there are many.
    pub others: Vec<SwitcherItem>,
    /// Whether there are enough to be looked for.
    pub is_long: bool,
    /// Whether the person may create one.
    pub can_create: bool,
}

/// One of them.
pub struct SwitcherItem {
    pub name: String,
    pub role: &'static str,
    pub href: Link,
}

/// Who is signed in.
pub struct FramePerson<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub initials: String,
    pub role: &'a str,
    pub is_operator: bool,
}

/// Until when someone can be in an organization without a second factor.
pub struct FactorDue {
    pub until: Moment,
    pub is_over: bool,
}

/// The organization that an operator is in.
pub struct Inside {
    pub organization: String,
    pub reason: String,
    pub until: Moment,
    /// The time of day.
    pub clock: String,
}

impl<'a, P: Page> Entry<'a, P> {
    /// The frame around `page` for people who are not signed in.
    pub fn of(page: &'a P, theme: Theme, assets: &'a AssetLinks) -> Self {
        let (title, error_title) = (page.title(), page.has_errors());
        Self { title, error_title, theme: theme.name(), assets, class: "gate", page }
    }
}
