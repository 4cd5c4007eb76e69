//! `gatehouse routes`.

use std::path::Path;

use clap::Args;

use crate::config;
use crate::routes::{Route, table};

#[derive(Args)]
pub struct Options {
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(file: Option<&Path>, options: &Options) -> anyhow::Result<()> {
    let routes = table(config::tenancy_only(file)?);
    if options.json {
        say!("{}", serde_json::to_string_pretty(&routes)?);
    } else {
        routes.iter().for_each(print);
    }
    Ok(())
}

fn print(route: &Route) {
    let who = format!("{:?}", route.who);
    say!("{:<6} {:<40} {who}", route.method.as_str(), route.path);
}
