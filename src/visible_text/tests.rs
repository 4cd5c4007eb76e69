//! What can be seen stays, what can't goes.

use proptest::prelude::*;

use super::*;

/// Names as people write them, with what their scripts need.
const NAMES: [&str; 14] = [
    "علی\u{200c}رضا",
    "محمد\u{200c}رضا",
    "نو\u{64e}\u{200c}ر",
    "ශ්\u{200d}රී ලංකා",
    "മോഹന്\u{200d}",
    "র\u{200d}্যাব",
    "क्\u{200c}ष",
    "👨\u{200d}👩\u{200d}👧",
    "🧑🏽\u{200d}🤝\u{200d}🧑🏿",
    "🏳\u{fe0f}\u{200d}🌈 Team",
    "1\u{fe0f}\u{20e3}",
    "葛\u{e0100}城",
    "ᠠ\u{180b}ᠨ",
    "Zoë Ångström-O’Neil",
];

#[test]
fn what_a_script_or_an_emoji_needs_stays() {
    for name in NAMES {
        assert_eq!(visible(name), name);
        assert!(is_visible(name), "{name:?}");
    }
}

#[test]
fn one_list_holds_whatever_shows_nothing_or_turns_what_follows() {
    for c in [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2064}',
        '\u{2066}',
        '\u{2069}',
        '\u{206f}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff0}',
        '\u{fff9}',
        '\u{1bca0}',
        '\u{1d159}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{e0fff}',
        '\u{e000}',
        '\u{f8ff}',
        '\u{f0000}',
        '\u{10fffd}',
        '\u{378}',
        '\u{fdd0}',
        '\u{ffff}',
        '\u{3fffd}',
    ] {
        assert!(is_hidden(c), "{c:?}");
        assert_eq!(visible(&format!("a{c}b")), "ab", "{c:?}");
        assert!(!is_visible(&format!("{c}")), "{c:?}");
    }
}

#[test]
fn what_has_a_shape_is_not_hidden() {
    // ARABIC NUMBER SIGN is a format character that is seen, and U+1FC00 is reserved for an emoji.
    for c in
        ['\u{1fc00}', 'a', ' ', '\u{a0}', '-', 'ß', '\u{600}', '\u{301}', '語', '👩', '\u{1f3fb}', '\u{20e3}']
    {
        assert!(!is_hidden(c), "{c:?}");
    }
}

#[test]
fn joiners_and_selectors_go_where_nothing_needs_them() {
    for (text, seen) in [
        ("ad\u{200d}min", "admin"),
        ("ad\u{200c}min", "admin"),
        ("ع\u{200d}لی", "علی"),
        ("1\u{200c}2", "12"),
        ("۱\u{200c}۲", "۱۲"),
        ("1\u{200c}\u{94d}", "1\u{94d}"),
        ("१\u{94d}\u{200c}क", "१\u{94d}क"),
        ("a\u{94d}\u{200d}b", "a\u{94d}b"),
        ("ر\u{200c}\u{200b}\u{d4d}ع", "ر\u{200c}\u{d4d}ع"),
        ("علی\u{200c}", "علی"),
        ("\u{200c}علی", "علی"),
        ("ع\u{200c}\u{200c}لی", "ع\u{200c}لی"),
        ("\u{200d}\u{94d}", "\u{94d}"),
        ("👨\u{200d}", "👨"),
        ("👨\u{200d}x", "👨x"),
        ("x\u{200d}👨", "x👨"),
        ("👨\u{200d}\u{200d}👩", "👨\u{200d}👩"),
        ("a\u{fe0f}", "a"),
        ("1\u{fe0f}", "1"),
        ("👍\u{fe0f}\u{fe0f}", "👍\u{fe0f}"),
        ("🏴\u{e0067}\u{e007f}", "🏴"),
        ("葛\u{e0100}\u{e0101}", "葛\u{e0100}"),
    ] {
        assert_eq!(visible(text), seen, "{text:?}");
    }
}

#[test]
fn a_cut_leaves_nothing_hidden_behind() {
    assert_eq!(shortened("👨\u{200d}👩\u{200d}👧", 4), "👨\u{200d}👩");
    assert_eq!(shortened("a\r\n\u{202e}b\0c", 2), "ab");
    assert_eq!(shortened(&"\u{200b}x".repeat(300), 100).len(), 100);
}

#[test]
fn what_others_wrote_stays_on_its_line_of_a_log() {
    for (text, line) in [
        ("Grüße, \"Ada\"", "Grüße, \"Ada\""),
        ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
        ("a\u{2028}b\u{2029}c\u{85}d", "a\\u{2028}b\\u{2029}c\\u{85}d"),
        ("\u{1b}[31mred\u{9b}0m\0", "\\u{1b}[31mred\\u{9b}0m\\u{0}"),
        ("\u{202e}abc\u{200b}", "\\u{202e}abc\\u{200b}"),
        ("a\\nb", "a\\nb"),
    ] {
        assert_eq!(escaped(text, 100), line);
        assert_eq!(escaped(line, 100), line, "once is enough");
    }
    assert_eq!(escaped(&"é".repeat(20_000), 300), format!("{}…", "é".repeat(300)));
    assert_eq!(escaped("abc", 3), "abc");
}

/// Characters that matter here, in any order.
fn mixture() -> impl Strategy<Value = String> {
    let letters: Vec<char> =
        NAMES.iter().flat_map(|name| name.chars()).chain(['\u{200b}', '\u{202e}', 'a']).collect();
    prop::collection::vec(prop::sample::select(letters), 0..24)
        .prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn what_is_seen_is_seen_as_it_is(text in mixture()) {
        let seen = visible(&text);
        prop_assert!(is_visible(&seen), "{text:?} {seen:?}");
        let shape = |text: &str| text.chars().filter(|c| !is_hidden(*c)).collect::<String>();
        prop_assert_eq!(shape(&seen), shape(&text), "nothing that can be seen goes");
    }

    #[test]
    fn no_two_hidden_characters_stand_side_by_side(text in mixture()) {
        let seen: Vec<char> = visible(&text).chars().collect();
        let pairs = seen.windows(2).filter(|pair| pair.iter().all(|c| is_hidden(*c)));
        // But for a joiner behind the selector of an emoji or of a Mongolian letter.
        let behind_selector = |pair: &[char]| ['\u{fe0f}', '\u{180b}'].contains(&pair[0]);
        prop_assert!(pairs.clone().all(behind_selector), "{seen:?}");
    }
}
