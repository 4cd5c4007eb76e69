//! Every column that holds sealed values. A test finds `sealed_…` columns in the schema and compares.

/// A column of sealed values, and what each is bound to (rule 4.1): the table, the column, and the row's values in
/// `bound`. A value that is moved, or whose row is changed in one of these, does not open. The table's key is `id`.
#[derive(Debug)]
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    /// Only the last may contain `/`. No value (NULL) counts as an empty one.
    pub bound: &'static [&'static str],
    /// Bound, too, where there is a value: a row without one opens as it did before the column was there.
    pub bound_if_any: &'static [&'static str],
}

/// The key that encrypts session cookies.
pub const COOKIE_KEY: SealedColumn =
    SealedColumn { table: "instance", column: "sealed_cookie_key", bound: &[], bound_if_any: &[] };
/// The keys of LLM providers.
pub const LLM_KEY: SealedColumn = SealedColumn {
    table: "llm_keys",
    column: "sealed_key",
    bound: &["organization_id", "id", "provider", "base_url"],
    bound_if_any: &["project_id"],
};
/// The secrets of people's authenticator apps.
pub const AUTHENTICATOR_SECRET: SealedColumn = SealedColumn {
    table: "authenticator_apps",
    column: "sealed_secret",
    bound: &["user_id", "id"],
    bound_if_any: &[],
};

/// All of them, in the order in which `keys rewrap` goes through them.
pub const ALL: [&SealedColumn; 3] = [&COOKIE_KEY, &LLM_KEY, &AUTHENTICATOR_SECRET];

impl SealedColumn {
    /// Where the value of one row stands; `values` are those of `bound`, in that order, `if_any` those of `bound_if_any`.
    pub fn place(&self, values: &[&str], if_any: &[&str]) -> String {
        let mut place = format!("{}/{}", self.table, self.column);
        // No id has an equals sign in it.
        for (name, value) in self.bound_if_any.iter().zip(if_any).filter(|(_, value)| !value.is_empty()) {
            place.push('/');
            place.extend([*name, "=", *value]);
        }
        for value in values {
            place.push('/');
            place.push_str(value);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // L07
    #[test]
    fn a_place_changes_with_the_column_and_with_each_value_that_it_is_bound_to() {
        let mut places = Vec::new();
        for column in ALL {
            let values: Vec<String> = column.bound.iter().map(|name| format!("a {name}")).collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let none = vec![""; column.bound_if_any.len()];
            places.push(column.place(&values, &none));
            for n in 0..none.len() {
                let mut some = none.clone();
                some[n] = "one";
                places.push(column.place(&values, &some));
                some[n] = "another";
                places.push(column.place(&values, &some));
            }
            for n in 0..values.len() {
                let mut other = values.clone();
                other[n] = "";
                places.push(column.place(&other, &none));
                other[n] = "another";
                places.push(column.place(&other, &none));
            }
        }
        let all = places.len();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), all);
    }

    #[test]
    fn only_the_address_of_a_provider_can_hold_a_slash_and_it_comes_last() {
        for column in ALL {
            let address = column.bound.iter().position(|name| *name == "base_url");
            assert!(address.is_none_or(|n| n == column.bound.len() - 1), "{column:?}");
        }
    }

    proptest! {
        #[test]
        fn no_two_rows_have_one_place(
            one in ("[a-c]{0,2}", "[a-c]{0,2}", "[a-c]{0,2}", "[a-c/]{0,5}", "[a-c]{0,1}"),
            other in ("[a-c]{0,2}", "[a-c]{0,2}", "[a-c]{0,2}", "[a-c/]{0,5}", "[a-c]{0,1}"),
        ) {
            let place = |row: &(String, String, String, String, String)| {
                LLM_KEY.place(&[&row.0, &row.1, &row.2, &row.3], &[&row.4])
            };
            prop_assert_eq!(place(&one) == place(&other), one == other);
        }
    }
}
