//! Errors, for programs.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem<'a> {
    /// Always `about:blank`: the code tells problems apart.
    pub(super) r#type: &'static str,
    /// In a few words, for people.
    pub(super) title: &'a str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub(super) status: u16,
    /// Stable, for programs.
    pub(super) code: &'a str,
    /// What happened, in a sentence.
    pub(super) detail: &'a str,
    /// What the log calls the request.
    pub(super) request_id: &'a str,
    /// Of a 422: sentences, by the name of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) errors: Option<&'a BTreeMap<String, Vec<String>>>,
}
