//! Every column that holds sealed values. A test finds `sealed_…` columns in the schema and compares.

/// A column of sealed values, and what each is bound to (rule 4.1): the table, the column, and the row's values in
/// `bound`. A value that is moved, or whose row is changed in one of these, does not open. The table's key is `id`.
#[derive(Debug)]
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    /// Only the last may contain `/`. No value (NULL) counts as an empty one.
    pub bound: &'static [&'static str],
}

/// The key that encrypts session cookies.
pub const COOKIE_KEY: SealedColumn =
    SealedColumn { table: "instance", column: "sealed_cookie_key", bound: &[] };
/// The keys of LLM providers.
pub const LLM_KEY: SealedColumn = SealedColumn {
    table: "llm_keys",
    column: "sealed_key",
    bound: &["organization_id", "id", "provider", "base_url"],
};

/// All of them, in the order in which `keys rewrap` goes through them.
pub const ALL: [&SealedColumn; 2] = [&COOKIE_KEY, &LLM_KEY];

impl SealedColumn {
    /// Where the value of one row stands; `values` are those of `bound`, in that order.
    pub fn place(&self, values: &[&str]) -> String {
        let mut place = format!("{}/{}", self.table, self.column);
        for value in values {
            place.push('/');
            place.push_str(value);
        }
        place
    }
}
