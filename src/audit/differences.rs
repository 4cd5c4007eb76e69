//! What an event changed, field by field, for people to read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// As much of a value as a page shows, in characters, and as many parts of a list; the export has all.
const LONGEST: usize = 500;
const MOST: usize = 20;

/// A field that differs.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub before: String,
    pub after: String,
}

/// The fields in which two documents differ.
pub fn differences(before: Option<&str>, after: Option<&str>) -> Vec<Field> {
    let (before, after) = (flat(before), flat(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let field = |name: &String| Field {
        name: in_words(name),
        before: before.get(name).cloned().unwrap_or_default(),
        after: after.get(name).cloned().unwrap_or_default(),
    };
    names.into_iter().map(field).filter(|field| field.before != field.after).collect()
}

fn flat(document: Option<&str>) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let value = document.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    flatten(String::new(), &value, &mut fields);
    fields
}

fn flatten(name: String, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                flatten(name, value, fields);
            }
        }
        Value::Null => {}
        value => {
            fields.insert(name, shortened(&text(value)));
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => {
            let separator = if items.iter().any(Value::is_object) { "; " } else { ", " };
            listed(items.iter().map(text), separator)
        }
        Value::Object(fields) => {
            let filled = fields.iter().filter(|(_, value)| !value.is_null());
            listed(filled.map(|(name, value)| format!("{}: {}", in_words(name), text(value))), ", ")
        }
    }
}

fn listed(items: impl Iterator<Item = String>, separator: &str) -> String {
    let mut items: Vec<String> = items.collect();
    let rest = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    let shown = items.join(separator);
    if rest == 0 { shown } else { format!("{shown}{separator}and {rest} more") }
}

fn shortened(text: &str) -> String {
    let mut letters = text.chars();
    let shown: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_none() { shown } else { shown + "…" }
}

/// `rules.allowedEmails` as "Rules: allowed emails".
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        match letter {
            '.' => words.push_str(": "),
            '_' => words.push(' '),
            _ if words.is_empty() => words.extend(letter.to_uppercase()),
            _ if letter.is_uppercase() => {
                words.push(' ');
                words.extend(letter.to_lowercase());
            }
            _ => words.push(letter),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: Option<&str>, after: Option<&str>) -> Vec<String> {
        let told = |field: Field| format!("{} | {} | {}", field.name, field.before, field.after);
        differences(before, after).into_iter().map(told).collect()
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = r#"{"name":"Acme","rules":{"openSignUp":false,"allowedEmails":["a@b.test"]}}"#;
        let after = r#"{"name":"Acme","rules":{"openSignUp":true,"allowedEmails":["a@b.test","c@d.test"]}}"#;
        assert_eq!(
            told(Some(before), Some(after)),
            ["Rules: allowed emails | a@b.test | a@b.test, c@d.test", "Rules: open sign up | no | yes"]
        );
        assert_eq!(told(Some(after), Some(after)), Vec::<String>::new());
    }

    #[test]
    fn what_came_of_nothing_or_is_gone_has_one_side() {
        assert_eq!(told(None, Some(r#"{"last_four":"a1b2","baseUrl":null}"#)), ["Last four |  | a1b2"]);
        assert_eq!(told(Some(r#"{"lastFour":"a1b2"}"#), Some("null")), ["Last four | a1b2 | "]);
        assert_eq!(told(None, Some("no JSON")), Vec::<String>::new());
    }

    #[test]
    fn long_lists_are_cut_with_a_number() {
        let lines: Vec<Value> =
            (0..30).map(|n| serde_json::json!({ "email": format!("p{n}@b.test") })).collect();
        let told = told(None, Some(&serde_json::json!({ "lines": lines }).to_string()));
        assert!(told[0].starts_with("Lines |  | Email: p0@b.test; Email: p1@b.test;"), "{told:?}");
        assert!(told[0].ends_with("and 10 more") || told[0].ends_with('…'), "{told:?}");
    }
}
