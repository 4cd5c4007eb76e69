//! What an admin is asked before rules are saved, and what they have agreed to.

use super::form::parse_address;
use super::preview::would_be_let_in;
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::gate::Rules;

/// What an admin has agreed to.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    /// The digest of the preview that was shown; empty when none was.
    pub digest: String,
    /// Whether the access of those whom the rules leave out ends now.
    pub end_access: bool,
    /// Whether rules that leave out the admin are meant so.
    pub without_me: bool,
    /// Whether letting anyone in is meant so.
    pub opens: bool,
}

/// What rules ask of their admin, beside a look at whom they concern.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asks {
    /// They leave out the admin, unlike those before.
    pub without_me: bool,
    /// They let anyone in, unlike those before.
    pub opens: bool,
}

impl Asks {
    /// What `rules` ask for where those `before` are in force.
    pub fn of(admin: &Admin, rules: &Rules, before: &Rules) -> Self {
        Self {
            without_me: leaves_out(admin, rules) && !leaves_out(admin, before),
            opens: rules.open_sign_up && !before.open_sign_up,
        }
    }

    /// Whether all of it is agreed to.
    pub fn are_met(self, consent: &Consent) -> bool {
        (consent.without_me || !self.without_me) && (consent.opens || !self.opens)
    }
}

/// Whether an admin has typed their own address.
pub fn is_own(admin: &Admin, typed: &str) -> bool {
    parse_address(typed.trim()).is_ok_and(|typed| typed.as_str() == admin.email())
}

/// Whether `rules` would not let in the admin, came they new.
fn leaves_out(admin: &Admin, rules: &Rules) -> bool {
    let Ok(email) = EmailAddress::parse(admin.email()) else { return true };
    let instance = &admin.services().config.instance;
    would_be_let_in(instance, rules, &email).admitted.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_met_by_agreeing_to_exactly_that() {
        let asks = |without_me, opens| Asks { without_me, opens };
        let agreed = |without_me, opens| Consent { without_me, opens, ..Consent::default() };
        for (asked, met_by) in [
            (asks(false, false), [true, true, true, true]),
            (asks(true, false), [false, true, false, true]),
            (asks(false, true), [false, false, true, true]),
            (asks(true, true), [false, false, false, true]),
        ] {
            let consents =
                [agreed(false, false), agreed(true, false), agreed(false, true), agreed(true, true)];
            assert_eq!(consents.map(|consent| asked.are_met(&consent)), met_by, "{asked:?}");
        }
    }
}
