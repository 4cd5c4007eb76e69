//! The API's document says what is done, for both tenancies.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use gatehouse::authority::Who;
use gatehouse::routes::{Route, table};
use gatehouse::tenancy::Tenancy;
use serde_json::Value;

const TENANCIES: [(Tenancy, &str); 2] = [(Tenancy::Single, "single"), (Tenancy::Multi, "multi")];

/// What `gatehouse openapi` prints.
pub(super) fn document(tenancy: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .arg("openapi")
        .env("GATEHOUSE_TENANCY", tenancy)
        .output()
        .expect("printed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Each operation with its method and its path.
pub(super) fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &'_ Value)| -> Vec<String> {
        let methods = item.as_object().expect("an item").keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    let names = paths.iter().flat_map(of_path);
    names
        .map(|name| {
            let (method, path) = name.split_once(' ').expect("two words");
            let operation = &paths[path][method.to_lowercase()];
            (name, operation)
        })
        .collect()
}

#[test]
fn every_route_for_programs_is_in_it_and_nothing_else() {
    for (tenancy, name) in TENANCIES {
        let document = document(name);
        let told: BTreeSet<String> = operations(&document).into_iter().map(|(name, _)| name).collect();
        let routes = table(tenancy);
        let asked = routes.iter().filter(|route| route.path.starts_with("/api/") && !is_page(route));
        let asked: BTreeSet<String> = asked.map(|route| format!("{} {}", route.method, route.path)).collect();
        assert_eq!(told, asked);
    }
}

/// The document as pages.
fn is_page(route: &Route) -> bool {
    route.path.starts_with("/api/docs")
}

#[test]
fn ids_and_schemas_mean_one_thing() {
    for (tenancy, name) in TENANCIES {
        let document = document(name);
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} is {name}, too");
        }
        let mut schemas = BTreeMap::new();
        for route in table(tenancy) {
            for (name, schema) in route.operation.iter().flat_map(|operation| &operation.draft.schemas) {
                let schema = serde_json::to_value(schema).expect("JSON");
                assert_eq!(*schemas.entry(name.clone()).or_insert_with(|| schema.clone()), schema, "{name}");
            }
        }
    }
}

#[test]
fn what_it_refers_to_is_there() {
    for (_, name) in TENANCIES {
        let document = document(name);
        let text = document.to_string();
        let references = text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next());
        for reference in references {
            assert!(document.pointer(reference).is_some(), "{reference}");
        }
    }
}

#[test]
fn it_says_which_scope_a_token_needs() {
    let document = document("single");
    for route in table(Tenancy::Single).iter().filter(|route| route.operation.is_some()) {
        let operation = &document["paths"][&route.path][route.method.as_str().to_lowercase()];
        let ways = operation["security"].as_array().expect("ways").iter();
        let names = ways.flat_map(|way| way.as_object().expect("a way").keys());
        let tokens = names.filter(|name| name.starts_with("token")).map(|name| {
            let about = document["components"]["securitySchemes"][name]["description"].as_str();
            about.expect("a description").to_owned()
        });
        let tokens: Vec<String> = tokens.collect();
        let is_guarded = route.scope.is_some() && !matches!(route.who, Who::Anyone);
        assert_eq!(tokens.len(), usize::from(is_guarded), "{} {}", route.method, route.path);
        for (token, scope) in tokens.iter().zip(route.scope) {
            assert!(
                token.contains(&format!("`{}`", scope.name())),
                "{} {}: {token}",
                route.method,
                route.path
            );
        }
    }
}
