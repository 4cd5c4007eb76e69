//! The settings file (TOML), read into the names that the environment has, too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Result};

pub(super) fn default_file() -> Option<PathBuf> {
    Some(PathBuf::from("gatehouse.toml")).filter(|path| path.exists())
}

pub(super) fn read_file(path: &Path, settings: &mut BTreeMap<String, String>) -> Result<()> {
    let unreadable = |e: String| ConfigError { variable: path.display().to_string(), problem: e };
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(e.to_string()))?;
    let table: toml::Table = text.parse().map_err(|e| unreadable(fault(&e, &text)))?;
    flatten("", &table, settings).map_err(unreadable)
}

/// What is wrong and where, but not what stands there, which may be a secret.
fn fault(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', ", "))
}

/// `[providers.google] kind = "google"` becomes `PROVIDERS__GOOGLE__KIND`; an array is joined by commas.
fn flatten(
    prefix: &str,
    table: &toml::Table,
    settings: &mut BTreeMap<String, String>,
) -> std::result::Result<(), String> {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.to_uppercase());
        if let toml::Value::Table(inner) = value {
            flatten(&format!("{name}__"), inner, settings)?;
        } else {
            settings.insert(name, text_of(key, value)?);
        }
    }
    Ok(())
}

fn text_of(key: &str, value: &toml::Value) -> std::result::Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(flag) => Ok(flag.to_string()),
        toml::Value::Array(items) => {
            let items: std::result::Result<Vec<_>, _> = items.iter().map(|item| text_of(key, item)).collect();
            Ok(items?.join(","))
        }
        _ => Err(format!("`{key}` has a value of a kind that no setting takes")),
    }
}
