//! The part that shows whom rules would refuse.

use crate::access::Asks;
use crate::access::affected::AffectedMember;
use crate::access::form::RulesForm;
use crate::access::preview::Preview;
use crate::authority::Admin;
use crate::gate::{Candidate, Gate, Rules};
use crate::numbers::grouped;
use crate::web::Moment;

/// As many people as are named; the rest is counted.
const MOST_LOSERS: usize = 100;

const SAVE: &str = "Save";
const YOU_KEEP: &str = "You keep your access.";
const YOU_STAY: &str = "These rules would refuse you as a new user. You keep access: no one can lock themselves \
     out here.";

/// A preview and what it is of.
pub struct Shown {
    pub preview: Preview,
    pub rules: Rules,
    /// What the rules ask of the person who saves them.
    pub asks: Asks,
    /// Who could join by open sign-up; empty where it is off.
    pub open_to: String,
    /// Whether the person who saves has asked to see it, so that the next time they have seen it.
    pub asked_for: bool,
    /// Whether the members changed since it was shown before.
    pub stale: bool,
    /// Whether someone tried to save with this very preview before them.
    pub agreed: bool,
}

impl Shown {
    /// Whether something was to be typed to confirm, and something else was.
    pub fn is_wrongly_confirmed(&self) -> bool {
        self.agreed && (self.asks.opens || self.asks.without_me)
    }
}

/// What the template shows.
#[expect(clippy::struct_excessive_bools, reason = "a part of a page has many switches")]
#[derive(Default)]
pub struct PreviewPart {
    pub shown: bool,
    pub stale: bool,
    pub keeps: String,
    pub loses: String,
    /// How many of them the rules in force leave out, too; empty where that is no one.
    pub before: String,
    pub losing: bool,
    pub open_invites: usize,
    pub blocked_invites: usize,
    pub exposed: usize,
    pub you: &'static str,
    pub losers: Vec<LoserRow>,
    pub more: String,
    pub apply_now: bool,
    /// Empty until it was asked for, where someone loses: no one has seen it then.
    pub digest: String,
    /// What the button says that saves.
    pub review: String,
    pub open_to: String,
    /// The name to type, to let anyone in; empty where that is not asked.
    pub confirm_open: String,
    pub confirm_name: String,
    pub name_error: String,
    pub confirm_self: bool,
    pub confirm_email: String,
    pub confirm_error: &'static str,
}

/// Someone whom they would refuse.
pub struct LoserRow {
    pub name: String,
    pub email: String,
    pub role_label: &'static str,
    pub reason: String,
    pub last_seen: Moment,
    pub protected: &'static str,
}

impl PreviewPart {
    /// The part for `shown`, with what was chosen and typed in `form`.
    pub fn of(shown: Option<Shown>, form: &RulesForm, admin: &Admin) -> Self {
        let Some(Shown { preview, rules, asks, open_to, asked_for, stale, agreed }) = shown else {
            return Self { review: SAVE.to_owned(), ..Self::default() };
        };
        let (loses, affected) = (preview.losers.len(), preview.affected(form.end_access));
        let is_seen = asked_for || loses == 0;
        let name = &admin.organization().name;
        Self {
            shown: true,
            stale,
            keeps: grouped(preview.keeps as u64),
            loses: grouped(loses as u64),
            before: already(loses - preview.affected(false)),
            losing: preview.is_losing(),
            open_invites: preview.open_invites,
            blocked_invites: preview.blocked_invites,
            exposed: preview.exposed().count(),
            you: if preview.leaves_out(&admin.visitor().id) { YOU_STAY } else { YOU_KEEP },
            more: match loses.saturating_sub(MOST_LOSERS) {
                0 => String::new(),
                more => format!("and {} more", grouped(more as u64)),
            },
            apply_now: form.end_access,
            digest: if is_seen { preview.digest.to_string() } else { String::new() },
            review: if is_seen { SAVE.to_owned() } else { review(affected) },
            open_to,
            confirm_open: if asks.opens { name.clone() } else { String::new() },
            confirm_name: form.confirm_name.clone(),
            name_error: if agreed && asks.opens { format!("Type {name}.") } else { String::new() },
            confirm_self: asks.without_me,
            confirm_email: form.confirm_email.clone(),
            confirm_error: if agreed && asks.without_me {
                "Type the email that you sign in with."
            } else {
                ""
            },
            losers: losers(preview.losers, &rules, admin),
        }
    }
}

impl PreviewPart {
    /// The class of how grave it is.
    pub fn tone(&self) -> &'static str {
        match (self.open_to.as_str(), self.losing) {
            ("", true) => " preview-losing",
            ("", false) => "",
            _ => " preview-open",
        }
    }

    /// What becomes of open invites.
    pub fn about_invites(&self) -> String {
        let (all, blocked) = (self.open_invites, self.blocked_invites);
        let (what, are, keep) = match all {
            1 => ("1 open invite".to_owned(), "is", "keeps"),
            _ => (format!("{all} open invites"), "are", "keep"),
        };
        let keep = format!("{what} {keep} working: invites bypass these rules.");
        match blocked {
            0 => keep,
            _ if blocked == all => format!("{what} {are} blocked by the server’s limits."),
            1 => format!("{keep} 1 of them is blocked by the server’s limits."),
            _ => format!("{keep} {blocked} of them are blocked by the server’s limits."),
        }
    }
}

fn already(before: usize) -> String {
    match before {
        0 => String::new(),
        some => format!("{} of them by the current rules, too", grouped(some as u64)),
    }
}

fn review(affected: usize) -> String {
    match affected {
        0 => "Review".to_owned(),
        1 => "Review 1 affected person".to_owned(),
        many => format!("Review {} affected people", grouped(many as u64)),
    }
}

fn losers(all: Vec<AffectedMember>, rules: &Rules, admin: &Admin) -> Vec<LoserRow> {
    let services = admin.services();
    let gate = Gate::new(&services.config.instance, rules);
    let row = |loser: AffectedMember| LoserRow {
        reason: gate.decide(&Candidate::stranger(loser.member.email.clone())).reason(),
        name: loser.member.name,
        email: loser.member.email.to_string(),
        role_label: loser.member.role.label(),
        last_seen: Moment::new(loser.member.last_seen_at, services.clock.now()),
        protected: loser.protected.unwrap_or_default(),
    };
    all.into_iter().take(MOST_LOSERS).map(row).collect()
}
