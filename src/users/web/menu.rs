//! The menu of a row: what can be done about one person at the moment when it is opened. It comes from the person's page,
//! as a region of it, and leads back to the list that it is opened in.

use askama::Template;

use super::back::Back;
use crate::authority::Admin;
use crate::links::{Link, Links};
use crate::users::listed::ListedUser;
use crate::users::rights::Rights;
use crate::web::Page;

/// The menu.
#[derive(Template)]
#[template(path = "users/_menu.html")]
pub struct Menu {
    links: Links,
    id: String,
    name: String,
    back: String,
    offboarding: Link,
    rights: Rights,
}

impl Menu {
    /// What `admin` may do about `person`.
    pub fn of(admin: &Admin, person: ListedUser, rights: Rights, back: &Back) -> Self {
        let links = admin.links();
        Self {
            back: back.path(&links),
            offboarding: back.from(links.user(&person.id).offboarding(), &links),
            id: person.id,
            name: person.name,
            rights,
            links,
        }
    }
}

impl Page for Menu {
    fn title(&self) -> &str {
        &self.name
    }

    fn region(&self, _id: &str) -> Option<askama::Result<String>> {
        Some(self.render())
    }
}
