//! What a person sees in a list is what is found.

use proptest::prelude::*;

use super::Pasted;

fn read(text: &str) -> (Vec<String>, Vec<String>) {
    let pasted = Pasted::read(text);
    let addresses = pasted.addresses.into_iter().map(String::from).collect();
    (addresses, pasted.bad.into_iter().map(|bad| bad.text).collect())
}

#[track_caller]
fn reads(text: &str, addresses: &[&str], bad: &[&str]) {
    assert_eq!(read(text), (owned(addresses), owned(bad)), "{text:?}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn addresses_come_in_any_shape() {
    let d = ["d@x.test"];
    for text in [
        "d@x.test",
        "D@X.test",
        "\u{feff}d@x.test",
        "\u{a0} d@x.test\u{200b}\u{3000}",
        "\u{202a}d@x.test\u{202c}",
        "<d@x.test>",
        "Dana Park <d@x.test>",
        "Dana Park<d@x.test>",
        "\"Park, Dana\" <d@x.test>",
        "“Park, Dana” <d@x.test>",
        "„Park, Dana“ <d@x.test>",
        "'Park, Dana' <d@x.test>",
        "Park, Dana <d@x.test>",
        "Park, Dana (d@x.test)",
        "\"Park, Dana \\\"Dee\\\"\" <d@x.test>",
        "\"Park, Dana \"\"Dee\"\"\",d@x.test",
        "\"d@x.test\"",
        "“d@x.test”",
        "'d@x.test'",
        "‘d@x.test’",
        "`d@x.test`",
        "**d@x.test**",
        "_d@x.test_",
        "(d@x.test)",
        "[d@x.test]",
        "d@x.test (Dana)",
        "mailto:d@x.test",
        "MAILTO:d@x.test?subject=Hello",
        "<mailto:d@x.test>",
        "d@x.test<mailto:d@x.test>",
        "[d@x.test](mailto:d@x.test)",
        "\"d@x.test\" <d@x.test>",
        "To: Dana <d@x.test>",
        "To:d@x.test",
        "- d@x.test",
        "* d@x.test",
        "• d@x.test",
        "–d@x.test",
        "1. d@x.test",
        "1) d@x.test",
        "(1) d@x.test",
        "1)d@x.test",
        "> d@x.test",
        ">> Dana <d@x.test>",
        ">d@x.test",
        "d@x.test.",
        "d@x.test;",
        "d@x.test!",
        "Write to d@x.test, please.",
        "Dana Park\td@x.test\tBerlin",
        "dana\td@x.test\tberlin",
        "\"Dana\",\"Park\",\"d@x.test\",\"Berlin\"",
        "Dana;Park;d@x.test",
        "| Dana | d@x.test |",
        "Dana|d@x.test",
        "Email\nd@x.test",
        "Name,Email\ndana,d@x.test",
        "\"Name\";\"Email\"\r\n\"park, dana\";\"d@x.test\"\r\n",
        "---\nd@x.test\n---",
        "连络：d@x.test",
        "&d@x.test",
        "\"Dana\nPark\",d@x.test",
        "\"Dana\r\nPark\"\td@x.test\tBerlin",
        "Park;\"Dana \"\"Dee\"\"\nin Berlin\" ;d@x.test",
        "Name,Email\n\"Dana\nPark\",d@x.test",
        "\"Dana Park\nd@x.test\"",
        "\"Dana @ Acme\" <d@x.test>",
        "Dana @ Acme <d@x.test>",
        "\"Dana @ Acme\",d@x.test",
        "Dana @ Acme\td@x.test",
    ] {
        reads(text, &d, &[]);
    }
}

#[test]
fn many_come_in_whatever_separates_them() {
    let three = ["a@x.test", "b@x.test", "c@x.test"];
    for text in [
        "a@x.test,b@x.test,c@x.test",
        "a@x.test; b@x.test;c@x.test;",
        "a@x.test b@x.test\u{a0}c@x.test",
        "a@x.test\tb@x.test\r\nc@x.test",
        "a@x.test\u{2028}b@x.test\u{85}c@x.test",
        "a@x.test、b@x.test，c@x.test；",
        "a@x.test, b@x.test and c@x.test.",
        "a@x.test & b@x.test & c@x.test",
        "\"a@x.test, b@x.test\"\tc@x.test",
        "Doe, Jane <a@x.test>; b@x.test, \"Roe, Rick\" <c@x.test>",
        "doe, jane <a@x.test>, roe, rick <b@x.test>, c@x.test",
        "Ana <a@x.test> Ben <b@x.test> Cy <c@x.test>",
        "a@x.test (Ana) b@x.test (Ben) c@x.test (Cy)",
        "1. a@x.test\n2. b@x.test\n3. c@x.test",
        "1.a@x.test\n2.b@x.test\n3.c@x.test",
        "Emails\n 1.a@x.test\n 2. b@x.test\n\n3.Cy <c@x.test>",
        "a@x.test &b@x.test &c@x.test",
        "\"a@x.test\nb@x.test\"\tc@x.test",
        "\"Ana\nA\",a@x.test\n\"Ben\nB\",b@x.test\nCy,c@x.test",
        "a@x.test\n\"Ben @ Acme\" <b@x.test>\nc@x.test",
        "ana,a@x.test,x\nben,b@x.test,y\ncy,c@x.test,z",
        "mailto:a@x.test,b@x.test\nmailto:c@x.test",
        "mailto:a@x.test?cc=b%40x.test&bcc=c@x.test&body=d@x.test",
        "a@x.test, , ,b@x.test\n\n,c@x.test",
    ] {
        reads(text, &three, &[]);
    }
}

#[test]
fn a_bad_part_is_named_and_never_blocks_the_good_ones() {
    reads("sam@x.test, nobody, ben@x.test", &["sam@x.test", "ben@x.test"], &["nobody"]);
    reads("sam@x.test, nobody", &["sam@x.test"], &["nobody"]);
    reads("a@x.test b@ c@x.test", &["a@x.test", "c@x.test"], &["b@"]);
    reads("Dana Park, d@, Berlin\nc@x.test", &["c@x.test"], &["Dana Park, d@, Berlin"]);
    reads("Doe, Jane <j@>; k@x.test", &["k@x.test"], &["Jane <j@>"]);
    reads("Dana Park\nd@x.test", &["d@x.test"], &["Dana Park"]);
    reads("sam at x.test\nsam＠x.test", &[], &["sam at x.test", "sam＠x.test"]);
    reads("foo@\nfoo@\nfoo@", &[], &["foo@"]);
    reads("1.a@x.test\n2.nobody\n3.c@x.test", &["a@x.test", "c@x.test"], &["nobody"]);
    reads("\"Dana\nPark\",d@\nc@x.test", &["c@x.test"], &["\"Dana\nPark\",d@"]);
}

#[test]
fn a_number_before_an_address_is_part_of_it_unless_the_lines_count_up_from_1() {
    for text in [
        "1.sam@x.test",
        "7.sam@x.test\n9.ben@x.test",
        "1.sam@x.test\nben@x.test",
        "2019.a@x.test\n2020.b@x.test",
    ] {
        let lines: Vec<&str> = text.lines().collect();
        reads(text, &lines, &[]);
    }
}

#[test]
fn a_stray_quote_keeps_no_line_from_being_read() {
    reads("\"Ana <a@x.test>\nb@x.test\n\"Cy\" <c@x.test>", &["a@x.test", "b@x.test", "c@x.test"], &[]);
    reads("\"a@x.test\nb@x.test\nCy\" <c@x.test>", &["a@x.test", "b@x.test"], &["Cy\" <c@x.test>"]);
    let many: Vec<String> = (0..60).map(|n| format!("p{n}@x.test")).collect();
    let text = format!("\"{}\"", many.join("\n"));
    assert_eq!(read(&text), (many, Vec::new()));
}

// G10, M03
#[test]
fn what_can_be_read_in_two_ways_yields_nothing() {
    for text in [
        "\"u@acme.com\"@evil.com",
        "“u@acme.com”@evil.com",
        "u@acme.com@evil.com",
        "u@acme.com\"@evil.com",
        "\"u\\\"@acme.com\"@evil.com",
        "\"u\"v@evil.com",
        "x\"u@evil.com\"",
        "u@evil.com (@acme.com)",
        "(@acme.com) u@evil.com",
        "u(x)@evil.com",
        "u@(acme.com)evil.com",
        "u@acme.com(.evil).net",
        "u@acme(.evil).com",
        "<u@acme.com>u@evil.com",
        "<u@acme.com>@evil.com",
        "<@acme.com:u@evil.com>",
        "u@acme.com <v@evil.com>",
        "\"u@acme.com\" <v@evil.com>",
        "<u@acme.com v@evil.com>",
        "u@evil.com?acme.com",
        "u@acme.com/v@evil.com",
        "https://u@evil.com",
        "?email=u@evil.com",
        "{a}u@evil.com",
        "u @evil.com",
        "u @ evil.com",
        "\"u @ acme.com\" <v@evil.com>",
        "u @ acme.com <v@evil.com>",
        "\"Jane @ Acme\"",
        "Jane @ <v@evil.com @ x>",
        "\"u\nv\"@evil.com",
        "u@ evil.com",
        "RCPT TO:<b@evil>",
        "u@evil.com\0",
        "u@acme\u{ad}.com",
        "u\u{200b}@acme.com",
        "\u{202e}moc.emca@u",
        "u@acme.com \u{202e}moc.live@v",
        "u@ａcme.com",
        "u@acme\u{3002}com",
        "\u{212a}im@acme.com",
        "ü@acme.com",
        "u@acme",
        "u@acme.com@",
    ] {
        let (addresses, bad) = read(text);
        assert!(addresses.is_empty() && !bad.is_empty(), "{text:?}: {addresses:?} {bad:?}");
    }
}

#[test]
fn an_address_that_comes_twice_is_counted_once() {
    let pasted = Pasted::read("Ana <ana@b.test>, ben@b.test\nBEN@B.test");
    assert_eq!((pasted.addresses.len(), pasted.doubles), (2, 1));
}

#[test]
fn a_reason_is_true() {
    for (text, reason) in [
        ("Sam Doe", "No email address here."),
        ("u\u{200b}@acme.com", "This contains an invisible or unknown character. Type it again."),
        ("\u{202e}moc.emca@u", "This has characters that reverse text. Type it again."),
        ("u@acme.com <v@evil.com>", "The name is a different email address. Keep the one you mean."),
        ("u@ａcme.com", "This contains letters that only look like plain ones. Type it with plain letters."),
        ("foo@", "This isn’t an email address. Use one like name@example.com."),
    ] {
        assert_eq!(Pasted::read(text).bad[0].problem, reason, "{text:?}");
    }
}

/// An address as people have them.
fn address() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-z0-9]{0,5}([._+'-][a-z0-9]{1,4}){0,2}@[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,3})?(\\.[a-z]{2,5}){1,2}"
}

/// An address as it is pasted: with a name and signs around.
fn pasted(address: &str, name: &str, shape: usize) -> String {
    match shape % 16 {
        0 => address.to_owned(),
        1 => format!("{name} <{address}>"),
        2 => format!("\"{name}, X\" <{address}>"),
        3 => format!("“{name}; X” <{address}>"),
        4 => format!("{name}, {name} <{address}>"),
        5 => format!("<{address}>"),
        6 => format!("mailto:{address}"),
        7 => format!("\"{address}\""),
        8 => format!("'{address}'"),
        9 => format!("\u{feff}{address}\u{a0}"),
        10 => format!("{address} ({name})"),
        11 => format!("• {address}."),
        12 => format!("{address}<mailto:{address}>"),
        13 => format!("\"{name}\"\t\"{address}\"\t\"{name}\""),
        14 => format!("2) {name} <{address}>"),
        _ => format!("\u{202a}{address}\u{202c}"),
    }
}

fn item() -> impl Strategy<Value = (String, String)> {
    let name = "[A-Z][a-z]{1,6}( [A-Z][a-zé’]{1,6}){0,2}";
    (address(), name, any::<usize>())
        .prop_map(|(address, name, shape)| (pasted(&address, &name, shape), address.to_ascii_lowercase()))
}

fn separator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        ", ", ",", ";", "; ", "\n", "\r\n", "\n\n", "\t", " ,\u{a0}", "；", "、", ",\n", "\u{2028}",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_address_that_a_person_sees_is_found_and_no_other(items in prop::collection::vec((item(), separator()), 1..12)) {
        let text: String = items.iter().flat_map(|((text, _), separator)| [text, *separator]).collect();
        let mut expected: Vec<&String> = Vec::new();
        for ((_, address), _) in &items {
            if !expected.contains(&address) {
                expected.push(address);
            }
        }
        let pasted = Pasted::read(&text);
        let found: Vec<String> = pasted.addresses.iter().map(ToString::to_string).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{:?}", text);
        prop_assert_eq!(pasted.bad, vec![], "{:?}", text);
    }

    #[test]
    fn what_is_found_stands_by_itself(text in "([ab@.\"<>()\\[\\]{},; :\t\n\\\\“”'\u{200b}\u{202e}1-]|a@b\\.cd){0,20}") {
        for address in Pasted::read(&text).addresses {
            let stands = text.to_ascii_lowercase().match_indices(address.as_str()).any(|(at, _)| {
                let before = text[..at].chars().next_back();
                let after = text[at + address.as_str().len()..].chars().next();
                let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '@');
                !is_part(before) && before != Some('.') && !is_part(after)
            });
            prop_assert!(stands, "{address} in {text:?}");
        }
    }

    #[test]
    fn what_is_left_reads_as_it_did(text in "([ab@.\"<>(),; \t\n“”'1]|a@b\\.cd|nobody|Doe){0,20}") {
        let pasted = Pasted::read(&text);
        let again = Pasted::read(&pasted.left());
        prop_assert_eq!(again.addresses, vec![], "nothing that was taken is left: {:?}", text);
    }

    #[test]
    fn nothing_that_is_pasted_breaks_anything(text in "\\PC{0,60}|[\\x00-\\x7f\u{80}-\u{2fff}]{0,60}") {
        Pasted::read(&text);
    }
}
