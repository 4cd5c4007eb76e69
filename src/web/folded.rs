//! Long lists in a page: the beginning is shown, the rest is folded away.

/// As many as are shown.
const SHOWN: usize = 10;

/// Whether a list has more than is shown.
pub fn is_long<T>(rows: &[T]) -> bool {
    rows.len() > SHOWN
}

/// What is shown.
pub fn shown<T>(rows: &[T]) -> &[T] {
    &rows[..rows.len().min(SHOWN)]
}

/// What is folded away.
pub fn others<T>(rows: &[T]) -> &[T] {
    rows.get(SHOWN..).unwrap_or_default()
}
