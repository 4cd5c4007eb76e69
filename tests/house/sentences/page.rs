//! What a page says: its text, sentence by sentence, and the attributes and arguments that people read.

/// Elements inside a sentence.
const INLINE: [&str; 12] =
    ["a", "abbr", "b", "code", "em", "i", "kbd", "small", "span", "strong", "time", "wbr"];
/// Attributes that people read or hear.
const READ: [&str; 10] = [
    " aria-label=\"",
    " placeholder=\"",
    " title=\"",
    " alt=\"",
    " data-busy=\"",
    " data-copy=\"",
    " data-failed=\"",
    " data-known=\"",
    " data-unsupported=\"",
    " content=\"",
];
/// What ends a sentence in the text that is being read.
const END: char = '\n';

/// What a template says, in order.
pub fn sentences(template: &str) -> Vec<String> {
    let (mut text, mut beside) = (String::new(), Vec::new());
    let mut rest = template;
    while let Some(at) = rest.find(['<', '{']) {
        text.push_str(&rest[..at].replace(END, " "));
        rest = &rest[at..];
        let (part, end) = if rest.starts_with("{{") {
            (Part::Value, "}}")
        } else if rest.starts_with("{%") {
            (Part::Decision, "%}")
        } else if rest.starts_with("{#") {
            (Part::Comment, "#}")
        } else if rest.starts_with('<') {
            (Part::Tag, ">")
        } else {
            text.push('{');
            rest = &rest[1..];
            continue;
        };
        let length = length(rest, end);
        let inside = &rest[..length];
        rest = &rest[length..];
        match part {
            Part::Value => value(inside, &mut text, &mut beside),
            Part::Decision => decision(inside, &mut text, &mut beside),
            Part::Tag => tag(inside, &mut text, &mut beside),
            Part::Comment => {}
        }
    }
    text.push_str(&rest.replace(END, " "));
    let said = text.split(END).map(super::on_one_line).filter(|said| is_said(said));
    said.chain(beside).collect()
}

#[derive(Clone, Copy)]
enum Part {
    Value,
    Decision,
    Comment,
    Tag,
}

/// How long a part is: a tag ends behind what stands in it.
fn length(text: &str, end: &str) -> usize {
    let is_whole = |part: &str| {
        let counts = |open: &str, close: &str| part.matches(open).count() == part.matches(close).count();
        end != ">" || counts("{{", "}}") && counts("{%", "%}")
    };
    let mut ends = text.match_indices(end).map(|(at, _)| at + end.len());
    ends.find(|at| is_whole(&text[..*at])).unwrap_or(text.len())
}

/// A value inside a sentence is named; what a macro makes is beside it.
fn value(inside: &str, text: &mut String, beside: &mut Vec<String>) {
    let name = inside.trim_matches(['{', '}', '-', ' ', END]);
    match name.strip_prefix("parts::time(").and_then(|rest| rest.strip_suffix(')')) {
        Some(moment) => text.extend(["{", moment, "}"]),
        None if name.contains("::") && name.contains('(') => {
            text.push(END);
            beside.extend(texts(inside));
        }
        None => text.extend(["{", name, "}"]),
    }
}

fn decision(inside: &str, text: &mut String, beside: &mut Vec<String>) {
    text.push(END);
    if ["call ", "let ", "macro "].iter().any(|word| inside.contains(word)) {
        beside.extend(texts(inside));
    }
}

fn tag(inside: &str, text: &mut String, beside: &mut Vec<String>) {
    let name = inside.trim_start_matches(['<', '/']).split([' ', '>', END]).next().unwrap_or_default();
    if !INLINE.contains(&name) {
        text.push(END);
    }
    for start in READ {
        let inside = inside.replace(END, " ");
        for rest in inside.split(start).skip(1) {
            let value = super::on_one_line(rest.split('"').next().unwrap_or_default());
            beside.extend(is_said(&value).then_some(value));
        }
    }
}

/// The texts that a macro is given: sentences, and labels, which begin with a capital letter.
fn texts(inside: &str) -> Vec<String> {
    let texts = inside.split('"').skip(1).step_by(2).map(super::on_one_line);
    let is_label = |text: &String| text.starts_with(char::is_uppercase);
    texts.filter(|text| is_said(text) && (is_label(text) || super::code::is_sentence(text))).collect()
}

/// Whether there is a word in it, beside the names of values.
fn is_said(text: &str) -> bool {
    let bare: String =
        text.split('{').map(|part| part.split_once('}').map_or(part, |(_, bare)| bare)).collect();
    bare.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

#[test]
fn a_page_is_read_as_a_person_reads_it() {
    let template = r#"{% import "parts.html" as parts -%}
{# A comment. #}
<h1>Users</h1>
<p class="lede">Only <strong>admins</strong> of {{ name }}
can change this.</p>
{% if count > 1 %}<p>There are {{ count }} people.</p>{% else %}Nobody{% endif %}
<input placeholder="Name or email" class="small" value="{{ query }}">
{{ parts::text("name", "Name", name, its_hint = "Up to 60 characters.") }}
<p>Joined {{ parts::time(joined) }}.</p>"#;
    assert_eq!(
        sentences(template),
        [
            "Users",
            "Only admins of {name} can change this.",
            "There are {count} people.",
            "Nobody",
            "Joined {joined}.",
            "Name or email",
            "Name",
            "Up to 60 characters.",
        ]
    );
}
