//! Settings as names and texts, from the environment and the file, with a memory of which were asked for.
//! The keys of LLM providers have names that are not ours, and come from the environment alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::{PREFIX, is_shared};
use super::error::{ConfigError, Result, problem};
use super::file::{default_file, read_file};

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
