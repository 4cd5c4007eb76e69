//! What several organizations need: their former names in addresses, memberships that can be suspended and tell when
//! they were opened, sessions that know how they came about, and rows that belong to the installation rather than to an
//! organization. The address of a membership is its own from here on: where it follows the account's, the code sees to
//! it. SQLite's trigram index learns whose a row is.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: &[&str] = &[
    // The keys of the environment are the operator's: a tenant gets them when the operator says so.
    "ALTER TABLE organizations ADD COLUMN env_fallback BOOLEAN NOT NULL DEFAULT FALSE",
    "UPDATE organizations SET env_fallback = TRUE WHERE id = 'default'",
    "CREATE TABLE organization_slugs (
        slug TEXT PRIMARY KEY,
        organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
        retired_at BIGINT,
        given_up_at BIGINT
    )",
    "CREATE INDEX organization_slugs_organization ON organization_slugs (organization_id)",
    "INSERT INTO organization_slugs (slug, organization_id) SELECT slug, id FROM organizations",
    // Of memberships that are gone: who was suspended does not come back by deleting their account.
    "CREATE TABLE suspensions (
        organization_id TEXT NOT NULL REFERENCES organizations(id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (organization_id, email)
    )",
    "ALTER TABLE sessions ADD COLUMN provider TEXT",
    "ALTER TABLE sessions ADD COLUMN organization_id TEXT",
    "CREATE INDEX invites_address ON invites (email, state)",
    "CREATE INDEX organizations_awaited_owner ON organizations (awaited_owner)",
];

/// Whether a member can come in is computed again; its indexes go and come with it.
const STATUS_INDEXES: [(&str, &str); 3] = [
    ("memberships_status_by_name", "organization_id, status, name, id, email"),
    ("memberships_status_by_joined", "organization_id, status, joined_at, id, name, email"),
    ("memberships_status_by_seen", "organization_id, status, last_seen_at, id, name, email"),
];
const STATUS: &str = "CASE WHEN account <> 'active' THEN account
        WHEN suspended_at IS NOT NULL THEN 'deactivated'
        WHEN locked_out_at IS NOT NULL THEN 'locked_out'
        ELSE 'active' END";
const FORMER_STATUS: &str = "CASE WHEN account <> 'active' THEN account
        WHEN locked_out_at IS NOT NULL THEN 'locked_out'
        ELSE 'active' END";

/// A copy of the name alone, and a slug in the table of all slugs for whatever way an organization comes about.
const SQLITE_TRIGGERS: &[&str] = &[
    "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name ON users BEGIN
        UPDATE memberships SET name = new.name WHERE user_id = new.id;
    END",
    "CREATE TRIGGER organizations_slug AFTER INSERT ON organizations BEGIN
        INSERT INTO organization_slugs (slug, organization_id) VALUES (new.slug, new.id);
    END",
    "CREATE TRIGGER memberships_suspension_renews_sessions AFTER UPDATE OF suspended_at ON memberships
        WHEN old.suspended_at IS NOT NULL AND new.suspended_at IS NULL
    BEGIN
        UPDATE sessions SET renewal_due = TRUE WHERE user_id = new.user_id;
    END",
];
const POSTGRES_TRIGGERS: &[&str] = &[
    "CREATE OR REPLACE FUNCTION users_rename_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE memberships SET name = NEW.name WHERE user_id = NEW.id;
        RETURN NULL;
    END $$",
    "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name ON users
        FOR EACH ROW EXECUTE FUNCTION users_rename_memberships()",
    "CREATE FUNCTION organizations_slug() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO organization_slugs (slug, organization_id) VALUES (NEW.slug, NEW.id);
        RETURN NULL;
    END $$",
    "CREATE TRIGGER organizations_slug AFTER INSERT ON organizations
        FOR EACH ROW EXECUTE FUNCTION organizations_slug()",
    "CREATE TRIGGER memberships_suspension_renews_sessions AFTER UPDATE OF suspended_at ON memberships
        FOR EACH ROW WHEN (OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL)
        EXECUTE FUNCTION renew_sessions()",
];

/// With the end of the organization's id beside names and addresses, so that a search reads one organization's rows.
const SQLITE_SEARCH: &[&str] = &[
    "CREATE VIEW member_texts AS
        SELECT id, substr(organization_id, -8) AS organization, name, email FROM memberships",
    "CREATE VIRTUAL TABLE member_search USING fts5 (
        organization, name, email, content = 'member_texts', content_rowid = 'id', tokenize = 'trigram'
    )",
    "CREATE TRIGGER memberships_search_insert AFTER INSERT ON memberships BEGIN
        INSERT INTO member_search (rowid, organization, name, email)
            VALUES (new.id, substr(new.organization_id, -8), new.name, new.email);
    END",
    "CREATE TRIGGER memberships_search_delete AFTER DELETE ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, organization, name, email)
            VALUES ('delete', old.id, substr(old.organization_id, -8), old.name, old.email);
    END",
    "CREATE TRIGGER memberships_search_update AFTER UPDATE OF organization_id, name, email ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, organization, name, email)
            VALUES ('delete', old.id, substr(old.organization_id, -8), old.name, old.email);
        INSERT INTO member_search (rowid, organization, name, email)
            VALUES (new.id, substr(new.organization_id, -8), new.name, new.email);
    END",
    "INSERT INTO member_search (member_search) VALUES ('rebuild')",
];
const FORMER_SQLITE_SEARCH: &[&str] = &[
    "CREATE VIRTUAL TABLE member_search USING fts5 (
        name, email, content = 'memberships', content_rowid = 'id', tokenize = 'trigram'
    )",
    "CREATE TRIGGER memberships_search_insert AFTER INSERT ON memberships BEGIN
        INSERT INTO member_search (rowid, name, email) VALUES (new.id, new.name, new.email);
    END",
    "CREATE TRIGGER memberships_search_delete AFTER DELETE ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, name, email)
            VALUES ('delete', old.id, old.name, old.email);
    END",
    "CREATE TRIGGER memberships_search_update AFTER UPDATE OF name, email ON memberships BEGIN
        INSERT INTO member_search (member_search, rowid, name, email)
            VALUES ('delete', old.id, old.name, old.email);
        INSERT INTO member_search (rowid, name, email) VALUES (new.id, new.name, new.email);
    END",
    "INSERT INTO member_search (member_search) VALUES ('rebuild')",
];
const DROP_SQLITE_SEARCH: &[&str] = &[
    "DROP TRIGGER memberships_search_update",
    "DROP TRIGGER memberships_search_delete",
    "DROP TRIGGER memberships_search_insert",
    "DROP TABLE member_search",
];

/// Tables whose rows may belong to no organization: SQLite has to make them again to say so.
struct Rebuilt {
    name: &'static str,
    columns: &'static str,
    indexes: &'static [&'static str],
}

const DENIALS: Rebuilt = Rebuilt {
    name: "denials",
    columns: "id TEXT PRIMARY KEY,
        organization_id TEXT {null} REFERENCES organizations(id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        provider TEXT NOT NULL,
        decided_by TEXT NOT NULL,
        detail TEXT NOT NULL,
        times BIGINT NOT NULL,
        last_at BIGINT NOT NULL",
    indexes: &[
        "CREATE INDEX denials_organization_last ON denials (organization_id, last_at)",
        "CREATE INDEX denials_last ON denials (last_at)",
    ],
};
const OUTBOX: Rebuilt = Rebuilt {
    name: "outbox",
    columns: "id TEXT PRIMARY KEY,
        organization_id TEXT {null} REFERENCES organizations(id) ON DELETE CASCADE,
        recipient TEXT NOT NULL,
        letter TEXT NOT NULL,
        message_id TEXT NOT NULL,
        state TEXT NOT NULL CHECK
            (state IN ('queued', 'sending', 'sent', 'retrying', 'refused', 'cancelled')),
        attempts BIGINT NOT NULL,
        next_at BIGINT NOT NULL,
        claimed_until BIGINT,
        reason TEXT,
        created_at BIGINT NOT NULL,
        sent_at BIGINT",
    indexes: &[
        "CREATE INDEX outbox_due ON outbox (state, next_at)",
        "CREATE INDEX outbox_organization ON outbox (organization_id, created_at)",
    ],
};

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await?;
        drop_status(manager).await?;
        dialect::run(
            manager,
            &[
                "ALTER TABLE memberships ADD COLUMN suspended_at BIGINT",
                "ALTER TABLE memberships ADD COLUMN opened_at BIGINT",
            ],
        )
        .await?;
        add_status(manager, STATUS).await?;
        if dialect::is_postgres(manager) {
            dialect::run(manager, &["DROP TRIGGER users_rename_memberships ON users"]).await?;
            dialect::run(manager, POSTGRES_TRIGGERS).await?;
        } else {
            dialect::run(manager, &["DROP TRIGGER users_rename_memberships"]).await?;
            dialect::run(manager, SQLITE_TRIGGERS).await?;
            dialect::run(manager, DROP_SQLITE_SEARCH).await?;
            dialect::run(manager, SQLITE_SEARCH).await?;
        }
        dialect::run(manager, &["DROP INDEX denials_organization_email"]).await?;
        allow_none(manager, &DENIALS, true).await?;
        allow_none(manager, &OUTBOX, true).await?;
        let unique = "CREATE UNIQUE INDEX denials_organization_email
            ON denials ((COALESCE(organization_id, '')), email)";
        dialect::run(manager, &[unique]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let none_is_left = &[
            "DELETE FROM denials WHERE organization_id IS NULL",
            "DELETE FROM outbox WHERE organization_id IS NULL",
            "DROP INDEX denials_organization_email",
        ];
        dialect::run(manager, none_is_left).await?;
        allow_none(manager, &OUTBOX, false).await?;
        allow_none(manager, &DENIALS, false).await?;
        let unique = "CREATE UNIQUE INDEX denials_organization_email ON denials (organization_id, email)";
        dialect::run(manager, &[unique]).await?;
        // Who is suspended stays out: of the organization that is served from then on by their account, for which
        // suspension stands there; of others as whom the rules leave out. An address is the account's again.
        let memberships = &[
            "UPDATE users SET status = 'deactivated' WHERE id IN (SELECT user_id FROM memberships
                WHERE suspended_at IS NOT NULL AND organization_id = 'default')",
            "UPDATE memberships SET locked_out_at = suspended_at
                WHERE suspended_at IS NOT NULL AND locked_out_at IS NULL AND organization_id <> 'default'",
            "UPDATE memberships SET email = (SELECT email FROM users WHERE users.id = memberships.user_id)
                WHERE email <> (SELECT email FROM users WHERE users.id = memberships.user_id)",
        ];
        dialect::run(manager, memberships).await?;
        drop_triggers(manager).await?;
        drop_status(manager).await?;
        dialect::run(
            manager,
            &[
                "ALTER TABLE memberships DROP COLUMN opened_at",
                "ALTER TABLE memberships DROP COLUMN suspended_at",
            ],
        )
        .await?;
        add_status(manager, FORMER_STATUS).await?;
        dialect::run(
            manager,
            &[
                "DROP INDEX organizations_awaited_owner",
                "DROP INDEX invites_address",
                "ALTER TABLE sessions DROP COLUMN organization_id",
                "ALTER TABLE sessions DROP COLUMN provider",
                "DROP TABLE suspensions",
                "DROP TABLE organization_slugs",
                "ALTER TABLE organizations DROP COLUMN env_fallback",
            ],
        )
        .await
    }
}

/// Takes the triggers back, and makes those of before.
async fn drop_triggers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if dialect::is_postgres(manager) {
        let back = &[
            "DROP TRIGGER memberships_suspension_renews_sessions ON memberships",
            "DROP TRIGGER organizations_slug ON organizations",
            "DROP FUNCTION organizations_slug",
            "DROP TRIGGER users_rename_memberships ON users",
            "CREATE OR REPLACE FUNCTION users_rename_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE memberships SET name = NEW.name, email = NEW.email WHERE user_id = NEW.id;
                RETURN NULL;
            END $$",
            "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name, email ON users
                FOR EACH ROW EXECUTE FUNCTION users_rename_memberships()",
        ];
        return dialect::run(manager, back).await;
    }
    let back = &[
        "DROP TRIGGER memberships_suspension_renews_sessions",
        "DROP TRIGGER organizations_slug",
        "DROP TRIGGER users_rename_memberships",
        "CREATE TRIGGER users_rename_memberships AFTER UPDATE OF name, email ON users BEGIN
            UPDATE memberships SET name = new.name, email = new.email WHERE user_id = new.id;
        END",
    ];
    dialect::run(manager, back).await?;
    dialect::run(manager, DROP_SQLITE_SEARCH).await?;
    dialect::run(manager, &["DROP VIEW member_texts"]).await?;
    dialect::run(manager, FORMER_SQLITE_SEARCH).await
}

async fn drop_status(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (index, _) in STATUS_INDEXES {
        dialect::run(manager, &[&format!("DROP INDEX {index}")]).await?;
    }
    dialect::run(manager, &["ALTER TABLE memberships DROP COLUMN status"]).await
}

async fn add_status(manager: &SchemaManager<'_>, status: &str) -> Result<(), DbErr> {
    let add = "ALTER TABLE memberships ADD COLUMN status TEXT GENERATED ALWAYS AS";
    dialect::run(manager, &[&format!("{add} ({status}) {{generated}}")]).await?;
    for (index, columns) in STATUS_INDEXES {
        dialect::run(manager, &[&format!("CREATE INDEX {index} ON memberships ({columns})")]).await?;
    }
    Ok(())
}

/// Lets rows of a table belong to no organization, or forbids it again.
async fn allow_none(manager: &SchemaManager<'_>, table: &Rebuilt, allow: bool) -> Result<(), DbErr> {
    let Rebuilt { name, columns, indexes } = table;
    if dialect::is_postgres(manager) {
        let verb = if allow { "DROP" } else { "SET" };
        let alter = format!("ALTER TABLE {name} ALTER COLUMN organization_id {verb} NOT NULL");
        return dialect::run(manager, &[&alter]).await;
    }
    let columns = columns.replace("{null}", if allow { "" } else { "NOT NULL" });
    dialect::run(
        manager,
        &[
            &format!("CREATE TABLE new_{name} ({columns})"),
            &format!("INSERT INTO new_{name} SELECT * FROM {name}"),
            &format!("DROP TABLE {name}"),
            &format!("ALTER TABLE new_{name} RENAME TO {name}"),
        ],
    )
    .await?;
    dialect::run(manager, indexes).await
}
