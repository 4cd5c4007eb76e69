//! A database behind the application's back: the one place where tests run SQL (`house::world`), with names for what many
//! of them write or ask.

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    QueryResult, Statement, TransactionTrait, Value,
};

/// A connection of a test's own.
pub struct World(DatabaseConnection);

impl World {
    /// Connects to the database at `url`, once.
    pub async fn at(url: &str) -> Self {
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).max_connections(1);
        Self(Database::connect(options).await.expect("connected"))
    }

    pub async fn close(self) {
        self.0.close().await.expect("closed");
    }

    /// For entities and migrations.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0
    }

    pub fn is_sqlite(&self) -> bool {
        self.0.get_database_backend() == DbBackend::Sqlite
    }

    /// Runs a statement with its values.
    pub async fn run<const N: usize>(&self, sql: &str, values: [Value; N]) {
        self.change(sql, values).await;
    }

    /// The same; tells how many rows it has changed.
    pub async fn change<const N: usize>(&self, sql: &str, values: [Value; N]) -> u64 {
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, values);
        self.0.execute_raw(statement).await.expect(sql).rows_affected()
    }

    /// Runs statements, one after the other.
    pub async fn script(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect(sql);
    }

    /// Whether the database refuses a statement.
    pub async fn refuses(&self, sql: &str) -> bool {
        self.0.execute_unprepared(sql).await.is_err()
    }

    /// A number.
    pub async fn count(&self, sql: &str) -> i64 {
        let [row] = self.rows(sql, []).await.try_into().expect("a row");
        row.try_get_by_index(0).expect("a number")
    }

    /// A column of texts.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.rows(sql, []).await;
        rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
    }

    /// Rows, to be read by the names of their columns.
    pub async fn rows(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Vec<QueryResult> {
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, values);
        self.0.query_all_raw(statement).await.expect(sql)
    }

    /// How the database would carry a statement out, in its own words.
    pub async fn plan(&self, statement: Statement) -> String {
        let (explain, column) =
            if self.is_sqlite() { ("EXPLAIN QUERY PLAN", "detail") } else { ("EXPLAIN", "QUERY PLAN") };
        let values = statement.values.map(|values| values.0).unwrap_or_default();
        let rows = self.rows(&format!("{explain} {}", statement.sql), values).await;
        let lines = rows.into_iter().map(|row| row.try_get::<String>("", column).expect("a line"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Every row of a table, as text.
    pub async fn dump(&self, table: &str) -> Vec<String> {
        let sql = if self.is_sqlite() {
            let columns = self.texts(&format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let cells: Vec<String> =
                columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), '')")).collect();
            format!("SELECT {} FROM {table}", cells.join(" || ' ' || "))
        } else {
            format!("SELECT CAST(row_to_json(t) AS TEXT) FROM {table} t")
        };
        self.texts(&sql).await
    }

    /// Makes anyone who writes wait until it ends.
    pub async fn hold(&self) -> Held {
        self.begin("UPDATE org_settings SET version = version").await
    }

    /// Runs a statement, and keeps what it has locked.
    pub async fn begin(&self, sql: &str) -> Held {
        let held = Held(self.0.begin().await.expect("begun"));
        held.run(sql).await;
        held
    }

    /// How many rows a table has.
    pub async fn rows_in(&self, table: &str) -> i64 {
        self.count(&format!("SELECT count(*) FROM {table}")).await
    }

    /// How many events there are of an action.
    pub async fn events_of(&self, action: &str) -> i64 {
        self.count(&format!("SELECT count(*) FROM events WHERE action = '{action}'")).await
    }

    /// The id of the person whose account has this address.
    pub async fn id_of(&self, email: &str) -> String {
        self.texts(&format!("SELECT id FROM users WHERE email = '{email}'")).await.remove(0)
    }

    /// Changes the role of members with this address.
    pub async fn change_role(&self, email: &str, role: &str) {
        self.run("UPDATE memberships SET role = $2 WHERE email = $1", [email.into(), role.into()]).await;
    }

    pub async fn deactivate(&self, email: &str) {
        self.run("UPDATE users SET status = 'deactivated' WHERE email = $1", [email.into()]).await;
    }

    /// As rules do that allow a member no more.
    pub async fn lock_out(&self, email: &str) {
        self.run("UPDATE memberships SET locked_out_at = 1 WHERE email = $1", [email.into()]).await;
    }

    /// Takes the members with this address out of their organizations.
    pub async fn remove_member(&self, email: &str) {
        self.run("DELETE FROM memberships WHERE email = $1", [email.into()]).await;
    }

    pub async fn make_operator(&self, email: &str) {
        self.run("UPDATE users SET operator = TRUE WHERE email = $1", [email.into()]).await;
    }

    /// Has everyone sign in again before what takes a fresh sign-in.
    pub async fn forget_sign_ins(&self) {
        self.run("UPDATE sessions SET authenticated_at = NULL", []).await;
    }

    /// As if the installation had had its first person.
    pub async fn claim_installation(&self) {
        self.run("UPDATE instance SET claimed_at = 1", []).await;
    }
}

/// What has been written and is not committed.
pub struct Held(DatabaseTransaction);

impl Held {
    pub async fn run(&self, sql: &str) {
        self.0.execute_unprepared(sql).await.expect(sql);
    }

    pub async fn commit(self) {
        self.0.commit().await.expect("committed");
    }

    pub async fn rollback(self) {
        self.0.rollback().await.expect("rolled back");
    }
}
