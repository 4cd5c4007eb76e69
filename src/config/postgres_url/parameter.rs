//! A parameter of a connection, and where it comes from.

use crate::config::error::{ConfigError, problem};

/// A parameter by libpq's name.
#[derive(Clone)]
pub(super) struct Parameter {
    pub name: String,
    pub value: String,
    /// The variable that says it where the address does not: `PGHOST`.
    pub variable: Option<&'static str>,
}

impl Parameter {
    /// One that the address says.
    pub fn new(name: &str, value: String) -> Self {
        Self { name: name.to_owned(), value, variable: None }
    }

    /// What is wrong with it, said of the variable that it comes from.
    pub fn wrong(&self, sentence: &str) -> ConfigError {
        match self.variable {
            Some(variable) => ConfigError { variable: variable.to_owned(), problem: sentence.to_owned() },
            None => wrong_address(sentence),
        }
    }
}

/// What is wrong with the address itself.
pub(super) fn wrong_address(sentence: &str) -> ConfigError {
    problem("DATABASE_URL", sentence)
}
