//! The navigation of an organization's pages.

use crate::links::{Link, Links};
use crate::role::Role;

/// A line of it.
pub struct NavItem {
    pub href: Link,
    pub label: &'static str,
    pub icon: &'static str,
    pub current: bool,
    pub alarm: bool,
}

/// Where a room of an organization is, what it is called, its icon, and from which role on it is in the navigation.
type Room = (fn(&Links) -> Link, &'static str, &'static str, Role);

/// An organization's rooms, in order.
const ROOMS: [Room; 9] = [
    (Links::general, "General", "general", Role::Member),
    (Links::access, "Access", "access", Role::Admin),
    (Links::security, "Security", "lock", Role::Admin),
    (Links::users, "Users", "users", Role::Member),
    (Links::invites, "Invites", "invites", Role::Admin),
    (Links::llm_keys, "LLM keys", "llm-keys", Role::Member),
    (Links::projects, "Projects", "projects", Role::Member),
    (Links::audit, "Audit log", "audit", Role::Admin),
    (Links::danger, "Danger zone", "danger", Role::Owner),
];

/// What `role` sees of it, at `path`; `alarm` is what there is to say of the LLM keys.
pub fn navigation(path: &str, links: &Links, role: Role, alarm: &str) -> Vec<NavItem> {
    let within = ROOMS.iter().map(|(room, ..)| room(links)).filter(|href| is_within(path, href));
    // Teams are in the room of their projects.
    let is_of_projects = [links.teams(), links.token_life()].iter().any(|href| is_within(path, href));
    let current = if is_of_projects { Some(links.projects()) } else { within.max_by_key(|href| href.len()) };
    // Where there is one organization, its life is the installation's.
    let is_there = |(_, _, icon, least): &Room| role >= *least && (*icon != "danger" || links.are_of_many());
    let visible = ROOMS.into_iter().filter(is_there);
    let item = |(room, label, icon, _): Room| {
        let href = room(links);
        let alarm = href == links.llm_keys() && !alarm.is_empty();
        NavItem { current: current.as_ref() == Some(&href), href, label, icon, alarm }
    };
    visible.map(item).collect()
}

/// The room of another organization that is the same as the one at `path` of this one, if `role` sees it there; else its
/// first.
pub fn same_room(path: &str, here: &Links, there: &Links, role: Role) -> Link {
    let rooms = ROOMS.iter().filter(|(room, ..)| is_within(path, &room(here)));
    let current = rooms.max_by_key(|(room, ..)| room(here).len());
    match current {
        Some((room, _, _, least)) if role >= *least => room(there),
        _ => there.general(),
    }
}

/// Whether `path` is `href`, or below it.
pub fn is_within(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'/')))
}
