//! What there is has a line: every setting, every route of the API and every command.

use std::collections::BTreeSet;
use std::process::Command;

use gatehouse::links::{API_ORGANIZATION, is_api};
use gatehouse::llm::catalog::PROVIDERS;
use gatehouse::routes::table;
use gatehouse::tenancy::Tenancy;

const API: &str = include_str!("../../docs/api.md");
const COMMANDS: &str = include_str!("../../docs/commands.md");
const CONFIGURATION: &str = include_str!("../../docs/configuration.md");
const SETTINGS: &str = include_str!("../../src/config/names.rs");

/// The names in a list of the settings' source.
fn settings(list: &str) -> Vec<&'static str> {
    let list = SETTINGS.split(&format!("const {list}:")).nth(1).expect("the list");
    let list = list.split_once('=').and_then(|(_, rest)| rest.split("];").next()).expect("names");
    let names: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 5, "{names:?}");
    names.into_iter().filter(|name| !name.ends_with("_FILE")).collect()
}

#[test]
fn every_setting_is_explained() {
    let single = settings("SINGLE").into_iter().map(|name| format!("`GATEHOUSE_{name}`"));
    let of_provider = settings("OF_PROVIDER").into_iter().map(|name| format!("__{name}`"));
    let shared = PROVIDERS.iter().map(|provider| format!("`{}`", provider.variable));
    for name in single.chain(of_provider).chain(shared) {
        assert!(CONFIGURATION.contains(&name), "{name} is missing in docs/configuration.md");
    }
}

#[test]
fn every_route_of_the_api_has_its_row_and_every_row_its_route() {
    let routes = [Tenancy::Multi, Tenancy::Single].map(table);
    let routes = routes.iter().flatten().filter(|route| is_api(&route.path));
    let routes: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    // What is below an organization's address, too, stands there once.
    let is_again = |route: &&String| routes.contains(&route.replace(API_ORGANIZATION, "/api"));
    let once: BTreeSet<&str> = routes
        .iter()
        .filter(|route| !route.contains(&format!("{API_ORGANIZATION}/")) || !is_again(route))
        .map(String::as_str)
        .collect();
    let rows = API.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let named: BTreeSet<&str> =
        rows.flat_map(|row| row.split('`')).filter(|text| text.contains(" /api")).collect();
    assert_eq!(named, once);
}

/// The commands below one, by its help.
fn commands(above: &[&str]) -> Vec<String> {
    let binary = env!("CARGO_BIN_EXE_gatehouse");
    let output = Command::new(binary).args(above).arg("--help").output().expect("help");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let list = help.split_once("\nCommands:\n").map_or("", |(_, list)| list);
    let list = list.lines().take_while(|line| !line.is_empty());
    let names = list.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn every_command_is_explained() {
    let all = commands(&[]);
    assert!(all.len() > 10, "{all:?}");
    for command in all {
        let rows = COMMANDS.lines().filter(|line| line.starts_with(&format!("| `gatehouse {command}")));
        let rows: String = rows.collect();
        assert!(!rows.is_empty(), "{command} is missing in docs/commands.md");
        for task in commands(&[&command]) {
            let ways =
                [format!("gatehouse {command} {task}"), format!("`{command} {task}"), format!("`{task}")];
            let is_there = ways.iter().any(|way| rows.contains(way));
            assert!(is_there, "{command} {task} is missing in docs/commands.md");
        }
    }
}
