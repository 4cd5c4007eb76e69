//! `POST /settings/admin/invites`: invites, or shows how the addresses are read.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Invites;
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::invites::form::{InviteForm, MOST, role};
use crate::invites::places::ChosenPlaces;
use crate::invites::sending::{self, InviteRequest};
use crate::pasted::Pasted;
use crate::web::{Left, Notice, Reply, View, see_other};
use crate::{numbers, random};

/// `POST /settings/admin/invites`.
pub async fn send(admin: Admin, view: View, form: web::Form<InviteForm>) -> Reply {
    let pasted = Pasted::read(&form.addresses);
    if form.preview.is_some() {
        return typed(&form, pasted, String::new()).show(&admin, &view, StatusCode::OK).await;
    }
    match invite(&admin, &form, &pasted).await {
        Ok((batch, said)) => Ok(see_other(&admin.links().invites().query("batch", &batch), said)),
        Err(Error::Invalid(errors)) => {
            let problem = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            typed(&form, pasted, problem).show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// The page with what was typed, how it was read, and why no one was invited.
fn typed(form: &InviteForm, pasted: Pasted, problem: String) -> Invites {
    Invites { form: form.clone(), parsed: parsed(&pasted), pasted, problem, ..Invites::default() }
}

/// Invites those who were typed; tells the name of the form and what there is to say. What isn't an address waits in the
/// form.
async fn invite(admin: &Admin, form: &InviteForm, pasted: &Pasted) -> Result<(String, Left)> {
    if let Some(problem) = problem(pasted) {
        return Err(Error::invalid("addresses", problem));
    }
    let role = role(&form.role).ok_or_else(|| Error::invalid("role", "Choose a role."))?;
    let batch = batch(form)?;
    let chosen = ChosenPlaces {
        team: form.team.clone(),
        project: form.project.clone(),
        project_role: form.project_role.clone(),
    };
    let (addresses, left) = (&pasted.addresses, &pasted.bad);
    let request = InviteRequest { batch: &batch, addresses, left, role, chosen: &chosen };
    let sent = sending::send(admin, &request).await?;
    let invites = || numbers::of(sent.count() as u64, "invite");
    let said = match (sent.before, left.len() as u64) {
        (true, _) => Notice::InvitedBefore.into(),
        (false, 0) => Notice::Invited.about(&invites()),
        (false, bad) => Notice::InvitedSome.about(&invites()).and(&numbers::of(bad, "line")),
    };
    Ok((batch, said))
}

/// The form's own name: one that we have given out, or a new one for a form without.
fn batch(form: &InviteForm) -> Result<String> {
    let Some(batch) = &form.batch else { return Ok(random::id()) };
    batch.uuid().map(|batch| batch.to_string()).ok_or_else(|| Error::Malformed("batch".to_owned()))
}

fn problem(pasted: &Pasted) -> Option<String> {
    match (pasted.addresses.len(), pasted.bad.len()) {
        (0, 0) => Some("Type at least one address.".to_owned()),
        (0, 1) => Some("This isn\u{2019}t an email address. No invites sent.".to_owned()),
        (0, bad) => Some(format!("{bad} lines aren\u{2019}t email addresses. No invites sent.")),
        _ => too_many(pasted),
    }
}

fn too_many(pasted: &Pasted) -> Option<String> {
    let over = pasted.addresses.len().saturating_sub(MOST);
    (over > 0).then(|| format!("Invite up to {MOST} addresses at once. Remove {over}."))
}

/// "12 addresses, 1 duplicate, 2 invalid lines.", and what to do about too many.
fn parsed(pasted: &Pasted) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        count(pasted.addresses.len(), "address", "addresses"),
        count(pasted.doubles, "duplicate", "duplicates"),
        count(pasted.bad.len(), "invalid line", "invalid lines"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    let counted = format!("{}.", parts.join(", "));
    [Some(counted), too_many(pasted)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
