//! The values of an index that begin with a text.

use sea_orm::sea_query::{ExprTrait, Order};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Select};

use super::source::By;
use crate::authority::Admin;
use crate::entity::event::Entity;
use crate::error::{Error, Result};
use crate::query_hints::end;

/// As many values as a beginning can fit: each is a walk of its own.
pub const MOST: usize = 20;
const TYPE_MORE: &str = "More than 20 match. Type more.";

/// That what a field says fits more than can be walked.
pub fn too_many(field: &str) -> Error {
    Error::invalid(field, TYPE_MORE)
}

/// The values that begin with `text`, one step in the index for each; none if there are more than can be walked.
pub async fn beginning(admin: &Admin, by: By, text: &str) -> Result<Option<Vec<String>>> {
    let mut values: Vec<String> = Vec::new();
    while values.len() <= MOST {
        let last = values.last();
        let next = admin.scope().find::<Entity>().filter(|ours| step(ours, by, text, last));
        match next.column(by.key()).await?.pop() {
            Some(value) => values.push(value),
            None => return Ok(Some(values)),
        }
    }
    Ok(None)
}

/// The next value behind `last`. One bound on each side: of two, planners may begin at the wrong one.
fn step(ours: Select<Entity>, by: By, text: &str, last: Option<&String>) -> Select<Entity> {
    let begins = last.map_or_else(|| by.key().gte(text), |last| by.key().gt(last.as_str()));
    let ours = ours.filter(begins).filter(by.key().lt(end(text)));
    ours.order_by(by.key(), Order::Asc).limit(1)
}
