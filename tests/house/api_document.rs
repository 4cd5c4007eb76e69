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

/// The names of the headers that an operation takes.
fn headers(operation: &Value) -> Vec<&str> {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let headers = parameters.filter(|parameter| parameter["in"] == "header");
    headers.map(|header| header["name"].as_str().expect("a name")).collect()
}

#[test]
fn what_is_posted_takes_a_key_and_what_is_read_and_changed_takes_tags() {
    for (_, name) in TENANCIES {
        let document = document(name);
        for (name, operation) in operations(&document) {
            let (method, path) = name.split_once(' ').expect("two words");
            let has = |methods: &[&str]| methods.iter().any(|m| document["paths"][path][m].is_object());
            let read = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"];
            let is_list = read["schema"]["$ref"].as_str().is_some_and(|schema| schema.ends_with("List"));
            let is_edited = has(&["get"]) && !is_list && has(&["put", "patch", "delete"]);
            let expected = match method {
                "POST" => vec!["Idempotency-Key"],
                "GET" if is_edited => vec!["If-None-Match"],
                "PUT" | "PATCH" | "DELETE" if is_edited => vec!["If-Match"],
                _ => Vec::new(),
            };
            assert_eq!(headers(operation), expected, "{name}");
            let responses = &operation["responses"];
            assert_eq!(responses["412"].is_object(), is_edited && expected == ["If-Match"], "{name}");
            assert_eq!(responses["304"].is_object(), expected == ["If-None-Match"], "{name}");
        }
    }
}

/// Every field of a schema, with those of the schemas that it is made of.
fn fields<'a>(document: &'a Value, schema: &'a Value) -> Vec<(&'a String, &'a Value)> {
    let named = schema["$ref"].as_str().and_then(|reference| document.pointer(&reference[1..]));
    let parts = named.into_iter().chain(schema["allOf"].as_array().into_iter().flatten());
    let own = schema["properties"].as_object().into_iter().flatten();
    own.chain(parts.flat_map(|part| fields(document, part))).collect()
}

// An answer to a POST is kept for a day: what is marked so is left out.
#[test]
fn what_no_one_but_the_first_may_have_is_marked_as_shown_once() {
    let document = document("multi");
    let mut marked = BTreeSet::new();
    for (name, operation) in operations(&document).into_iter().filter(|(name, _)| name.starts_with("POST")) {
        let good = ["200", "201"].into_iter().map(|status| &operation["responses"][status]["content"]);
        for schema in good.map(|content| &content["application/json"]["schema"]) {
            for (field, schema) in fields(&document, schema) {
                let is_secret = ["token", "secret", "key", "link", "url"].contains(&field.as_str());
                let is_marked = schema["x-shown-once"] == true;
                assert!(is_marked || !is_secret, "{name}: {field}");
                marked.extend(is_marked.then(|| format!("{name} {field}")));
            }
        }
    }
    assert!(marked.contains("POST /api/me/tokens token"), "{marked:?}");
}
