//! What a text finds: actors and targets by their beginning, people by their names, actions by what their sentences say.

use std::collections::BTreeSet;

use super::actions::{GROUPS, label};
use super::beginnings::{MOST, beginning, too_many};
use super::source::{By, Source};
use crate::authority::Admin;
use crate::error::Result;
use crate::membership::text_search::{addresses_of_names, is_inside};

/// Of more words, only all together are looked for: each costs a look into several indexes.
const MOST_WORDS: usize = 6;

/// What must find an event that `text` asks for: the text as a whole, or, where nothing is found by that, each of its
/// words. None for no text.
///
/// # Errors
/// 422 when a word fits more than can be walked.
pub async fn sources(admin: &Admin, text: &str) -> Result<Vec<Source>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let whole = source(admin, text).await?;
    let words: Vec<&str> = text.split(' ').collect();
    if !whole.is_empty() || !(2..=MOST_WORDS).contains(&words.len()) {
        return Ok(vec![whole]);
    }
    let mut sources = Vec::new();
    for word in words {
        sources.push(source(admin, word).await?);
    }
    Ok(sources)
}

async fn source(admin: &Admin, text: &str) -> Result<Source> {
    let mut people: BTreeSet<String> =
        addresses_of_names(admin, text, MOST as u64).await?.into_iter().collect();
    let mut targets = people.clone();
    people.extend(begun(admin, By::Actor, &text.to_lowercase()).await?);
    for spelling in spellings(text) {
        targets.extend(begun(admin, By::Target, &spelling).await?);
    }
    if people.len() > MOST || targets.len() > MOST {
        return Err(too_many("text"));
    }
    let people = people.into_iter().map(|person| (By::Actor, person));
    let targets = targets.into_iter().map(|target| (By::Target, target));
    let actions = actions(text).into_iter().map(|action| (By::Action, action.to_owned()));
    Ok(Source::text(people.chain(targets).chain(actions).collect()))
}

async fn begun(admin: &Admin, by: By, text: &str) -> Result<Vec<String>> {
    beginning(admin, by, text).await?.ok_or_else(|| too_many("text"))
}

/// As typed, in lower case, and as a name is written: targets are addresses and names.
fn spellings(text: &str) -> BTreeSet<String> {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    };
    let lower = text.to_lowercase();
    let title = lower.split(' ').map(capital).collect::<Vec<_>>().join(" ");
    BTreeSet::from([text.to_owned(), capital(&lower), title, lower])
}

/// The actions whose names or sentences have the text in them.
fn actions(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    let says = |(name, sentence): &&(&str, &str)| {
        is_inside(&text) && (name.contains(&text) || label(sentence).to_lowercase().contains(&text))
    };
    GROUPS.iter().flat_map(|group| group.actions).filter(says).map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_what_their_sentences_say() {
        assert_eq!(actions("Deactivated"), ["user.deactivated", "users.deactivated"]);
        assert_eq!(actions("renamed the org"), ["organization.renamed"]);
        assert_eq!(actions("re"), [""; 0], "too short");
    }

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        let spelled = spellings("acme rockets");
        assert_eq!(spelled.into_iter().collect::<Vec<_>>(), ["Acme Rockets", "Acme rockets", "acme rockets"]);
        assert!(spellings("ADA@ACME.TEST").contains("ada@acme.test"));
    }
}
