//! The part with those who were turned away.

use crate::access::denials::{MOST_SHOWN, latest, members_among};
use crate::address::EmailAddress;
use crate::authority::Admin;
use crate::entity::denial;
use crate::error::Result;
use crate::gate::{Candidate, Gate, Rule, Rules};
use crate::web::Moment;

/// What the template shows.
#[derive(Default)]
pub struct DenialsPart {
    pub rows: Vec<DenialRow>,
    pub note: String,
}

/// An address that was turned away.
pub struct DenialRow {
    pub email: String,
    pub provider: String,
    pub reason: String,
    pub when: Moment,
    pub count: String,
    pub can_allow: bool,
    /// Names the form of the invite.
    pub batch: String,
    pub now: &'static str,
}

impl DenialsPart {
    /// The latest, with what `rules` say to them now.
    pub async fn of(admin: &Admin, rules: &Rules) -> Result<Self> {
        let lines = latest(admin).await?;
        let emails: Vec<&str> = lines.iter().map(|line| line.email.as_str()).collect();
        let members = members_among(admin, &emails).await?;
        let full = lines.len() as u64 == MOST_SHOWN;
        let note = if full { format!("Showing the last {MOST_SHOWN}.") } else { String::new() };
        let gate = Gate::new(&admin.services().config.instance, rules);
        let rows = lines.into_iter().map(|line| row(line, &members, &gate, admin)).collect();
        Ok(Self { rows, note })
    }
}

/// Allowing an address helps whom no rule admitted, and no one else.
fn row(line: denial::Model, members: &[String], gate: &Gate, admin: &Admin) -> DenialRow {
    let services = admin.services();
    let email = EmailAddress::parse(&line.email).ok();
    let answer = email.map(|email| gate.decide(&Candidate::stranger(email)));
    let no_rule = line.decided_by == Rule::Otherwise.name();
    let (can_allow, now) = match answer {
        _ if members.contains(&line.email) => (false, "Now a member."),
        Some(answer) if no_rule && answer.admitted.is_some() => (false, "Could join now."),
        Some(answer) => (no_rule && answer.decided_by() == Rule::Otherwise && admin.gives_roles(), ""),
        None => (false, ""),
    };
    let provider = services.providers.get(&line.provider);
    DenialRow {
        email: if line.email.is_empty() { "No address".to_owned() } else { line.email },
        provider: provider.map_or(line.provider, |provider| provider.label.clone()),
        reason: line.detail,
        when: Moment::new(*line.last_at, services.clock.now()),
        count: if line.times > 1 { format!("{} times", line.times) } else { String::new() },
        can_allow,
        batch: crate::random::id(),
        now,
    }
}
