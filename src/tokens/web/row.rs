//! A token in a list.

use chrono::{DateTime, Utc};

use crate::api_token::{Scope, Scopes};
use crate::links::TokenLinks;
use crate::tokens::{Listed, Status, is_unused, status};
use crate::web::Moment;

#[expect(clippy::struct_excessive_bools, reason = "what a list shows and lets one do")]
/// What a list shows of a token.
pub struct TokenRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub scopes: Vec<&'static str>,
    pub created_by: String,
    pub created: Moment,
    /// When it ends, or has ended: revoked, or else expired.
    pub ends: Moment,
    /// Whether it works.
    pub works: bool,
    /// What is to be said of it; nothing of one that simply works.
    pub status: &'static str,
    pub is_unused: bool,
    pub is_used: bool,
    pub last_used: Moment,
    pub last_used_from: String,
    /// Where what can be done with it goes; none where nothing can.
    pub links: Option<TokenLinks>,
    pub can_roll: bool,
}

/// The row of a token as it is at `now`.
pub fn row(token: Listed, links: Option<TokenLinks>, now: DateTime<Utc>) -> TokenRow {
    let status = status(&token, now);
    let ends = token.revoked_at.map_or(*token.expires_at, |at| *at);
    TokenRow {
        is_unused: is_unused(&token, now),
        works: status.works(),
        status: match status {
            Status::Active => "",
            Status::Replaced => "Replaced",
            Status::Expired => "Expired",
            Status::Revoked => "Revoked",
        },
        scopes: Scopes::read(&token.scopes).iter().map(Scope::label).collect(),
        created: Moment::new(*token.created_at, now),
        ends: if status.works() { Moment::until(ends, now) } else { Moment::new(ends, now) },
        is_used: token.last_used_at.is_some(),
        last_used: Moment::new(token.last_used_at.map_or(now, |at| *at), now),
        last_used_from: token.last_used_from.unwrap_or_default(),
        links: links.filter(|_| status.works()),
        can_roll: status == Status::Active,
        id: token.id,
        name: token.name,
        prefix: token.prefix,
        created_by: token.created_by_name,
    }
}
