//! Addresses: one room spells them, each leads to a route, and each page has one that leads to it.

use std::path::Path;

use gatehouse::links::{Links, Sample, Site, is_api};
use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;

/// The rooms that spell addresses; those of the demo are of servers of its own.
const SPELL: [&str; 4] = ["src/links/", "src/routes/", "src/demo/", "templates/demo/"];

/// What looks like an address of ours, and is none.
const OTHERS: [(&str, &str); 9] = [
    ("src/config/base_url.rs", "url.path() == \"/\""),
    ("src/config/smtp_server.rs", "url.path(), \"\" | \"/\""),
    ("src/config/providers.rs", "{}/api/v3"),
    ("src/llm/base_url.rs", "segments.join(\"/\")"),
    ("src/vault/keyring.rs", "place, \"/\", id"),
    ("src/web/cookies.rs", "PATH: &str = \"/\""),
    // A file.
    ("src/web/assets.rs", "\"/\", $name"),
    ("templates/audit/_search.html", "aria-keyshortcuts=\"/\""),
    ("templates/parts.html", "aria-keyshortcuts=\"/\""),
];

/// Routes of pages that no link leads to.
const UNLINKED: [&str; 3] = [
    // Asked by the person who looks after the installation.
    "/healthz",
    "/readyz",
    // Old bookmarks, where there are many organizations.
    "/settings/admin/{page:.*}",
];

/// Who can't say of which organization they speak: an error knows no one.
const SINGLE: [&str; 2] = ["src/web/error_page/mod.rs", "src/web/page.rs"];

#[test]
fn no_one_but_the_builder_spells_an_address() {
    let routes = both();
    let rooms =
        routes.iter().filter_map(|route| route.path.split('/').nth(1)).filter(|room| !room.is_empty());
    let rooms: Vec<&str> = rooms.chain(["orgs"]).collect();
    let mut spelled = Vec::new();
    for (name, text) in files("src").into_iter().chain(files("templates")) {
        if SPELL.iter().any(|room| name.starts_with(room)) {
            continue;
        }
        for (n, line) in product(&name, &text).lines().enumerate() {
            let ours = OTHERS.iter().filter(|(file, _)| *file == name);
            let line = ours.fold(line.to_owned(), |line, (_, other)| line.replace(other, ""));
            let is_markup = name.starts_with("templates/") && line.contains("=\"/");
            if is_markup || line.contains("\"/\"") || rooms.iter().any(|room| has_address(&line, room)) {
                spelled.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    assert!(spelled.is_empty(), "use `links`:\n{}", spelled.join("\n"));
}

/// Whether a text begins in `line`, or goes on after a value in it, that names something below `/{room}`.
fn has_address(line: &str, room: &str) -> bool {
    let room = format!("/{room}");
    let is_one = |at: usize| {
        let (before, after) = (&line[..at], &line[at + room.len()..]);
        before.ends_with(['"', '}', '`'])
            && (after.is_empty() || after.starts_with(['/', '"', '?', '#', '{', '`']))
    };
    line.match_indices(&room).any(|(at, _)| is_one(at))
}

/// A file without comments and what only tests use.
fn product(name: &str, text: &str) -> String {
    if name.ends_with("/tests.rs") || name.contains("/tests/") {
        return String::new();
    }
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = |line: &str| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_address_that_can_be_built_leads_to_a_route() {
    let routes = both();
    for id in ["0192f0c1", "../a b?c=d#e%2Ff/ü"] {
        for Sample { methods, link } in every(id) {
            // Where there are many organizations, sessions and second factors are none of theirs.
            let is_of_account =
                link.contains("/sessions/") && link.ends_with("/end") || link.ends_with("/second-factor");
            if link.starts_with("/orgs/") && is_of_account {
                continue;
            }
            for method in methods {
                assert!(reached(&routes, method, &link).is_some(), "{method} {link} leads nowhere");
            }
        }
    }
}

#[test]
fn every_page_and_every_form_can_be_reached() {
    let routes = both();
    let of_links = every("0192f0c1");
    let is_linked = |route: &Route| {
        of_links.iter().any(|sample| {
            let mut to = sample.methods.iter().filter_map(|method| reached(&routes, method, &sample.link));
            to.any(|reached| reached.method == route.method && reached.path == route.path)
        })
    };
    for route in routes.iter().filter(|route| !is_api(&route.path)) {
        let is_excepted = UNLINKED.contains(&route.path.as_str());
        assert!(is_linked(route) != is_excepted, "{} {}", route.method, route.path);
    }
}

fn every(id: &str) -> Vec<Sample> {
    let of = |tenancy| Links::of(tenancy, "acme", "0192f0c1").every(id);
    // The only organization has no address of its own, and no one deletes it.
    let mut of_the_only = of(Tenancy::Single);
    of_the_only.retain(|sample| !sample.link.starts_with("/settings/admin/danger"));
    [Site.every(id), of_the_only, of(Tenancy::Multi)].concat()
}

/// The routes of both tenancies.
fn both() -> Vec<Route> {
    let mut routes = table(Tenancy::Single);
    let several = table(Tenancy::Multi).into_iter();
    let is_new = |route: &Route| {
        !routes
            .iter()
            .any(|known| (known.method.as_str(), &known.path) == (route.method.as_str(), &route.path))
    };
    let new: Vec<Route> = several.filter(is_new).collect();
    routes.extend(new);
    routes
}

/// The route that answers: the path decides first, by the first pattern that it fits, and then the method.
fn reached<'a>(routes: &'a [Route], method: &str, link: &str) -> Option<&'a Route> {
    let there = routes.iter().find(|route| fits(link, &route.path))?;
    routes.iter().find(|route| route.path == there.path && route.method.as_str() == method)
}

fn fits(link: &str, pattern: &str) -> bool {
    let (parts, names): (Vec<&str>, Vec<&str>) = (link.split('/').collect(), pattern.split('/').collect());
    let fits = |(part, name): (&&str, &&str)| part == name || name.starts_with('{') && !part.is_empty();
    parts.len() == names.len() && !link.contains(['?', '#', ' ']) && parts.iter().zip(&names).all(fits)
}

#[test]
fn only_who_is_listed_takes_the_organization_from_an_address_alone() {
    let sources = files("src").into_iter().filter(|(name, _)| !name.starts_with("src/links/"));
    let single = sources.filter(|(_, text)| text.contains("Links::around"));
    assert_eq!(single.map(|(name, _)| name).collect::<Vec<_>>(), SINGLE);
}

// One segment more before it, and a bare string or a tuple is no longer what it was.
#[test]
fn what_a_path_holds_is_taken_by_name() {
    for (name, text) in files("src").into_iter().filter(|(name, _)| !name.starts_with("src/demo/")) {
        for path in text.split("Path<").skip(1) {
            let held = path.split('>').next().unwrap_or_default();
            // Of the router's own path, values are taken by name, too.
            assert!(held.ends_with("Path") || held == "Url", "{name}: Path<{held}>");
        }
    }
}

/// The files below a folder of the repository, in order, with what they say.
pub(super) fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.extend((!path.ends_with("node_modules")).then_some(path));
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
                found.push((name, text));
            }
        }
    }
    found.sort();
    found
}
