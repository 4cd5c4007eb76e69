//! `gatehouse openapi`.

use std::path::Path;

use crate::config;
use crate::routes::document;

pub fn run(file: Option<&Path>) -> anyhow::Result<()> {
    say!("{}", document(config::tenancy_only(file)?).to_pretty_json()?);
    Ok(())
}
