//! How the list can be narrowed and sorted from its page.

use crate::authority::Member;
use crate::entity::membership::{SecondFactor, Status};
use crate::links::Links;
use crate::listing::ListQuery;
use crate::role::Role;
use crate::users::query::UserQuery;
use crate::users::sort::{By, Sort};

/// The days without a visit that the page offers.
const UNSEEN: [u16; 2] = [30, 90];

/// A filter that is a link.
pub struct Filter {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

/// A filter that is chosen from a list.
pub struct Select {
    pub name: &'static str,
    pub label: &'static str,
    pub any: &'static str,
    pub options: Vec<Choose>,
}

/// What can be chosen.
pub struct Choose {
    pub value: String,
    pub label: String,
    pub current: bool,
}

/// The head of a column.
pub struct Column {
    pub label: &'static str,
    /// What sorts by it; nothing where it can't be sorted by.
    pub href: String,
    pub sorted: Sorted,
}

/// Whether the list is sorted by a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sorted {
    No,
    Ascending,
    Descending,
}

impl Sorted {
    /// As `aria-sort` calls it.
    pub fn order(self) -> Option<&'static str> {
        match self {
            Self::No => None,
            Self::Ascending => Some("ascending"),
            Self::Descending => Some("descending"),
        }
    }

    /// The icon beside the column's label, if any.
    pub fn icon(self) -> &'static str {
        match self {
            Self::No => "",
            Self::Ascending => "up",
            Self::Descending => "down",
        }
    }
}

/// The roles, as links.
pub fn filters(links: &Links, query: &UserQuery) -> Vec<Filter> {
    let filter = |role: Option<Role>, label| Filter {
        label,
        href: UserQuery { role, cursor: None, ..query.clone() }.address(links.users()),
        current: query.role == role,
    };
    let roles = [(Role::Owner, "Owners"), (Role::Admin, "Admins"), (Role::Member, "Members")];
    let by_role = roles.into_iter().map(|(role, label)| filter(Some(role), label));
    std::iter::once(filter(None, "Everyone")).chain(by_role).collect()
}

/// What admins can filter by, too.
pub fn selects(viewer: &Member, query: &UserQuery) -> Vec<Select> {
    let status = |status: Status| Choose {
        value: status.name().to_owned(),
        label: status.label().to_owned(),
        current: query.status == Some(status),
    };
    let factor = |factor: SecondFactor| Choose {
        value: factor.name().to_owned(),
        label: format!("Second factor: {}", factor.label()),
        current: query.factor == Some(factor),
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
            name: "factor",
            label: "Second factor",
            any: "Any second factor",
            options: SecondFactor::ALL.into_iter().map(factor).collect(),
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

/// The heads of the columns.
pub fn columns(links: &Links, query: &UserQuery, with_methods: bool) -> Vec<Column> {
    let sortable = |label, by, first_descending| {
        let current = query.sort.by == by;
        let descending = if current { !query.sort.descending } else { first_descending };
        Column {
            label,
            href: UserQuery { sort: Sort { by, descending }, cursor: None, ..query.clone() }
                .address(links.users()),
            sorted: match (current, query.sort.descending) {
                (false, _) => Sorted::No,
                (true, false) => Sorted::Ascending,
                (true, true) => Sorted::Descending,
            },
        }
    };
    let fixed = |label| Column { label, href: String::new(), sorted: Sorted::No };
    let mut columns = vec![sortable("Person", By::Name, false), fixed("Role")];
    if with_methods {
        columns.extend([fixed("Sign-in"), fixed("Second factor")]);
    }
    columns.extend([sortable("Joined", By::Joined, true), sortable("Last seen", By::Seen, true)]);
    columns
}
