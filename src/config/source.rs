//! Settings as names and texts, from the environment and the file, with a memory of which were asked for.
//! The keys of LLM providers have names that are not ours, and come from the environment alone.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{ConfigError, Result, problem};
use crate::llm_keys::catalog::PROVIDERS;

/// What begins the name of every setting in the environment.
const PREFIX: &str = "GATEHOUSE_";

/// Settings by their name in upper case without the prefix; nested ones joined by `__`.
pub struct Source {
    settings: BTreeMap<String, String>,
    /// Variables of the environment that other programs read, too, by their whole name.
    shared: BTreeMap<String, String>,
    asked: Vec<String>,
}

impl Source {
    /// Joins the file's settings and the environment's; the environment wins.
    pub fn load<I>(file: Option<&Path>, environment: I) -> Result<Self>
    where
        I: IntoIterator<Item = (String, String)>,
    {
        let (mut settings, mut shared) = (BTreeMap::new(), BTreeMap::new());
        if let Some(path) = file.map(Path::to_owned).or_else(default_file) {
            read_file(&path, &mut settings)?;
        }
        for (name, value) in environment {
            if let Some(name) = name.strip_prefix(PREFIX) {
                settings.insert(name.to_owned(), value);
            } else if is_shared(&name) {
                shared.insert(name, value);
            }
        }
        settings.retain(|_, value| !value.is_empty());
        shared.retain(|_, value| !value.trim().is_empty());
        Ok(Self { settings, shared, asked: Vec::new() })
    }

    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<Option<T>> {
        self.asked.push(name.to_owned());
        let Some(text) = self.settings.remove(name) else { return Ok(None) };
        parse(text.trim()).map(Some).map_err(|sentence| problem(name, &sentence))
    }

    pub fn required<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<T> {
        self.optional(name, parse)?.ok_or_else(|| problem(name, "is missing"))
    }

    pub fn parsed<T>(
        &mut self,
        name: &str,
        default: &str,
        parse: impl Fn(&str) -> std::result::Result<T, String>,
    ) -> Result<T> {
        match self.optional(name, &parse)? {
            Some(value) => Ok(value),
            None => parse(default).map_err(|sentence| problem(name, &sentence)),
        }
    }

    /// A list separated by commas.
    pub fn list<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> std::result::Result<T, String>,
    ) -> Result<Vec<T>> {
        let split = |text: &str| {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(|item| parse(item).map_err(|e| format!("`{item}`: {e}"))).collect()
        };
        Ok(self.optional(name, split)?.unwrap_or_default())
    }

    /// A secret, given as itself or as `…_FILE`, the path of a file that holds it.
    pub fn secret(&mut self, name: &str) -> Result<Option<String>> {
        let file = format!("{name}_FILE");
        let path = self.optional(&file, |text| Ok(PathBuf::from(text)))?;
        let value = self.optional(name, |text| Ok(text.to_owned()))?;
        either(&format!("{PREFIX}{name}"), value, path)
    }

    /// A secret that other programs read, too, by its whole name, or as `…_FILE`.
    pub fn shared_secret(&mut self, name: &str) -> Result<Option<String>> {
        let path = self.shared.remove(&format!("{name}_FILE")).map(PathBuf::from);
        either(name, self.shared.remove(name), path)
    }

    /// The names between `GROUP__` and the next `__`, in lower case.
    pub fn groups(&self, group: &str) -> Vec<String> {
        let prefix = format!("{group}__");
        let names = self.settings.keys().filter_map(|name| name.strip_prefix(&prefix)?.split_once("__"));
        let mut names: Vec<String> = names.map(|(name, _)| name.to_lowercase()).collect();
        names.dedup();
        names
    }

    /// Refuses settings that nothing asked for, and suggests what was meant.
    pub fn refuse_leftovers(&self) -> Result<()> {
        let Some(unknown) = self.settings.keys().next() else { return Ok(()) };
        let near = self.asked.iter().map(|known| (strsim::damerau_levenshtein(known, unknown), known)).min();
        let cure = match near {
            Some((distance, known)) if distance <= 4 => format!("Did you mean {PREFIX}{known}?"),
            _ => "See the README for the list".to_owned(),
        };
        Err(problem(unknown, &format!("is not a setting. {cure}")))
    }
}

/// The variables of the environment that may be settings.
///
/// # Errors
/// When one of them is no text.
pub fn environment() -> Result<Vec<(String, String)>> {
    let ours = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX) || is_shared(name))?;
        Some((name, value))
    });
    let read = |(variable, value): (String, OsString)| match value.into_string() {
        Ok(text) => Ok((variable, text)),
        Err(_) => Err(ConfigError { variable, problem: "is not UTF-8".to_owned() }),
    };
    ours.map(read).collect()
}

fn is_shared(name: &str) -> bool {
    let name = name.strip_suffix("_FILE").unwrap_or(name);
    PROVIDERS.iter().any(|provider| provider.variable == name)
}

/// The value itself, or what stands in the file.
fn either(variable: &str, value: Option<String>, path: Option<PathBuf>) -> Result<Option<String>> {
    let wrong = |variable: String, problem: String| Err(ConfigError { variable, problem });
    match (value, path) {
        (Some(_), Some(_)) => {
            wrong(variable.to_owned(), format!("is set, and {variable}_FILE too; leave one out"))
        }
        (Some(value), None) => Ok(Some(value)),
        (None, Some(path)) => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            // Its name is not repeated: who mistook the variable has put the secret there.
            Err(e) => wrong(format!("{variable}_FILE"), format!("names a file that can't be read: {e}")),
        },
        (None, None) => Ok(None),
    }
}

fn default_file() -> Option<PathBuf> {
    Some(PathBuf::from("gatehouse.toml")).filter(|path| path.exists())
}

fn read_file(path: &Path, settings: &mut BTreeMap<String, String>) -> Result<()> {
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
