//! What an operation answers.

use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, Responses, ResponsesBuilder};

use super::endpoint::Endpoint;
use super::{headers, problems};
use crate::authority::Who;
use crate::web::api::Answer;

/// The good answer, and the problems that there can be.
pub fn of(endpoint: &Endpoint<'_>) -> Responses {
    let draft = &endpoint.operation.draft;
    let good = ResponseBuilder::new().description(draft.status.canonical_reason().unwrap_or("Done"));
    let good = match &draft.answer {
        Some(Answer { media_type, schema, .. }) => {
            good.content(*media_type, ContentBuilder::new().schema(Some(schema.clone())).build())
        }
        None => good,
    };
    let good = headers::of(endpoint).fold(good, |good, (name, header)| good.header(name, header));
    let responses = ResponsesBuilder::new().response(draft.status.as_str(), good.build());
    let problems = statuses(endpoint).into_iter();
    problems
        .fold(responses, |responses, status| {
            let problem = Ref::from_response_name(problems::name(status));
            responses.response(status.to_string(), RefOr::Ref(problem))
        })
        .build()
}

/// The statuses that it can be refused with. A token that is none is refused everywhere.
fn statuses(endpoint: &Endpoint<'_>) -> Vec<u16> {
    let draft = &endpoint.operation.draft;
    let (changes, has_body) = (!endpoint.method.is_safe(), draft.body.is_some());
    let is_guarded = endpoint.who != Who::Anyone;
    let names_something = endpoint.path.contains('{') || endpoint.who != Who::SignedIn;
    let all = [
        (400, true),
        (401, true),
        (403, true),
        (404, is_guarded && (names_something || has_body)),
        (408, has_body),
        (409, is_guarded),
        (413, has_body),
        (415, changes),
        (422, changes || has_body || !draft.query.is_empty()),
        (429, changes),
        (500, true),
        (503, true),
    ];
    all.into_iter().filter(|(_, can_be)| *can_be).map(|(status, _)| status).collect()
}
