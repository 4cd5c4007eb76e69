//! The comments of a file, and what they cite.

/// What can stand in a list of citations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Item {
    /// `rule`, `threats`: what follows is cited.
    Sign,
    /// `A07`, `P1`.
    Row,
    /// `1.5`.
    Rule,
    /// `6` or `A`, after a sign: all of them.
    Chapter,
    /// `and`, `to`.
    Between,
}

/// Words of a comment that follow one another and can be a list of citations.
#[derive(Default)]
struct List<'a> {
    words: Vec<(Item, &'a str)>,
    /// Whether the comment begins with a rule and says what it is about afterwards.
    is_heading: bool,
}

impl<'a> List<'a> {
    fn has(&self, wanted: Item) -> bool {
        self.words.iter().any(|(item, _)| *item == wanted)
    }

    fn item(&self, word: &str) -> Option<Item> {
        let is_short = matches!(word.as_bytes(), [b'A'..=b'Z' | b'0'..=b'9'] | [b'1', b'0'..=b'9']);
        match word.to_lowercase().as_str() {
            "rule" | "rules" | "threat" | "threats" => Some(Item::Sign),
            "and" | "or" | "to" => Some(Item::Between),
            _ if is_row(word) => Some(Item::Row),
            _ if is_rule(word) => Some(Item::Rule),
            _ => (is_short && self.has(Item::Sign)).then_some(Item::Chapter),
        }
    }

    /// What it cites; numbers that no sign and no row stands beside are numbers.
    fn end(&mut self) -> Vec<&'a str> {
        let is_cited = self.is_heading || self.has(Item::Sign) || self.has(Item::Row);
        let words = std::mem::take(self).words.into_iter().filter(|_| is_cited);
        words.filter(|(item, _)| !matches!(item, Item::Sign | Item::Between)).map(|(_, word)| word).collect()
    }
}

fn is_row(word: &str) -> bool {
    matches!(word.as_bytes(), [b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9'] | [b'P', b'1'..=b'9'])
}

fn is_rule(word: &str) -> bool {
    let is_number = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok();
    word.split_once('.').is_some_and(|(chapter, rule)| is_number(chapter) && is_number(rule))
}

/// What a comment cites.
pub fn cited(comment: &str) -> Vec<String> {
    let text = comment.replace('–', " to ").replace('(', " ( ");
    let (mut list, mut all) = (List::default(), Vec::new());
    for (n, word) in text.split_whitespace().enumerate() {
        let bare = word.trim_matches(|c| "().,;:`\"".contains(c));
        let item = list.item(bare);
        match item {
            Some(item) => list.words.push((item, bare)),
            None => all.extend(list.end()),
        }
        list.is_heading |= n == 0 && item == Some(Item::Rule) && (bare != word || text.trim() == bare);
        if word.ends_with([')', '.', ':']) {
            all.extend(list.end());
        }
    }
    all.extend(list.end());
    all.into_iter().map(ToOwned::to_owned).collect()
}

/// The comments of a file: lines that follow one another are one.
pub fn comments(name: &str, text: &str) -> Vec<String> {
    if is_of(name, "html") {
        let inside = text.split("{#").skip(1);
        return inside.map(|rest| rest.split("#}").next().unwrap_or_default().to_owned()).collect();
    }
    let mark = if is_of(name, "py") { '#' } else { '/' };
    let beside = if is_of(name, "py") { " # " } else { " // " };
    let mut found = vec![String::new()];
    for line in text.lines().map(str::trim_start) {
        let comment = line.trim_start_matches([mark, '!']);
        match found.last_mut() {
            Some(last) if line.starts_with(beside.trim()) => {
                last.push(' ');
                last.push_str(comment);
            }
            _ => found.push(line.split_once(beside).map_or("", |(_, comment)| comment).to_owned()),
        }
    }
    found
}

#[test]
fn citations_are_found_in_every_way_that_comments_have_them() {
    for (comment, expected) in [
        ("Refused (rule 1.5).", "1.5"),
        ("(rules 2.1 to 2.7; threats G15, R02) at 1.2", "2.1 2.7 G15 R02"),
        ("what happened (rules 8.1, P7): it", "8.1 P7"),
        ("3.6, I20", "3.6 I20"),
        ("4.5: a list", "4.5"),
        ("2.7", "2.7"),
        ("Mail (3.2, P8): servers (X27–X30)", "3.2 P8 X27 X30"),
        ("Many organizations (rule 6)", "6"),
        ("read by nobody (threats L, N, X43)", "L N X43"),
        ("Rule W01. At most 100", "W01"),
        ("RFC 5321, section 4.2", ""),
        ("daily limits, as Gmail (4.5) says", ""),
        ("within 1.5 times of A plain one", ""),
    ] {
        assert_eq!(cited(comment).join(" "), expected, "{comment}");
    }
    let found = comments("x.rs", "//! One (rule 1.1,\n//! 1.2).\nlet a = 1; // A01\n\n    // A03\n");
    assert_eq!(
        found.iter().flat_map(|comment| cited(comment)).collect::<Vec<_>>(),
        ["1.1", "1.2", "A01", "A03"]
    );
}

fn is_of(name: &str, kind: &str) -> bool {
    name.rsplit('.').next() == Some(kind)
}
