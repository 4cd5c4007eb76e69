//! What stands beside a part of the form that was changed: whom it concerns, and what saving does to a list that is off.

use askama::Template;

use super::preview::Shown;
use crate::access::form::{Addition, Additions};
use crate::access::preview::Preview;
use crate::gate::Rules;
use crate::numbers::grouped;

/// What is said of a list that is off: where what was added is all that it holds, and where it isn't.
const DOMAIN_ADDED: [&str; 2] = [
    "You added a domain. Saving switches this on.",
    "You added a domain to a list that is off and holds others. Saving asks you to check them first.",
];
const ADDRESS_ADDED: [&str; 2] = [
    "You added an address. Saving switches this on.",
    "You added an address to a list that is off and holds others. Saving asks you to check them first.",
];

/// What stands in each part of the form.
#[derive(Default)]
pub struct Beside {
    pub domains: Note,
    pub emails: Note,
    pub open: Note,
    /// Above all parts, where none was changed.
    pub form: Note,
}

/// What stands in one of them.
#[derive(Default)]
pub struct Note {
    /// What saving does to a list that is off and was added to.
    pub added: &'static str,
    /// Whom the change concerns; empty where it concerns no one.
    pub warning: String,
    /// Whether it is the first of them, at which a page begins that was asked for, unless something has to be typed again.
    pub is_first: bool,
}

/// The same for a page that is there already.
#[derive(Template)]
#[template(path = "access/_besides.html")]
pub struct Besides<'a> {
    pub beside: &'a Beside,
    /// What the button that saves says.
    pub review: &'a str,
}

impl Beside {
    /// For the rules that `shown` is of, where others are in force.
    pub fn of(shown: Option<&Shown>, additions: Additions, in_force: &Rules) -> Self {
        let mut beside = Self::default();
        beside.domains.added = added(additions.domains, DOMAIN_ADDED);
        beside.emails.added = added(additions.emails, ADDRESS_ADDED);
        if let Some(shown) = shown {
            beside.warn(shown, in_force);
        }
        beside
    }

    fn warn(&mut self, shown: &Shown, in_force: &Rules) {
        let (rules, losing) = (&shown.rules, losing(&shown.preview));
        let domains = (rules.domain_gating, &rules.allowed_domains)
            != (in_force.domain_gating, &in_force.allowed_domains);
        let emails = (rules.email_allowlist, &rules.allowed_emails)
            != (in_force.email_allowlist, &in_force.allowed_emails);
        let open = rules.open_sign_up != in_force.open_sign_up;
        self.domains.warning = if domains { losing.clone() } else { String::new() };
        self.emails.warning = if emails { losing.clone() } else { String::new() };
        self.open.warning = if open { format!("{} {losing}", shown.open_to) } else { String::new() };
        self.form.warning = if domains || emails || open { String::new() } else { losing };
        let mut parts = [&mut self.form, &mut self.domains, &mut self.emails, &mut self.open].into_iter();
        if let Some(first) = parts.find(|note| note.warns()) {
            first.is_first = shown.asked_for && !shown.is_wrongly_confirmed();
        }
    }
}

impl Note {
    /// Whether the change concerns someone.
    pub fn warns(&self) -> bool {
        !self.warning.trim().is_empty()
    }
}

fn added(addition: Addition, [to_none, to_others]: [&'static str; 2]) -> &'static str {
    match addition {
        Addition::None => "",
        Addition::First => to_none,
        Addition::ToOthers => to_others,
    }
}

/// Whom the rules would refuse, apart from those whom the rules in force refuse, too; empty where that is no one.
fn losing(preview: &Preview) -> String {
    let (new, all) = (preview.affected(false), preview.losers.len());
    let kept = format!("{} would keep access.", grouped(preview.keeps as u64));
    let people = |count: usize| if count == 1 { "person" } else { "people" };
    match (new, all - new) {
        (0, 0) => String::new(),
        (0, _) => format!("{} {} would still be refused, {kept}", grouped(all as u64), people(all)),
        (_, 0) => format!("{} {} would be refused, {kept}", grouped(all as u64), people(all)),
        (_, _) => format!("{} more {} would be refused, {kept}", grouped(new as u64), people(new)),
    }
}
