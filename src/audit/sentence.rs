//! What happened, as a sentence.

use super::actions::GROUPS;
use super::listed::ListedEvent;
use super::outcome::EventOutcome;
use crate::authority::{is_operator_name, operator_name};

/// As much of a target as a sentence holds, in characters; the event's own page has all of it.
const LONGEST_TARGET: usize = 200;

/// What is said instead where it was refused, of actions that may also be done.
const REFUSALS: [(&str, &str); 10] = [
    ("user.role_changed", "{who} couldn’t change the role of {target}"),
    ("user.deactivated", "{who} couldn’t deactivate {target}"),
    ("user.reactivated", "{who} couldn’t reactivate {target}"),
    ("user.removed", "{who} couldn’t remove {target}"),
    ("user.left", "{who} couldn’t leave"),
    ("user.deleted", "{who} couldn’t delete their account"),
    ("operator.entered", "{who} couldn’t enter {target} as operator"),
    ("organization.deleted", "{who} couldn’t delete the organization {target}"),
    ("organization.slug_changed", "{who} couldn’t change the address to {target}"),
    ("organization.transferred", "{who} couldn’t transfer the organization to {target}"),
];

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(&'static str),
    Who,
    Target,
    /// The action's own name, where there is no sentence.
    Action,
}

/// The pieces of an action's sentence; none for an action that is unknown.
fn sentence(action: &str, outcome: EventOutcome) -> Option<Vec<Piece>> {
    let refusals = REFUSALS.iter().filter(|_| outcome == EventOutcome::Refused);
    let mut known = refusals.chain(GROUPS.iter().flat_map(|group| group.actions));
    known.find(|(name, _)| *name == action).map(|(_, sentence)| pieces(sentence))
}

/// The pieces of an event's sentence; an action without one is shown as it is.
pub fn of(event: &ListedEvent) -> Vec<Piece> {
    let unknown = || vec![Piece::Who, Piece::Text(": "), Piece::Action, Piece::Text(" "), Piece::Target];
    sentence(&event.action, event.outcome).unwrap_or_else(unknown)
}

/// What a piece says of an event.
pub fn text(piece: Piece, event: &ListedEvent) -> String {
    match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Who => who(event),
        Piece::Target => event.target.chars().take(LONGEST_TARGET).collect(),
        Piece::Action => event.action.clone(),
    }
}

/// An event's whole sentence.
pub fn in_words(event: &ListedEvent) -> String {
    of(event).into_iter().map(|piece| text(piece, event)).collect()
}

fn who(event: &ListedEvent) -> String {
    match (&event.name, event.actor.as_str()) {
        (Some(name), actor) if is_operator_name(actor) => operator_name(name),
        (Some(name), _) => name.clone(),
        (None, "nobody") => "Someone who wasn’t signed in".to_owned(),
        (None, actor) => actor.to_owned(),
    }
}

fn pieces(sentence: &'static str) -> Vec<Piece> {
    let parts = sentence.split(['{', '}']).filter(|part| !part.is_empty());
    let piece = |part| match part {
        "who" => Piece::Who,
        "target" => Piece::Target,
        text => Piece::Text(text),
    };
    parts.map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_falls_into_pieces() {
        let renamed = [Piece::Who, Piece::Text(" renamed the organization to "), Piece::Target];
        assert_eq!(sentence("organization.renamed", EventOutcome::Done).expect("known"), renamed);
        assert_eq!(sentence("nothing.known", EventOutcome::Done), None);
        let left = |outcome| sentence("user.left", outcome).expect("known");
        assert_eq!(left(EventOutcome::Refused), [Piece::Who, Piece::Text(" couldn’t leave")]);
        assert_eq!(left(EventOutcome::Done), [Piece::Who, Piece::Text(" left")]);
    }
}
