//! The list below the form.

use super::from::From;
use super::row::InviteRow;
use crate::authority::Admin;
use crate::error::Result;
use crate::invites::list::list;
use crate::invites::query::{Filter, InviteQuery};
use crate::links::Links;
use crate::listing::{Empty, ListQuery, Paging};

/// The invites that were asked for.
pub struct ShownList {
    pub status: &'static str,
    pub query: String,
    links: Links,
    pub here: String,
    pub tabs: Vec<Tab>,
    pub under_way: bool,
    pub rows: Vec<InviteRow>,
    pub empty: Empty,
    pub paging: Paging,
}

/// One of the lists that exist.
pub struct Tab {
    pub href: String,
    pub label: &'static str,
    pub current: bool,
}

impl ShownList {
    /// A page of the list.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn of(admin: &Admin, query: &InviteQuery) -> Result<Self> {
        let links = admin.links();
        let listed = list(admin, query).await?;
        let showing = showing(listed.rows.len());
        let paging = listed.paging(showing, |cursor| query.address_at(links.invites(), Some(cursor)));
        let rows = listed.rows.into_iter().map(|invite| InviteRow::new(admin, invite));
        let rows: Vec<_> = rows.collect();
        Ok(Self {
            status: query.filter.name(),
            query: query.search.clone(),
            here: query.address(links.invites()),
            tabs: tabs(&links, query),
            under_way: rows.iter().any(InviteRow::is_under_way),
            empty: Empty::of(rows.is_empty(), !query.pairs().is_empty()),
            rows,
            paging,
            links,
        })
    }
}

impl ShownList {
    /// The address of one invite, whose page leads back to this list.
    pub fn page(&self, id: &str) -> String {
        let from = From { q: self.query.clone(), status: self.status.to_owned() };
        from.at(self.links.invite(id).page())
    }

    /// That there is no such invite.
    pub fn none(&self) -> String {
        match (self.query.as_str(), self.status) {
            ("", _) => "No invites of this kind.".to_owned(),
            (query, "") => format!("No email starts with “{query}”."),
            (query, _) => format!("No email starts with “{query}” among these."),
        }
    }
}

fn showing(invites: usize) -> String {
    match invites {
        0 => String::new(),
        1 => "Showing 1 invite".to_owned(),
        count => format!("Showing {count} invites"),
    }
}

fn tabs(links: &Links, query: &InviteQuery) -> Vec<Tab> {
    let tab = |(filter, label)| Tab {
        href: InviteQuery { filter, cursor: None, ..query.clone() }.address(links.invites()),
        label,
        current: query.filter == filter,
    };
    Filter::ALL.into_iter().map(tab).collect()
}
