//! `gatehouse openapi`: the document of an installation behind https.

use std::path::Path;

use crate::config;
use crate::routes::document;
use crate::web::cookies::Cookies;

pub fn run(file: Option<&Path>) -> anyhow::Result<()> {
    say!("{}", document(config::tenancy_only(file)?, &Cookies::new(true)).to_pretty_json()?);
    Ok(())
}
