//! `/settings/admin/users`: who is here.

use super::acts::Back;
use super::form::{By, PAGE, RawQuery};
use super::many::{Choice, choices};
use super::owners::{Entrance, Loss, Owners};
use super::rights::{self, Rights};
use super::{Cursor, ListPage, ListQuery, Listed, Sort, Status, found};
use crate::access::{Member, Role};
use crate::sign_in::Provider;
use crate::web::file::Format;
use crate::web::view::initials;
use crate::web::{Moment, Page, Reply, View};
use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

/// Where the page is.
pub const PATH: &str = "/settings/admin/users";
/// The days without a visit that the page offers.
const UNSEEN: [u16; 2] = [30, 90];

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
    /// Where this view is.
    back: String,
    /// What leads back here from a person's page.
    carried: String,
    roles: Vec<Filter>,
    selects: Vec<Select>,
    logos: Vec<Logo>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    is_filtered: bool,
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

/// A filter that is chosen from a list.
struct Select {
    name: &'static str,
    label: &'static str,
    any: &'static str,
    options: Vec<Choose>,
}

struct Choose {
    value: String,
    label: String,
    current: bool,
}

/// A provider's logo, drawn once and shown in every row that has it.
struct Logo {
    name: String,
    kind: &'static str,
}

struct Method {
    name: String,
    label: String,
    has_logo: bool,
}

struct Column {
    label: &'static str,
    href: String,
    sortable: bool,
    aria_sort: &'static str,
}

struct Row {
    name: String,
    email: String,
    initials: String,
    role: &'static str,
    role_label: &'static str,
    status: &'static str,
    status_label: &'static str,
    methods: Vec<Method>,
    is_you: bool,
    is_only_owner: bool,
    id: String,
    href: String,
    rights: Rights,
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
    let owners = if member.is_admin() {
        rights::owners(member.person()).await?
    } else {
        Owners::none(Entrance::from(&member.services().config))
    };
    view.page_at(&address(&query), &member, &page(&member, &query, list, &owners))
}

fn page(member: &Member, query: &ListQuery, list: ListPage, owners: &Owners) -> UsersPage {
    let now = member.services().clock.now();
    let text = query.search.clone().unwrap_or_default();
    UsersPage {
        can_edit: member.is_admin(),
        choices: choices(member.role()),
        csv: file(query, Format::Csv),
        json_lines: file(query, Format::JsonLines),
        role: query.role.map_or("", Role::name),
        sort: query
            .pairs()
            .into_iter()
            .find(|(name, _)| *name == "sort")
            .map(|(_, sort)| sort)
            .unwrap_or_default(),
        carried: Back::of(&address(query)).carried(),
        back: address(query),
        roles: filters(query),
        selects: if member.is_admin() { selects(member, query) } else { Vec::new() },
        logos: logos(member),
        columns: columns(query, member.is_admin()),
        is_filtered: query.is_filtered(),
        clear_href: PATH,
        previous: list.previous.map(|cursor| at(query, cursor)).unwrap_or_default(),
        next: list.next.map(|cursor| at(query, cursor)).unwrap_or_default(),
        showing: showing(list.rows.len()),
        hint: if text.is_empty() || found::is_inside(&text) {
            ""
        } else {
            "Fewer than three letters match the beginning of an address."
        },
        rows: list.rows.into_iter().map(|person| row(member, person, owners, now)).collect(),
        query: text,
    }
}

fn row(viewer: &Member, person: Listed, owners: &Owners, now: DateTime<Utc>) -> Row {
    Row {
        is_you: person.id == viewer.visitor().id,
        is_only_owner: !owners.can_spare(Loss::People(&[&person.id])),
        methods: if viewer.is_admin() { methods(viewer, &person) } else { Vec::new() },
        href: if viewer.is_admin() { format!("{PATH}/{}", person.id) } else { String::new() },
        rights: Rights::of(viewer, &person, owners),
        id: person.id,
        initials: initials(&person.name),
        name: person.name,
        email: person.email,
        role: person.role.name(),
        role_label: person.role.label(),
        status: person.status.name(),
        status_label: person.status.label(),
        joined: Moment::new(person.joined_at, now),
        seen: Moment::new(person.last_seen_at, now),
    }
}

/// How somebody signs in; a provider that is not configured any more has its name only.
fn methods(viewer: &Member, person: &Listed) -> Vec<Method> {
    let providers = &viewer.services().providers;
    let method = |name: &str| Method {
        name: name.to_owned(),
        label: providers.get(name).map_or(name, |provider| &provider.label).to_owned(),
        has_logo: providers.get(name).is_some(),
    };
    person.methods().into_iter().map(method).collect()
}

fn logos(viewer: &Member) -> Vec<Logo> {
    let logo = |provider: &Provider| Logo { name: provider.name.clone(), kind: provider.kind.name() };
    let shown = viewer.services().providers.iter().filter(|_| viewer.is_admin());
    shown.map(logo).collect()
}

/// The address of the same people as a file.
fn file(query: &ListQuery, format: Format) -> String {
    let query = ListQuery { cursor: None, ..query.clone() };
    let before = query.address();
    let and = if before.is_empty() { "" } else { "&" };
    format!("{PATH}/export?{before}{and}format={}", format.name())
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
        href: address(&ListQuery { role, cursor: None, ..query.clone() }),
        current: query.role == role,
    };
    let roles = [(Role::Owner, "Owners"), (Role::Admin, "Admins"), (Role::Member, "Members")];
    let by_role = roles.into_iter().map(|(role, label)| filter(Some(role), label));
    std::iter::once(filter(None, "Everyone")).chain(by_role).collect()
}

fn selects(viewer: &Member, query: &ListQuery) -> Vec<Select> {
    let status = |status: Status| Choose {
        value: status.name().to_owned(),
        label: status.label().to_owned(),
        current: query.status == Some(status),
    };
    let method = |name: &str, label: &str| Choose {
        value: name.to_owned(),
        label: label.to_owned(),
        current: query.method.as_deref() == Some(name),
    };
    let unseen = |days: u16| Choose {
        value: days.to_string(),
        label: format!("Not for {days} days"),
        current: query.unseen == Some(days),
    };
    let providers = &viewer.services().providers;
    let unknown = query.method.iter().filter(|name| providers.get(name).is_none());
    let other = query.unseen.iter().filter(|days| !UNSEEN.contains(days));
    vec![
        Select {
            name: "status",
            label: "Status",
            any: "Any status",
            options: Status::ALL.into_iter().map(status).collect(),
        },
        Select {
            name: "method",
            label: "Sign-in method",
            any: "Any sign-in",
            options: providers
                .iter()
                .map(|provider| method(&provider.name, &provider.label))
                .chain(unknown.map(|name| method(name, name)))
                .collect(),
        },
        Select {
            name: "unseen",
            label: "Last seen",
            any: "Seen any time",
            options: UNSEEN.iter().chain(other).map(|days| unseen(*days)).collect(),
        },
    ]
}

fn columns(query: &ListQuery, with_methods: bool) -> Vec<Column> {
    let sortable = |label, by, first_descending| {
        let current = query.sort.by == by;
        let descending = if current { !query.sort.descending } else { first_descending };
        Column {
            label,
            href: address(&ListQuery { sort: Sort { by, descending }, cursor: None, ..query.clone() }),
            sortable: true,
            aria_sort: match (current, query.sort.descending) {
                (false, _) => "",
                (true, false) => "ascending",
                (true, true) => "descending",
            },
        }
    };
    let fixed = |label| Column { label, href: String::new(), sortable: false, aria_sort: "" };
    let mut columns = vec![sortable("Person", By::Name, false), fixed("Role")];
    if with_methods {
        columns.push(fixed("Sign-in"));
    }
    columns.extend([sortable("Joined", By::Joined, true), sortable("Last seen", By::Seen, true)]);
    columns
}

fn at(query: &ListQuery, cursor: Cursor) -> String {
    address(&ListQuery { cursor: Some(cursor), ..query.clone() })
}

/// The address of a view of the list.
fn address(query: &ListQuery) -> String {
    let query = query.address();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}
