//! `gatehouse org list | create`.

use std::path::Path;

use clap::Subcommand;

use super::output::counted;
use crate::config;
use crate::name::Name;
use crate::organization::operator::{Summary, list};

#[derive(Subcommand)]
pub enum Task {
    /// A line for each: its name, how many members it has, and how many owners who can come in.
    List,
    /// Refused in this version, which serves one organization.
    Create {
        /// What it would be called.
        #[arg(value_name = "NAME", value_parser = super::arguments::name)]
        name: Name,
    },
}

pub async fn run(file: Option<&Path>, task: Task) -> anyhow::Result<()> {
    if let Task::Create { name } = task {
        anyhow::bail!(
            "{} can't be created: GATEHOUSE_TENANCY is single, so this Gatehouse has one organization. An owner can \
             rename it under General",
            name.as_str()
        );
    }
    let db = super::opening::open_configured(file).await?;
    let configured = config::entrance_only(file).ok();
    let organizations = list(&db, configured.as_ref()).await;
    db.close().await;
    for Summary { name, members, owners } in organizations? {
        say!("{name}  {}  {}", counted(members, "member"), counted(owners, "owner"));
    }
    Ok(())
}
