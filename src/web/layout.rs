//! The frames around a page's content.

use askama::Template;

use super::assets::AssetLinks;
use super::navigation::NavItem;
use super::page::Page;
use super::theme::Theme;
use crate::links::{Links, Site};

/// The frame of people who are signed in.
#[derive(Template)]
#[template(path = "layout.html")]
pub struct Layout<'a, P: Page> {
    pub title: &'a str,
    pub error_title: bool,
    pub organization: &'a str,
    pub person: FramePerson<'a>,
    pub nav: Vec<NavItem>,
    pub said: Said<'a>,
    /// What is the matter with the database, for admins.
    pub trouble: String,
    pub alarm: &'a str,
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
    pub page: &'a P,
}

/// What the previous answer left to say, and the form that undoes it, if one does.
#[derive(Default)]
pub struct Said<'a> {
    pub notice: &'a str,
    pub undo_action: String,
    pub undo_name: &'static str,
    pub undo_value: &'static str,
    /// Where the form leads back to.
    pub back: &'a str,
}

/// Who is signed in.
pub struct FramePerson<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub initials: String,
    pub role: &'a str,
}

impl<'a, P: Page> Entry<'a, P> {
    /// The frame around `page` for people who are not signed in.
    pub fn of(page: &'a P, theme: Theme, assets: &'a AssetLinks) -> Self {
        Self { title: page.title(), error_title: page.has_errors(), theme: theme.name(), assets, page }
    }
}
