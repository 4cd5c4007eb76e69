//! One operation.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::tag::{Tag, TagBuilder};

use super::endpoint::Endpoint;
use super::{answers, parameters, security};
use crate::authority::Who;
use crate::links::API_ORGANIZATION;

/// The ids and tags that were given out.
#[derive(Default)]
pub struct Ids {
    taken: BTreeSet<String>,
    tags: BTreeMap<&'static str, &'static str>,
}

/// The part of the API that the first word of a path belongs to, and what it is for.
const TAGS: [(&str, &str, &str); 14] = [
    ("openapi.json", "About", "The API itself."),
    ("me", "Account", "You, and your tokens."),
    ("keys", "Keys for programs", "What a program with a project's token fetches."),
    ("projects", "Projects", "Projects, their people, tokens and keys."),
    ("teams", "Teams", "Teams, and who is in them."),
    ("org", "Organization", "What members can read of their organization."),
    ("settings", "Settings", "The organization's name and access rules."),
    ("access", "Access", "Who can sign in, and who was refused."),
    ("llm-keys", "LLM keys", "The organization's keys."),
    ("invites", "Invites", "Who is invited."),
    ("users", "People", "Who is in the organization, and their roles."),
    ("audit", "Audit log", "What happened."),
    ("operator", "Operator", "The installation, for those who run it."),
    ("", "Organizations", "The organizations themselves, where there are many."),
];

/// What is said of it.
pub fn describe(endpoint: &Endpoint<'_>, ids: &mut Ids) -> Operation {
    let draft = &endpoint.operation.draft;
    let tag = tag(endpoint.path);
    ids.tags.insert(tag.0, tag.1);
    let operation = OperationBuilder::new()
        .tag(tag.0)
        .operation_id(Some(ids.give_out(endpoint)))
        .summary(Some(endpoint.operation.summary))
        .description(Some(who(endpoint)))
        .parameters(Some(parameters::of(endpoint).chain(draft.query.iter().cloned())))
        .request_body(draft.body.clone())
        .responses(answers::of(endpoint));
    security::of(endpoint).into_iter().fold(operation, OperationBuilder::security).build()
}

/// The tags that operations have.
pub fn tags(ids: &Ids) -> impl Iterator<Item = Tag> + '_ {
    ids.tags.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build())
}

fn tag(path: &str) -> (&'static str, &'static str) {
    let below = path.strip_prefix(API_ORGANIZATION).unwrap_or(path);
    let words = below.split('/').filter(|word| !["", "api", "admin"].contains(word));
    let first = words.into_iter().next().unwrap_or_default();
    let tag = TAGS.iter().find(|(word, ..)| *word == first).unwrap_or(&TAGS[TAGS.len() - 1]);
    (tag.1, tag.2)
}

impl Ids {
    /// The summary in one word; of what is below an organization's address, too, with that in it.
    fn give_out(&mut self, endpoint: &Endpoint<'_>) -> String {
        let id = in_one_word(endpoint.operation.summary);
        let id = if self.taken.contains(&id) { format!("{id}OfOrganization") } else { id };
        self.taken.insert(id.clone());
        id
    }
}

fn in_one_word(summary: &str) -> String {
    let words = summary.split(|c: char| !c.is_ascii_alphanumeric() && c != '\'');
    let words = words.map(|word| word.trim_end_matches("'s").trim_end_matches('\''));
    let mut id = String::new();
    for word in words.filter(|word| !["", "a", "an", "the"].contains(word)) {
        let (first, rest) = word.split_at(1);
        let first = if id.is_empty() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
        id.push_str(&first);
        id.push_str(rest);
    }
    id
}

fn who(endpoint: &Endpoint<'_>) -> String {
    let who = match endpoint.who {
        Who::Anyone => "For everyone.",
        Who::HalfSignedIn => "For everyone who has yet to give a second factor.",
        Who::SignedIn => "For everyone who is signed in.",
        Who::Member => "For members.",
        Who::Admin => "For admins.",
        Who::Owner => "For owners.",
        Who::Operator => "For operators.",
        Who::ProjectViewer => "For the project's viewers and admins.",
        Who::ProjectAdmin => "For the project's admins.",
        Who::TeamViewer => "For the team's members.",
        Who::TeamManager => "For the team's manager.",
        Who::Token => "For programs with a project's token.",
    };
    match endpoint.scope {
        Some(scope) => format!("{who} A token needs the scope `{}`.", scope.name()),
        None if endpoint.who == Who::Anyone => who.to_owned(),
        None => format!("{who} Not with a token."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_summary_in_one_word() {
        assert_eq!(in_one_word("Get a person's role in a project"), "getPersonRoleInProject");
        assert_eq!(in_one_word("List LLM keys"), "listLLMKeys");
        assert_eq!(in_one_word("Rename, archive or restore a project"), "renameArchiveOrRestoreProject");
    }

    #[test]
    fn tags_are_told_by_the_first_word_of_a_path() {
        for (path, name) in [
            ("/api/me/tokens", "Account"),
            ("/api/admin/users/{user}", "People"),
            ("/api/organizations/{organization}/admin/invites", "Invites"),
            ("/api/organizations", "Organizations"),
            ("/api/organizations/{organization}", "Organizations"),
            ("/api/organizations/{organization}/restore", "Organizations"),
        ] {
            assert_eq!(tag(path).0, name, "{path}");
        }
    }
}
