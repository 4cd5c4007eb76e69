//! `/settings/admin/users`: who is here.

use actix_web::web;
use askama::Template;

use super::back::Back;
use super::bulk::{Choice, choices};
use super::filters::{Column, Filter, Select, columns, filters, selects};
use super::row::{Logo, Row, logos};
use crate::authority::Member;
use crate::error::Result;
use crate::links::Links;
use crate::listing::{ListPage, ListQuery, Paging};
use crate::membership::owners::{Entrance, Owners};
use crate::membership::text_search::is_inside;
use crate::numbers::grouped;
use crate::role::Role;
use crate::users::bulk;
use crate::users::list::{count, list};
use crate::users::listed::ListedUser;
use crate::users::query::{PAGE, RawUserQuery, UserQuery};
use crate::users::rights;
use crate::users::sort::UserKeyset;
use crate::web::file::Format;
use crate::web::{Page, Reply, View};

#[derive(Template)]
#[template(path = "users/index.html", blocks = ["users"])]
struct UsersPage {
    links: Links,
    can_edit: bool,
    choices: Vec<Choice>,
    csv: String,
    json_lines: String,
    query: String,
    role: &'static str,
    sort: String,
    /// Where this view is.
    back: String,
    roles: Vec<Filter>,
    selects: Vec<Select>,
    logos: Vec<Logo>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    is_filtered: bool,
    paging: Paging,
    /// What the box says that selects everyone.
    everyone: String,
    hint: &'static str,
}

impl UsersPage {
    /// That no one is as asked for.
    fn none(&self) -> String {
        match (self.query.as_str(), self.hint) {
            ("", _) => "No one matches these filters.".to_owned(),
            (query, "") => format!("No name or email contains “{query}”."),
            (query, _) => format!("No email starts with “{query}”."),
        }
    }
}

impl Page for UsersPage {
    fn title(&self) -> &'static str {
        "Users"
    }

    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "users").then(|| self.as_users().render())
    }
}

/// `GET /settings/admin/users`.
pub async fn index(member: Member, view: View, raw: web::Query<RawUserQuery>) -> Reply {
    let query = UserQuery { limit: PAGE, ..raw.parse()? };
    let people = list(&member, &query).await?;
    let owners = if member.is_admin() {
        rights::owners(&member).await?
    } else {
        Owners::none(Entrance::from(&member.services().config))
    };
    let everyone = everyone(&member, &query, &people).await?;
    let page = UsersPage { everyone, ..page(&member, &query, people, &owners) };
    view.page_at(&query.address(member.links().users()), &member, &page)
}

/// "Select all 520 people", or the first of them where they are too many for one action.
async fn everyone(
    member: &Member,
    query: &UserQuery,
    people: &ListPage<ListedUser, UserKeyset>,
) -> Result<String> {
    if !member.is_admin() {
        return Ok(String::new());
    }
    let is_all = people.previous.is_none() && people.next.is_none();
    let most = bulk::MOST as u64;
    let count = if is_all { Some(people.rows.len() as u64) } else { count(member, query, most).await? };
    Ok(match count {
        Some(1) => "Select 1 person".to_owned(),
        Some(count) if count <= most => format!("Select all {} people", grouped(count)),
        Some(_) => format!("Select the first {} people", grouped(most)),
        None => format!("Select everyone who matches, up to {}", grouped(most)),
    })
}

fn page(
    member: &Member,
    query: &UserQuery,
    people: ListPage<ListedUser, UserKeyset>,
    owners: &Owners,
) -> UsersPage {
    let (now, links) = (member.services().clock.now(), member.links());
    let here = query.address(links.users());
    let back = Back::of(&here).way(&links);
    let row = |person| Row::new(member, person, owners, &back, now);
    UsersPage {
        can_edit: member.is_admin(),
        choices: choices(member),
        csv: file(&links, query, Format::Csv),
        json_lines: file(&links, query, Format::JsonLines),
        query: query.search.clone().unwrap_or_default(),
        role: query.role.map_or("", Role::name),
        sort: query.other_sort().map(|sort| sort.to_string()).unwrap_or_default(),
        back: here,
        roles: filters(&links, query),
        selects: if member.is_admin() { selects(member, query) } else { Vec::new() },
        logos: logos(member),
        columns: columns(&links, query, member.is_admin()),
        is_filtered: query.is_filtered(),
        paging: people
            .paging(showing(people.rows.len()), |cursor| query.address_at(links.users(), Some(cursor))),
        everyone: String::new(),
        hint: hint(query),
        rows: people.rows.into_iter().map(row).collect(),
        links,
    }
}

/// The address of the same people as a file.
fn file(links: &Links, query: &UserQuery, format: Format) -> String {
    query.address_with(links.users_export(), Some(("format", format.name().to_owned())))
}

fn showing(people: usize) -> String {
    match people {
        0 => "No one on this page".to_owned(),
        1 => "1 person on this page".to_owned(),
        many => format!("{many} people on this page"),
    }
}

fn hint(query: &UserQuery) -> &'static str {
    match &query.search {
        Some(text) if !is_inside(text) => "Type three or more letters to search anywhere.",
        _ => "",
    }
}
