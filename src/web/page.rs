//! What the frame goes round.

use askama::Template;

use crate::authority::session::{Membership, Visitor};
use crate::authority::{Member, SignedIn};
use crate::links::Links;

/// A page's content: the frame wraps it, or a region of it goes out alone.
pub trait Page: Template {
    /// What the page is called, in its title.
    fn title(&self) -> &str;

    /// The region with this id, which is also the name of its block and what htmx asks for.
    fn region(&self, _id: &str) -> Option<askama::Result<String>> {
        None
    }

    /// Whether the page comes back because what was typed can't be taken.
    fn has_errors(&self) -> bool {
        false
    }
}

/// Who looks at a page, for the frame around it.
pub trait Viewer {
    /// The person.
    fn visitor(&self) -> &Visitor;
    /// Where they belong, if anywhere.
    fn membership(&self) -> Option<&Membership>;

    /// The addresses of where they belong, or would.
    fn links(&self) -> Links;
}

impl Viewer for Member {
    fn visitor(&self) -> &Visitor {
        Member::visitor(self)
    }

    fn membership(&self) -> Option<&Membership> {
        Some(Member::membership(self))
    }

    fn links(&self) -> Links {
        Member::links(self)
    }
}

impl Viewer for SignedIn {
    fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    fn membership(&self) -> Option<&Membership> {
        SignedIn::membership(self)
    }

    fn links(&self) -> Links {
        let tenancy = self.services.config.tenancy;
        self.home.as_ref().map_or_else(|| Links::around(""), |home| home.links(tenancy))
    }
}
