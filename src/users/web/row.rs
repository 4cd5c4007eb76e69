//! A row of the list.

use chrono::{DateTime, Utc};

use super::back::Back;
use crate::authority::Member;
use crate::entity::membership::Status;
use crate::identity_providers::IdentityProvider;
use crate::links::Link;
use crate::membership::owners::{Loss, Owners};
use crate::role::Role;
use crate::shown_name::initials;
use crate::users::listed::ListedUser;
use crate::users::rights::has_menu;
use crate::web::Moment;

/// A person in the table.
pub struct Row {
    pub name: String,
    pub email: String,
    pub initials: String,
    pub role: Role,
    pub role_label: &'static str,
    pub status: Status,
    pub methods: Vec<Method>,
    pub second_factor: &'static str,
    pub is_you: bool,
    pub is_only_owner: bool,
    pub id: String,
    /// The person's page, for those who may see it.
    pub page: Option<Link>,
    /// Whether the viewer can do anything about them.
    pub has_menu: bool,
    pub joined: Moment,
    pub seen: Moment,
}

/// A way in which someone signs in.
pub struct Method {
    pub name: String,
    pub label: String,
    pub has_logo: bool,
}

/// A provider's logo, drawn once and shown in every row that has it.
pub struct Logo {
    pub name: String,
    pub kind: &'static str,
}

impl Row {
    /// Whether the person can't use the organization.
    pub fn is_off(&self) -> bool {
        self.status != Status::Active
    }

    /// Whether the person can do more than members.
    pub fn is_above(&self) -> bool {
        self.role > Role::Member
    }

    /// The row of `person` as `viewer` sees it.
    pub fn new(
        viewer: &Member,
        person: ListedUser,
        owners: &Owners,
        back: &Back,
        now: DateTime<Utc>,
    ) -> Self {
        let links = &viewer.links();
        Self {
            is_you: person.id == viewer.visitor().id,
            is_only_owner: !owners.can_spare(Loss::People(&[&person.id])),
            methods: if viewer.is_admin() { methods(viewer, &person) } else { Vec::new() },
            page: viewer.is_admin().then(|| back.from(links.user(&person.id).page(), links)),
            has_menu: has_menu(viewer, &person),
            id: person.id,
            initials: initials(&person.name),
            name: person.name,
            email: person.email,
            role: person.role,
            role_label: person.role.label(),
            status: person.status,
            second_factor: person.second_factor.label(),
            joined: Moment::new(person.joined_at, now),
            seen: Moment::new(person.last_seen_at, now),
        }
    }
}

/// The logos that `viewer` sees.
pub fn logos(viewer: &Member) -> Vec<Logo> {
    let logo = |provider: &IdentityProvider| Logo { name: provider.name.clone(), kind: provider.kind.name() };
    let shown = viewer.services().providers.iter().filter(|_| viewer.is_admin());
    shown.map(logo).collect()
}

/// How someone signs in; a provider that is not configured any more has its name only.
fn methods(viewer: &Member, person: &ListedUser) -> Vec<Method> {
    let providers = &viewer.services().providers;
    let method = |name: &str| Method {
        name: name.to_owned(),
        label: providers.get(name).map_or(name, |provider| &provider.label).to_owned(),
        has_logo: providers.get(name).is_some(),
    };
    person.methods(viewer.services().config.tenancy).into_iter().map(method).collect()
}
