//! Settings as names and texts, from the environment and the file.
//! The keys of LLM providers have names that are not ours, and come from the environment alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::{PREFIX, is_shared, setting};
use super::error::{ConfigError, Result, problem};
use super::file::{default_file, read_file};
use super::given::{self, bare};
use super::service_links::is_service_link;
use super::{names, service_links};

/// Settings by their name in upper case without the prefix; nested ones joined by `__`.
pub struct Source {
    /// As they were given, with what is around them.
    settings: BTreeMap<String, String>,
    /// Variables of the environment that other programs read, too, by their whole name.
    shared: BTreeMap<String, String>,
    /// Variables that begin like settings and are none.
    service_links: Vec<String>,
}

impl Source {
    /// Joins the file's settings and the environment's; the environment wins. What is empty is not set.
    pub fn load<I>(file: Option<&Path>, environment: I) -> Result<Self>
    where
        I: IntoIterator<Item = (String, String)>,
    {
        let (mut settings, mut shared, mut links) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        if let Some(path) = file.map(Path::to_owned).or_else(default_file) {
            read_file(&path, &mut settings)?;
        }
        for (name, value) in environment {
            if is_shared(&name) {
                shared.insert(name, value);
            } else if let Some(setting) = setting(&name) {
                if is_service_link(&name, &value) {
                    links.push(name);
                } else {
                    settings.insert(setting.to_owned(), value);
                }
            }
        }
        for all in [&mut settings, &mut shared] {
            all.retain(|_, value| !bare(value).is_empty());
        }
        Ok(Self { settings, shared, service_links: links })
    }

    /// Refuses names that are no setting: one that is misspelt must not be missed where a server starts.
    ///
    /// # Errors
    /// With the setting that was meant, if one is near.
    pub fn refuse_unknown(&self) -> Result<()> {
        names::refuse_unknown(&self.settings)
    }

    /// A line about variables that were passed over.
    pub fn remark(&self) -> Option<String> {
        service_links::remark(&self.service_links)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        debug_assert!(names::is_known(name), "{name} is missing among the names");
        self.settings.remove(name)
    }

    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Result<Option<T>> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let text = bare(&text);
        let value = given::one_line(text).and_then(|()| parse(text));
        value.map(Some).map_err(|sentence| problem(name, &sentence))
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

    /// A list separated by commas, each perhaps on a line of its own.
    pub fn list<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> std::result::Result<T, String>,
    ) -> Result<Vec<T>> {
        let text = self.take(name).unwrap_or_default();
        let items = bare(&text).split(',').map(bare).filter(|item| !item.is_empty());
        let read = |item| given::one_line(item).and_then(|()| parse(item));
        items
            .map(|item| read(item).map_err(|e| problem(name, &format!("`{}`: {e}", item.escape_debug()))))
            .collect()
    }

    /// A secret, given as itself or as `…_FILE`, the path of a file that holds it.
    pub fn secret(&mut self, name: &str) -> Result<Option<String>> {
        let text = self.secrets(name)?;
        text.map(|text| checked(&format!("{PREFIX}{name}"), &text)).transpose()
    }

    /// Secrets separated by commas, each perhaps on a line of its own.
    pub fn secret_list(&mut self, name: &str) -> Result<Option<String>> {
        let Some(text) = self.secrets(name)? else { return Ok(None) };
        let items: Vec<&str> = bare(&text).split(',').map(bare).collect();
        checked(&format!("{PREFIX}{name}"), &items.join(",")).map(Some)
    }

    fn secrets(&mut self, name: &str) -> Result<Option<String>> {
        let path = self.optional(&format!("{name}_FILE"), |text| Ok(PathBuf::from(text)))?;
        either(&format!("{PREFIX}{name}"), self.take(name), path)
    }

    /// A secret that other programs read, too, by its whole name, or as `…_FILE`.
    pub fn shared_secret(&mut self, name: &str) -> Result<Option<String>> {
        let path = self.shared.remove(&format!("{name}_FILE")).map(|path| PathBuf::from(bare(&path)));
        let text = either(name, self.shared.remove(name), path)?;
        text.map(|text| checked(name, &text)).transpose()
    }

    /// The names between `GROUP__` and the next `__`, in lower case.
    pub fn groups(&self, group: &str) -> Vec<String> {
        let prefix = format!("{group}__");
        let names = self.settings.keys().filter_map(|name| name.strip_prefix(&prefix)?.split_once("__"));
        let mut names: Vec<String> = names.map(|(name, _)| name.to_lowercase()).collect();
        names.dedup();
        names
    }

    /// Refuses settings that nothing asked for: those that a provider of another kind has.
    pub fn refuse_leftovers(&self) -> Result<()> {
        let leftover = self.settings.keys().next();
        leftover.map_or(Ok(()), |name| {
            Err(problem(name, "is not a setting of this kind of provider. Leave it out"))
        })
    }
}

/// The value as it was given, or what stands in the file.
fn either(variable: &str, value: Option<String>, path: Option<PathBuf>) -> Result<Option<String>> {
    let wrong = |variable: String, problem: String| Err(ConfigError { variable, problem });
    match (value, path) {
        (Some(_), Some(_)) => {
            wrong(variable.to_owned(), format!("is set, and {variable}_FILE too; leave one out"))
        }
        (None, Some(path)) => {
            given::file(&path).map(Some).or_else(|problem| wrong(format!("{variable}_FILE"), problem))
        }
        (value, None) => Ok(value),
    }
}

fn checked(variable: &str, text: &str) -> Result<String> {
    given::secret(text).map_err(|problem| ConfigError { variable: variable.to_owned(), problem })
}
