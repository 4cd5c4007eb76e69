//! `/settings/admin/users`: who is here.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use url::form_urlencoded::Serializer;

use super::form::{By, PAGE, RawQuery};
use super::many::{Choice, choices};
use super::rights::{Rights, RoleOption};
use super::{Cursor, ListPage, ListQuery, Listed, Sort, search};
use crate::access::{Member, Role};
use crate::web::file::Format;
use crate::web::view::initials;
use crate::web::{Moment, Page, Reply, View};

/// Where the page is.
pub const PATH: &str = "/settings/admin/users";

#[derive(Template)]
#[template(path = "users/index.html", blocks = ["users"])]
struct UsersPage {
    can_edit: bool,
    choices: Vec<Choice>,
    csv: String,
    json_lines: String,
    query: String,
    role: &'static str,
    sort: String,
    cursor: String,
    roles: Vec<Filter>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    empty: &'static str,
    clear_href: &'static str,
    previous: String,
    next: String,
    showing: String,
    hint: &'static str,
}

struct Filter {
    label: &'static str,
    href: String,
    current: bool,
}

struct Column {
    label: &'static str,
    href: String,
    sortable: bool,
    aria_sort: &'static str,
}

#[expect(clippy::struct_excessive_bools, reason = "what a row shows and lets one do")]
struct Row {
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    role_label: &'static str,
    status: &'static str,
    is_you: bool,
    id: String,
    href: String,
    menu: bool,
    roles: Vec<RoleOption>,
    can_offboard: bool,
    can_reactivate: bool,
    why_not: String,
    joined: Moment,
    seen: Moment,
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
pub async fn index(member: Member, view: View, raw: web::Query<RawQuery>) -> Reply {
    let query = ListQuery { limit: PAGE, ..raw.parse()? };
    let list = super::list(&member, &query).await?;
    let owners = if member.is_admin() { super::active_owners(member.person()).await? } else { Vec::new() };
    view.page(&member, StatusCode::OK, &page(&member, &query, list, &owners))
}

fn page(member: &Member, query: &ListQuery, list: ListPage, owners: &[String]) -> UsersPage {
    let now = member.services().clock.now();
    let filtered = query.search.is_some() || query.role.is_some();
    let text = query.search.clone().unwrap_or_default();
    UsersPage {
        can_edit: member.is_admin(),
        choices: choices(member.role()),
        csv: file(query, Format::Csv),
        json_lines: file(query, Format::JsonLines),
        role: query.role.map_or("", Role::name),
        sort: if query.sort == Sort::DEFAULT { String::new() } else { query.sort.to_string() },
        cursor: query.cursor.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: filters(query),
        columns: columns(query),
        empty: match (list.rows.is_empty(), filtered) {
            (false, _) => "",
            (true, true) => "filtered",
            (true, false) => "none",
        },
        clear_href: PATH,
        previous: list
            .previous
            .map(|cursor| address(query, query.role, query.sort, Some(&cursor)))
            .unwrap_or_default(),
        next: list
            .next
            .map(|cursor| address(query, query.role, query.sort, Some(&cursor)))
            .unwrap_or_default(),
        showing: showing(list.rows.len()),
        hint: if text.is_empty() || search::is_inside(&text) {
            ""
        } else {
            "Fewer than three letters match the beginning of an address."
        },
        rows: list.rows.into_iter().map(|person| row(member, person, owners, now)).collect(),
        query: text,
    }
}

fn row(viewer: &Member, person: Listed, owners: &[String], now: DateTime<Utc>) -> Row {
    let rights = Rights::of(viewer, &person, owners);
    Row {
        is_you: person.id == viewer.visitor().id,
        href: if viewer.is_admin() { format!("{PATH}/{}", person.id) } else { String::new() },
        menu: rights.menu,
        roles: rights.roles,
        can_offboard: rights.can_offboard,
        can_reactivate: rights.can_reactivate,
        why_not: rights.why_not,
        id: person.id,
        initials: initials(&person.name),
        name: person.name,
        email: person.email,
        role: person.role.name(),
        role_label: person.role.label(),
        status: person.status.name(),
        joined: Moment::new(person.joined_at, now),
        seen: Moment::new(person.last_seen_at, now),
    }
}

/// The address of the same people as a file.
fn file(query: &ListQuery, format: Format) -> String {
    let mut pairs = Serializer::new(String::new());
    if let Some(text) = &query.search {
        pairs.append_pair("q", text);
    }
    if let Some(role) = query.role {
        pairs.append_pair("role", role.name());
    }
    format!("{PATH}/export?{}", pairs.append_pair("format", format.name()).finish())
}

fn showing(people: usize) -> String {
    match people {
        0 => "Nobody on this page".to_owned(),
        1 => "1 person on this page".to_owned(),
        many => format!("{many} people on this page"),
    }
}

fn filters(query: &ListQuery) -> Vec<Filter> {
    let filter = |role: Option<Role>, label| Filter {
        label,
        href: address(query, role, query.sort, None),
        current: query.role == role,
    };
    let roles = [(Role::Owner, "Owners"), (Role::Admin, "Admins"), (Role::Member, "Members")];
    let by_role = roles.into_iter().map(|(role, label)| filter(Some(role), label));
    std::iter::once(filter(None, "Everyone")).chain(by_role).collect()
}

fn columns(query: &ListQuery) -> Vec<Column> {
    let sortable = |label, by, first_descending| {
        let current = query.sort.by == by;
        let descending = if current { !query.sort.descending } else { first_descending };
        Column {
            label,
            href: address(query, query.role, Sort { by, descending }, None),
            sortable: true,
            aria_sort: match (current, query.sort.descending) {
                (false, _) => "",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    };
    let fixed = |label| Column { label, href: String::new(), sortable: false, aria_sort: "" };
    vec![
        sortable("Person", By::Name, false),
        fixed("Role"),
        sortable("Joined", By::Joined, true),
        sortable("Last seen", By::Seen, true),
    ]
}

/// The address of another view of the same list: whatever is shown can be shared, reloaded and gone back to.
fn address(query: &ListQuery, role: Option<Role>, sort: Sort, cursor: Option<&Cursor>) -> String {
    let mut pairs = Serializer::new(String::new());
    if let Some(text) = &query.search {
        pairs.append_pair("q", text);
    }
    if let Some(role) = role {
        pairs.append_pair("role", role.name());
    }
    if sort != Sort::DEFAULT {
        pairs.append_pair("sort", &sort.to_string());
    }
    if let Some(cursor) = cursor {
        pairs.append_pair("cursor", &cursor.to_string());
    }
    let pairs = pairs.finish();
    if pairs.is_empty() { PATH.to_owned() } else { format!("{PATH}?{pairs}") }
}
