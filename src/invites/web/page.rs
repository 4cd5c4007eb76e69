//! The page of invites, which shows the list below what was asked of it or typed into its form.

use actix_web::http::StatusCode;
use askama::Template;

use super::results::{ResultRow, all_links, rows, title};
use super::row::InviteRow;
use crate::authority::Admin;
use crate::error::Result;
use crate::invites::form::{Bad, InviteForm, Pasted, role};
use crate::invites::list::{ListedInvite, list};
use crate::invites::query::{Filter, InviteKeyset, InviteQuery, RawInviteQuery};
use crate::invites::results::{InviteLine, InviteOutcome};
use crate::links::Links;
use crate::listing::{Empty, ListPage, ListQuery, Paging};
use crate::mail::State;
use crate::membership::invited::Status;
use crate::random;
use crate::role::Role;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "invites/index.html", blocks = ["send", "results", "invites"])]
struct InvitesPage {
    links: Links,
    /// Whether the viewer can invite.
    can_send: bool,
    mail_on: bool,
    mail_from: String,
    batch: String,
    addresses: String,
    addresses_error: String,
    lines: Vec<Bad>,
    roles: Vec<RoleChoice>,
    parsed: String,
    results_title: String,
    results: Vec<ResultRow>,
    all_links: String,
    status: &'static str,
    query: String,
    here: String,
    tabs: Vec<Tab>,
    under_way: bool,
    rows: Vec<InviteRow>,
    empty: Empty,
    paging: Paging,
}

/// How the addresses were read, alone.
#[derive(Template)]
#[template(path = "invites/_parsed.html")]
struct ParsedPart<'a> {
    links: &'a Links,
    lines: &'a [Bad],
    parsed: &'a str,
}

struct RoleChoice {
    name: &'static str,
    label: &'static str,
    meaning: &'static str,
    selected: bool,
}

struct Tab {
    href: String,
    label: &'static str,
    current: bool,
}

impl Page for InvitesPage {
    fn title(&self) -> &'static str {
        "Invites"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        Some(match id {
            "send" => self.as_send().render(),
            "parsed" => {
                let (links, lines, parsed) = (&self.links, &self.lines, &self.parsed);
                ParsedPart { links, lines, parsed }.render()
            }
            "results" => self.as_results().render(),
            "invites" => self.as_invites().render(),
            _ => return None,
        })
    }

    fn has_errors(&self) -> bool {
        !self.addresses_error.is_empty()
    }
}

/// What a request to the page is about, beside what is stored.
#[derive(Default)]
pub struct Invites {
    pub query: RawInviteQuery,
    pub form: InviteForm,
    pub pasted: Pasted,
    /// How the addresses were read.
    pub parsed: String,
    /// Why nobody was invited.
    pub problem: String,
    pub results: Vec<InviteLine>,
}

impl Invites {
    /// Answers with the page.
    ///
    /// # Errors
    /// 422 when what is asked of the list makes no sense.
    pub async fn show(self, admin: &Admin, view: &View, status: StatusCode) -> Reply {
        let query = self.query.clone().parse_for_page()?;
        let listed = list(admin, &query).await?;
        let page = self.page(admin, &query, listed).await?;
        view.page(&**admin, status, &page)
    }

    async fn page(
        self,
        admin: &Admin,
        query: &InviteQuery,
        listed: ListPage<ListedInvite, InviteKeyset>,
    ) -> Result<InvitesPage> {
        let (mail, links) = (&admin.services().mail, admin.links());
        let results = rows(admin, self.results).await?;
        let showing = showing(listed.rows.len());
        let paging = listed.paging(showing, |cursor| query.address_at(links.invites(), Some(cursor)));
        let invites = listed.rows.into_iter().map(|invite| InviteRow::new(admin, invite));
        let invites = invites.collect::<Result<Vec<_>>>()?;
        Ok(InvitesPage {
            can_send: admin.gives_roles(),
            mail_on: mail.is_on(),
            mail_from: mail.from().unwrap_or_default(),
            batch: if self.form.batch.is_empty() { random::id() } else { self.form.batch },
            addresses: self.form.addresses,
            addresses_error: self.problem,
            lines: self.pasted.bad,
            roles: roles(admin, role(&self.form.role).unwrap_or(Role::Member)),
            parsed: self.parsed,
            results_title: title(&results),
            all_links: all_links(&results),
            results,
            status: query.filter.name(),
            query: query.search.clone(),
            here: query.address(links.invites()),
            tabs: tabs(&links, query),
            under_way: invites.iter().any(InviteRow::is_under_way),
            empty: Empty::of(invites.is_empty(), !query.pairs().is_empty()),
            rows: invites,
            paging,
            links,
        })
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

fn roles(admin: &Admin, chosen: Role) -> Vec<RoleChoice> {
    let mine = Role::ALL.into_iter().rev().filter(|role| *role <= admin.role());
    mine.map(|role| RoleChoice {
        name: role.name(),
        label: role.label(),
        meaning: role.meaning(),
        selected: role == chosen,
    })
    .collect()
}
