//! The floors of the house: imports run down, and never in a circle. Judged by every `use` and every path.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{File, House};

/// Which rooms stand on which floor, from the top. A room imports from those of its own floor and of those below.
/// Of a noun, its pages and its API stand a floor above its verbs.
const FLOORS: [(&str, &[&str]); 13] = [
    ("the command line", &["cli"]),
    ("the application", &["app"]),
    ("every URL", &["routes"]),
    ("pages and API of the nouns", &["api_document"]),
    (
        "verbs of the nouns",
        &[
            "access",
            "account",
            "audit",
            "invites",
            "joining",
            "llm_keys",
            "operator",
            "ownership",
            "organization",
            "projects",
            "second_factor",
            "security",
            "sign_in",
            "teams",
            "tokens",
            "users",
        ],
    ),
    ("what several nouns decide by or use", &["instance", "mail", "membership", "rotation", "work"]),
    ("the frame around every answer, and demo servers", &["demo", "web"]),
    ("who may, what they read, what they write", &["authority"]),
    ("the database", &["db"]),
    ("entities: one for each table", &["entity"]),
    ("clients of the outside world", &["identity_providers", "smtp"]),
    ("settings", &["config"]),
    (
        "base",
        &[
            "address",
            "alarms",
            "api_token",
            "clock",
            "error",
            "gate",
            "id",
            "key_uses",
            "links",
            "listing",
            "llm",
            "log",
            "name",
            "numbers",
            "outbound",
            "pasted",
            "project_role",
            "query_hints",
            "random",
            "return_to",
            "role",
            "shown_name",
            "slug",
            "stray_secret",
            "tenancy",
            "trust",
            "user_agent",
            "vault",
            "visible_text",
        ],
    ),
];
/// Where the pages and the API of the nouns stand among the floors.
const PAGES: usize = 3;
/// Where their verbs do.
const VERBS: usize = 4;

impl File {
    fn room(&self) -> &str {
        self.name.split('/').next().unwrap_or_default().trim_end_matches(".rs")
    }

    /// The floor from the top; none for a room that stands on none.
    fn floor(&self) -> Option<usize> {
        let floor = FLOORS.iter().position(|(_, rooms)| rooms.contains(&self.room()))?;
        Some(if floor == VERBS && self.is_page() { PAGES } else { floor })
    }

    /// Whether it speaks HTTP: the pages and the API of a noun.
    fn is_page(&self) -> bool {
        let mut parts = self.name.split('/').skip(1);
        parts.next().is_some_and(|part| ["web", "web.rs", "api", "api.rs"].contains(&part))
    }

    fn is_verb(&self) -> bool {
        self.floor() == Some(VERBS)
    }

    fn is_form(&self) -> bool {
        self.is_verb() && self.name.split('/').skip(1).any(|part| part.trim_end_matches(".rs") == "form")
    }
}

#[test]
fn every_room_stands_on_a_floor() {
    let house = House::read();
    let homeless: Vec<&str> = house
        .files
        .iter()
        .filter(|(module, _)| !module.is_empty())
        .map(|(_, file)| file)
        .filter(|file| file.floor().is_none())
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(homeless, Vec::<&str>::new());
    let rooms: BTreeSet<&str> = house.files.values().map(File::room).collect();
    for room in FLOORS.iter().flat_map(|(_, rooms)| rooms.iter()) {
        assert!(rooms.contains(room), "{room} is gone");
    }
}

#[test]
fn imports_run_down() {
    let house = House::read();
    let up = house.arrows().filter(|(from, to, _)| from.floor() > to.floor() && from.floor().is_some());
    let up: Vec<String> =
        up.map(|(from, to, names)| format!("{} -> {}: {names:?}", from.name, to.name)).collect();
    assert_eq!(up, Vec::<String>::new());
}

#[test]
fn no_files_and_no_rooms_import_each_other_in_a_circle() {
    let house = House::read();
    let files = house.arrows().map(|(from, to, _)| (from.name.as_str(), to.name.as_str()));
    let rooms = house.arrows().map(|(from, to, _)| (from.room(), to.room()));
    assert_eq!(circles(files), Vec::<Vec<&str>>::new());
    assert_eq!(circles(rooms), Vec::<Vec<&str>>::new());
}

#[test]
fn verbs_know_nothing_of_http_and_pages_nothing_of_sql() {
    let house = House::read();
    let wrong: Vec<String> =
        house.files.values().filter_map(|file| Some(format!("{} {}", file.name, wrong(file)?))).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// What a file speaks of that is not its own.
fn wrong(file: &File) -> Option<&'static str> {
    let takes_from =
        |rooms: &[&str]| file.imports.keys().any(|module| rooms.iter().any(|room| module.starts_with(room)));
    let names = |name: &str| file.crates.contains(name);
    if file.is_verb() && (names("actix_web") || takes_from(&["web"])) {
        Some("is a verb and speaks of HTTP")
    } else if file.floor() == Some(PAGES) && names("sea_orm") {
        Some("is a page and speaks of SQL")
    } else if file.is_form()
        && (names("sea_orm") || takes_from(&["authority::scope", "authority::change", "db"]))
    {
        Some("is a form and asks the database")
    } else {
        None
    }
}

/// The sets of those that reach each other (Tarjan's components, found by what each reaches: the house is small).
fn circles<'a>(arrows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Vec<&'a str>> {
    let mut out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in arrows.filter(|(from, to)| from != to) {
        out.entry(from).or_default().insert(to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        out.keys().map(|start| (*start, reach(&out, start))).collect();
    let of = |one: &&'a str| {
        let back = |other: &&&str| reached.get(**other).is_some_and(|reached| reached.contains(*one));
        reached[*one].iter().filter(back).copied().collect::<Vec<_>>()
    };
    let circles: BTreeSet<Vec<&str>> =
        out.keys().filter(|one| reached[**one].contains(**one)).map(of).collect();
    circles.into_iter().collect()
}

fn reach<'a>(out: &BTreeMap<&'a str, BTreeSet<&'a str>>, start: &'a str) -> BTreeSet<&'a str> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![start]);
    while let Some(at) = next.pop() {
        for to in out.get(at).into_iter().flatten() {
            if reached.insert(*to) {
                next.push(to);
            }
        }
    }
    reached
}

#[test]
fn a_circle_is_found() {
    assert_eq!(
        circles([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("e", "a")].into_iter()),
        [["a", "b", "c"]]
    );
    assert_eq!(circles([("a", "b"), ("a", "c"), ("b", "c")].into_iter()), Vec::<Vec<&str>>::new());
}

#[test]
fn a_path_is_followed_to_where_its_name_is_defined() {
    let house = House::read();
    let takes = |from: &str, to: &str, name: &str| {
        house.files[from].imports.get(to).is_some_and(|names| names.contains(name))
    };
    assert!(
        takes("routes::route", "authority::people::extraction", "Authority"),
        "through the door of a folder"
    );
    assert!(takes("app", "web::metrics", "serve"), "by a path in code, behind the name of a module");
    assert!(house.files["app"].crates.contains("actix_web"));
    assert!(!house.files["gate::answer"].imports.contains_key("gate::order"));
}
