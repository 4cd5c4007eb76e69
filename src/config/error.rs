//! What is said of a setting that can't be used.

/// A setting that is missing, unknown or malformed. The process ends with code 78 (`EX_CONFIG`).
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: String,
    pub problem: String,
}

/// What reading a setting gives.
pub type Result<T> = std::result::Result<T, ConfigError>;

/// What is wrong with the setting of this name, without its prefix.
pub fn problem(name: &str, problem: &str) -> ConfigError {
    ConfigError { variable: format!("GATEHOUSE_{name}"), problem: problem.to_owned() }
}
