//! Where a hidden character changes what is seen: the non-joiner in Arabic script, both joiners in
//! Indic scripts, the joiner in emoji, variation selectors behind what they vary.

use icu_properties::props::{
    CanonicalCombiningClass, EmojiModifier, ExtendedPictographic, JoiningType, Script, UnifiedIdeograph,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::hidden::is_hidden;

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// As many characters as are looked at on either side.
const REACH: usize = 8;

/// Whether `c` is needed between what stands before it and what comes after it.
pub(super) fn is_needed(c: char, before: &[char], after: &[char]) -> bool {
    let (last, next) = (before.last().copied(), after.first().copied());
    match c {
        NON_JOINER => is_at_virama(before, next) || is_between_joining_letters(before, after),
        JOINER => is_at_virama(before, next) || is_in_emoji(before, next),
        '\u{fe0e}' | '\u{fe0f}' => last.is_some_and(is_pictograph) || is_keycap(last, next),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => last.is_some_and(is_ideograph),
        '\u{180b}'..='\u{180f}' => last.is_some_and(is_mongolian),
        _ => false,
    }
}

/// The sign that takes a consonant's vowel away in scripts of India (RFC 5892, appendices A.1 and A.2).
fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

/// Whether a virama stands beside it, and before that a letter of the same script: not as in `1्` or `a्`.
fn is_at_virama(before: &[char], next: Option<char>) -> bool {
    let Some(last) = before.last().copied().filter(|c| !is_hidden(*c)) else { return false };
    let virama = [Some(last), next].into_iter().flatten().find(|c| is_virama(*c));
    let letter = before.iter().rev().take(REACH).find(|c| c.is_alphanumeric() && !is_virama(**c));
    let script = |c: char| CodePointMapData::<Script>::new().get(c);
    letter.is_some_and(|letter| letter.is_alphabetic() && virama.map(script) == Some(script(*letter)))
}

/// As in `علی‌رضا` (RFC 5892, appendix A.1; also behind letters that join on one side only, where people type it, too).
fn is_between_joining_letters(before: &[char], after: &[char]) -> bool {
    let joins = |c: &char| {
        let joining = CodePointMapData::<JoiningType>::new().get(*c);
        [JoiningType::DualJoining, JoiningType::RightJoining, JoiningType::LeftJoining].contains(&joining)
    };
    before.iter().rev().take(REACH).find(|c| is_opaque(**c)).is_some_and(joins)
        && after.iter().take(REACH).find(|c| is_opaque(**c)).is_some_and(joins)
}

/// Whether letters don't join across it: vowel signs are no obstacle.
fn is_opaque(c: char) -> bool {
    CodePointMapData::<JoiningType>::new().get(c) != JoiningType::Transparent
}

/// Between two pictographs, the first perhaps with a skin tone or a variation selector (UTS #51, ED-16).
fn is_in_emoji(before: &[char], next: Option<char>) -> bool {
    let mut bare = before.iter().rev().take(REACH).filter(|c| **c != '\u{fe0f}' && !is_skin_tone(**c));
    next.is_some_and(is_pictograph) && bare.next().is_some_and(|c| is_pictograph(*c))
}

/// As in `1️⃣`.
fn is_keycap(last: Option<char>, next: Option<char>) -> bool {
    next == Some('\u{20e3}') && last.is_some_and(|c| c.is_ascii_digit() || c == '#' || c == '*')
}

fn is_skin_tone(c: char) -> bool {
    CodePointSetData::new::<EmojiModifier>().contains(c)
}

fn is_pictograph(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

fn is_ideograph(c: char) -> bool {
    CodePointSetData::new::<UnifiedIdeograph>().contains(c)
}

fn is_mongolian(c: char) -> bool {
    CodePointMapData::<Script>::new().get(c) == Script::Mongolian
}
