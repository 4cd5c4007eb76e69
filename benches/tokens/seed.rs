//! Tokens of many projects.

use std::fmt::Write;

use chrono::{Duration, Utc};
use gatehouse::api_token::TokenText;
use gatehouse::random;
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::ground::data::{connect, settle};

/// The projects that have tokens.
const PROJECTS: usize = 100;
/// Rows of one statement.
const ROWS: usize = 500;

/// Fills the database at `url` with projects and so many tokens; gives the texts of the latter.
pub async fn tokens(url: &str, tokens: usize) -> anyhow::Result<Vec<String>> {
    let texts = (0..tokens).map(|_| TokenText::generate()).collect::<Result<Vec<_>, _>>()?;
    let connection = connect(url).await?;
    let tx = connection.begin().await?;
    tx.execute_unprepared(&projects()).await?;
    for (n, some) in texts.chunks(ROWS).enumerate() {
        tx.execute_unprepared(&rows(n * ROWS, some)?).await?;
    }
    tx.commit().await?;
    settle(connection).await?;
    Ok(texts.iter().map(|text| text.expose().to_owned()).collect())
}

fn projects() -> String {
    format!(
        "WITH RECURSIVE numbers (n) AS (
            SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {PROJECTS} - 1
         )
         INSERT INTO projects (id, organization_id, team_id, slug, name, is_default, created_at)
         SELECT 'bench-' || n, organization_id, teams.id, 'bench-' || n, 'Project ' || n, FALSE, 0
         FROM numbers CROSS JOIN teams WHERE teams.is_default"
    )
}

/// The tokens from number `first` on.
fn rows(first: usize, texts: &[TokenText]) -> anyhow::Result<String> {
    let now = Utc::now();
    let (now, expiry) = (now.timestamp_millis(), (now + Duration::days(90)).timestamp_millis());
    let mut sql =
        "INSERT INTO tokens (id, organization_id, project_id, name, prefix, hash, scopes, created_at,
        created_by, created_by_name, expires_at) VALUES "
            .to_owned();
    for (n, text) in (first..).zip(texts) {
        let (comma, id, project) = (if n == first { "" } else { "," }, random::id(), n % PROJECTS);
        let (prefix, hash) = (text.prefix(), text.hash());
        write!(
            sql,
            "{comma} ('{id}', 'default', 'bench-{project}', 'token {n}', '{prefix}', '{hash}', 'keys:resolve', {now},
                'bench', 'Ada', {expiry})"
        )?;
    }
    Ok(sql)
}
