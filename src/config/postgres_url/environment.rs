//! What libpq and the driver take from the environment where the address does not say it. The driver takes
//! `PGPORT=port` or `PGSSLMODE=verify_full` for nothing, without a word.

use super::parameter::Parameter;

const VARIABLES: [(&str, &str); 8] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
];

/// Adds what the parameters don't say yet.
pub(super) fn add_environment(parameters: &mut Vec<Parameter>, environment: impl Fn(&str) -> Option<String>) {
    for (name, variable) in VARIABLES {
        if parameters.iter().any(|parameter| parameter.name == name) {
            continue;
        }
        let value = environment(variable).filter(|value| !value.is_empty());
        parameters.extend(value.map(|value| Parameter {
            value: if name == "sslmode" { value.to_lowercase() } else { value },
            variable: Some(variable),
            name: name.to_owned(),
        }));
    }
}
