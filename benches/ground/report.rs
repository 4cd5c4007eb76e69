//! What benchmarks say of their figures.

/// Says whether a goal is met.
pub fn goal(what: &str, goal: &str, met: bool) {
    println!("{} {what} (goal {goal})", if met { "met    " } else { "NOT MET" });
}

/// From KB, to a tenth.
pub fn megabytes(kilobytes: u64) -> String {
    let tenths = kilobytes * 10 / 1024;
    format!("{}.{}", tenths / 10, tenths % 10)
}
