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
const ROOMS: [Room; 6] = [
    (Links::general, "General", "general", Role::Member),
    (Links::access, "Access", "access", Role::Admin),
    (Links::users, "Users", "users", Role::Member),
    (Links::invites, "Invites", "invites", Role::Admin),
    (Links::llm_keys, "LLM keys", "llm-keys", Role::Member),
    (Links::audit, "Audit log", "audit", Role::Admin),
];

/// What `role` sees of it, at `path`; `alarm` is what there is to say of the LLM keys.
pub fn navigation(path: &str, links: &Links, role: Role, alarm: &str) -> Vec<NavItem> {
    let within = ROOMS.iter().map(|(room, ..)| room(links)).filter(|href| is_within(path, href));
    let current = within.max_by_key(|href| href.len());
    let visible = ROOMS.into_iter().filter(|(.., least)| role >= *least);
    let item = |(room, label, icon, _): Room| {
        let href = room(links);
        let alarm = href == links.llm_keys() && !alarm.is_empty();
        NavItem { current: current.as_ref() == Some(&href), href, label, icon, alarm }
    };
    visible.map(item).collect()
}

/// Whether `path` is `href`, or below it.
pub fn is_within(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b'/')))
}
