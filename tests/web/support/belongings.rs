//! Whether everything in a database belongs to something that is there.

use super::TestApp;

/// What must be true of every table at any moment, as one query that names what is not.
pub struct Belongings(String);

impl Belongings {
    /// Of the tables that there are now.
    pub async fn of(app: &TestApp) -> Self {
        let mut complaints: Vec<String> = ALWAYS.iter().map(|complaint| (*complaint).to_owned()).collect();
        for (column, whose) in [("organization_id", "organizations"), ("user_id", "users")] {
            for table in app.texts(&tables_with(column, app.is_sqlite())).await {
                complaints.push(format!(
                    "SELECT '{table}: ' || {column} FROM {table} WHERE {column} <> ''
                     AND NOT EXISTS (SELECT 1 FROM {whose} w WHERE w.id = {table}.{column})"
                ));
            }
        }
        assert!(complaints.len() > 15, "the tables are found: {complaints:?}");
        Self(complaints.join(" UNION ALL "))
    }

    /// What points to nothing, and whatever else is not as it must be.
    pub async fn missing(&self, app: &TestApp) -> Vec<String> {
        app.texts(&self.0).await
    }
}

const ALWAYS: [&str; 3] = [
    "SELECT 'without an owner: ' || o.slug FROM organizations o WHERE o.state <> 'purging' AND NOT EXISTS
        (SELECT 1 FROM memberships m WHERE m.organization_id = o.id AND m.role = 'owner' AND m.status = 'active')",
    "SELECT 'without its address: ' || o.slug FROM organizations o WHERE NOT EXISTS
        (SELECT 1 FROM organization_slugs s
         WHERE s.slug = o.slug AND s.organization_id = o.id AND s.retired_at IS NULL)",
    "SELECT 'without settings: ' || o.slug FROM organizations o WHERE NOT EXISTS
        (SELECT 1 FROM org_settings s WHERE s.organization_id = o.id)",
];

fn tables_with(column: &str, is_sqlite: bool) -> String {
    let found = if is_sqlite {
        format!(
            "SELECT t.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND c.name = '{column}'"
        )
    } else {
        format!(
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = '{column}'"
        )
    };
    format!("SELECT name FROM ({found}) AS found WHERE name NOT LIKE 'kept%' ORDER BY name")
}
