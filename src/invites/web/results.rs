//! What came of the addresses of a form, as the page shows it.

use crate::authority::Admin;
use crate::error::Result;
use crate::invites::list::links;
use crate::invites::results::{InviteLine, InviteOutcome};

/// What came of one address.
pub struct ResultRow {
    pub address: String,
    pub outcome: InviteOutcome,
    pub link: String,
}

impl ResultRow {
    /// The icon of what came of it.
    pub fn icon(&self) -> &'static str {
        match self.outcome {
            InviteOutcome::Invited => "check",
            InviteOutcome::Resent => "invites",
            InviteOutcome::Member | InviteOutcome::Above => "users",
        }
    }

    /// What came of it, in words.
    pub fn words(&self) -> &'static str {
        match self.outcome {
            InviteOutcome::Invited => "Invited",
            InviteOutcome::Resent => "Invited again; the old link stopped working",
            InviteOutcome::Member => "Already a member",
            InviteOutcome::Above => "Invited as owner; only an owner can change that",
        }
    }
}

/// The rows of these results, with the links that are open.
///
/// # Errors
/// When the database can't be asked.
pub async fn rows(admin: &Admin, lines: Vec<InviteLine>) -> Result<Vec<ResultRow>> {
    let ids: Vec<&str> = lines.iter().filter_map(|line| line.invite.as_deref()).collect();
    let mut links = links(admin, &ids).await?;
    let row = |line: InviteLine| {
        let link = line.invite.and_then(|id| links.remove(&id)).unwrap_or_default();
        ResultRow { address: line.email.into(), outcome: line.outcome, link }
    };
    Ok(lines.into_iter().map(row).collect())
}

/// How many were invited.
pub fn title(results: &[ResultRow]) -> String {
    match results.iter().filter(|row| row.outcome.is_invited()).count() {
        0 => "No one was invited".to_owned(),
        1 => "1 person invited".to_owned(),
        count => format!("{count} people invited"),
    }
}

/// The links of all rows, one below the other, where there are several.
pub fn all_links(results: &[ResultRow]) -> String {
    let links = results.iter().map(|row| row.link.as_str()).filter(|link| !link.is_empty());
    let links: Vec<&str> = links.collect();
    if links.len() > 1 { links.join("\n") } else { String::new() }
}
