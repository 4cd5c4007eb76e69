//! `POST /settings/admin/invites`: invites, or shows how the addresses are read.

use actix_web::http::StatusCode;
use actix_web::web;

use super::page::Invites;
use crate::authority::Admin;
use crate::error::{Error, Result};
use crate::invites::form::{InviteForm, MOST, Pasted, role};
use crate::invites::sending;
use crate::random;
use crate::web::{Notice, Reply, View, see_other};

/// `POST /settings/admin/invites`.
pub async fn send(admin: Admin, view: View, form: web::Form<InviteForm>) -> Reply {
    let pasted = Pasted::read(&form.addresses);
    if form.preview.is_some() {
        return typed(&form, pasted, String::new()).show(&admin, &view, StatusCode::OK).await;
    }
    match invite(&admin, &form, &pasted).await {
        Ok((batch, notice)) => Ok(see_other(&admin.links().invites().query("batch", &batch), notice)),
        Err(Error::Invalid(errors)) => {
            let problem = errors.into_values().flatten().collect::<Vec<_>>().join(" ");
            typed(&form, pasted, problem).show(&admin, &view, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

/// The page with what was typed, how it was read, and why nobody was invited.
fn typed(form: &InviteForm, pasted: Pasted, problem: String) -> Invites {
    Invites { form: form.clone(), parsed: parsed(&pasted), pasted, problem, ..Invites::default() }
}

/// Invites those who were typed; tells the name of the form and what there is to say.
async fn invite(admin: &Admin, form: &InviteForm, pasted: &Pasted) -> Result<(String, Notice)> {
    if let Some(problem) = problem(pasted) {
        return Err(Error::invalid("addresses", problem));
    }
    let role = role(&form.role).ok_or_else(|| Error::invalid("role", "Choose a role."))?;
    let batch = batch(form)?;
    let sent = sending::send(admin, &batch, &pasted.addresses, role).await?;
    Ok((batch, if sent.before { Notice::InvitedBefore } else { Notice::Invited }))
}

/// The form's own name: one that we have given out, or a new one for a form without.
fn batch(form: &InviteForm) -> Result<String> {
    if form.batch.is_empty() {
        return Ok(random::id());
    }
    uuid::Uuid::parse_str(&form.batch)
        .map(|batch| batch.to_string())
        .map_err(|_| Error::Malformed("batch".to_owned()))
}

fn problem(pasted: &Pasted) -> Option<String> {
    match (pasted.bad.len(), pasted.addresses.len()) {
        (0, 0) => Some("Type at least one address.".to_owned()),
        (0, count) if count > MOST => Some(format!("Invite up to {MOST} addresses at once.")),
        (0, _) => None,
        (1, _) => Some("One line is no address. Nobody was invited yet.".to_owned()),
        (bad, _) => Some(format!("{bad} lines are no addresses. Nobody was invited yet.")),
    }
}

/// "12 addresses, 1 duplicate, 2 that are none."
fn parsed(pasted: &Pasted) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        count(pasted.addresses.len(), "address", "addresses"),
        count(pasted.doubles, "duplicate", "duplicates"),
        count(pasted.bad.len(), "line that is no address", "lines that are no addresses"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!("{}.", parts.join(", ")) }
}
