//! The part that shows who would not be let in.

use crate::access::affected::AffectedMember;
use crate::access::form::RulesForm;
use crate::access::preview::Preview;
use crate::authority::Admin;
use crate::gate::{Candidate, Gate, Rules};
use crate::web::Moment;

/// As many people as are named; the rest is counted.
const MOST_LOSERS: usize = 100;

const YOU_KEEP: &str = "You keep your access.";
const YOU_STAY: &str = "These rules would not let you in if you came new. You stay in, because nobody can shut \
     themselves out here.";

/// A preview and what it is of.
pub struct Shown {
    pub preview: Preview,
    pub rules: Rules,
    /// Whether the rules leave out whoever saves, unlike those in force.
    pub without_me: bool,
    /// Whether the members changed since it was shown before.
    pub stale: bool,
    /// Whether somebody tried to save with this very preview before them.
    pub agreed: bool,
}

/// What the template shows.
#[expect(clippy::struct_excessive_bools, reason = "a part of a page has many switches")]
#[derive(Default)]
pub struct PreviewPart {
    pub shown: bool,
    pub stale: bool,
    pub keeps: usize,
    pub loses: usize,
    pub losing: bool,
    pub open_invites: usize,
    pub blocked_invites: usize,
    pub exposed: usize,
    pub you: &'static str,
    pub losers: Vec<LoserRow>,
    pub more: String,
    pub apply_now: bool,
    pub digest: String,
    pub confirm_self: bool,
    pub confirm_email: String,
    pub confirm_error: &'static str,
}

/// Somebody who would not be let in.
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
        let Some(Shown { preview, rules, without_me, stale, agreed }) = shown else {
            return Self::default();
        };
        let loses = preview.losers.len();
        Self {
            shown: true,
            stale,
            keeps: preview.keeps,
            loses,
            losing: preview.is_losing(),
            open_invites: preview.open_invites,
            blocked_invites: preview.blocked_invites,
            exposed: preview.exposed().count(),
            you: if preview.leaves_out(&admin.visitor().id) { YOU_STAY } else { YOU_KEEP },
            more: match loses.saturating_sub(MOST_LOSERS) {
                0 => String::new(),
                more => format!("and {more} more"),
            },
            apply_now: form.end_access,
            digest: preview.digest.to_string(),
            confirm_self: without_me,
            confirm_email: form.confirm_email.clone(),
            confirm_error: if agreed && without_me { "Type the address that you sign in with." } else { "" },
            losers: losers(preview.losers, &rules, admin),
        }
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
