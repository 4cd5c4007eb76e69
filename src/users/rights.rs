//! What someone may do about a member, and why not: what a menu shows. What is refused is decided in `actions`.

use super::listed::ListedUser;
use crate::authority::Member;
use crate::entity::membership::Status;
use crate::error::Result;
use crate::membership::owners::{Entrance, Loss, Owners};
use crate::role::Role;

/// The organization's owners, as its pages show them.
pub async fn owners(member: &Member) -> Result<Owners<'_>> {
    Owners::shown(member.scope(), Entrance::from(&member.services().config)).await
}

/// A role that can be given.
pub struct RoleOption {
    pub name: &'static str,
    pub label: &'static str,
    /// Whether it takes a look at what it means: one above the present one, or any of one's own.
    pub asks: bool,
}

/// What someone may do about a member.
pub struct Rights {
    /// Whether there is anything to choose from.
    pub menu: bool,
    pub roles: Vec<RoleOption>,
    pub can_offboard: bool,
    pub can_reactivate: bool,
    /// Why an owner stays one; empty where there is no reason.
    pub why_not: String,
}

/// Whether there is anything that `viewer` may do about `person`, or to say why not.
pub fn has_menu(viewer: &Member, person: &ListedUser) -> bool {
    viewer.is_admin() && person.role <= viewer.role()
}

impl Rights {
    /// What `viewer` may do about `person`.
    pub fn of(viewer: &Member, person: &ListedUser, owners: &Owners) -> Self {
        let menu = has_menu(viewer, person);
        let is_last = !owners.can_spare(Loss::People(&[&person.id]));
        let others =
            Role::ALL.into_iter().rev().filter(|role| *role != person.role && *role <= viewer.role());
        let is_you = person.id == viewer.visitor().id;
        let option = |role: Role| RoleOption {
            name: role.name(),
            label: role.label(),
            asks: is_you || role > person.role,
        };
        let why_not = || {
            let who = if is_you { "You’re" } else { &format!("{} is", person.name) };
            format!("{who} the only owner. Make someone else owner first.")
        };
        Self {
            menu,
            roles: others.filter(|_| menu && !is_last && viewer.gives_roles()).map(option).collect(),
            can_offboard: menu && !is_last,
            can_reactivate: menu && person.status == Status::Deactivated,
            why_not: if menu && is_last { why_not() } else { String::new() },
        }
    }

    /// What the link says that leads to where someone is let go.
    pub fn offboarding_label(&self) -> &'static str {
        if self.can_reactivate { "Remove…" } else { "Deactivate or remove…" }
    }
}
