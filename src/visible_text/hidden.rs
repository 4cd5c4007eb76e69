//! Which characters show nothing, turn the direction of others, or look different to everyone.

use icu_properties::props::{
    BidiControl, DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Those that Unicode counts among letters and symbols although they are blank: BRAILLE PATTERN BLANK, MUSICAL SYMBOL
/// NULL NOTEHEAD, KHITAN SMALL SCRIPT FILLER, EGYPTIAN HIEROGLYPH FULL BLANK and HALF BLANK.
const BLANK: [char; 5] = ['\u{2800}', '\u{1d159}', '\u{16fe4}', '\u{13441}', '\u{13442}'];

/// Whether a character shows nothing by itself, or turns the direction of what follows: `Default_Ignorable_Code_Point`
/// (fillers, tags, joiners, variation selectors, soft hyphen), `Bidi_Control`, format characters but for the few with
/// a shape, and the separators of lines and paragraphs (Unicode Character Database). So are characters that Unicode
/// assigns to nothing, or leaves to private use: each font shows something else, or nothing. Emoji of tomorrow, for which
/// it has reserved places, are not.
pub fn is_hidden(c: char) -> bool {
    !c.is_ascii()
        && (CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
            || CodePointSetData::new::<BidiControl>().contains(c)
            || has_no_shape(c)
            || BLANK.contains(&c))
}

fn has_no_shape(c: char) -> bool {
    match CodePointMapData::<GeneralCategory>::new().get(c) {
        GeneralCategory::Format => !CodePointSetData::new::<PrependedConcatenationMark>().contains(c),
        GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::PrivateUse => true,
        GeneralCategory::Unassigned => !CodePointSetData::new::<ExtendedPictographic>().contains(c),
        _ => false,
    }
}

/// Whether a character shows letters in another order than the one in which they are read, whatever letters they are
/// (UAX #9: the overrides).
pub fn turns_around(c: char) -> bool {
    matches!(c, '\u{202d}' | '\u{202e}')
}
