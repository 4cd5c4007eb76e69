//! The lines of the report, and how many checks failed.

/// What was tried, and how it went.
#[derive(Default)]
pub(super) struct Report {
    tried: usize,
    failed: usize,
}

impl Report {
    pub(super) fn good(&mut self, what: &str, sentence: impl std::fmt::Display) {
        self.tried += 1;
        say!("ok    {what:<14} {sentence}");
    }

    pub(super) fn bad(&mut self, what: &str, sentence: impl std::fmt::Display) {
        self.tried += 1;
        self.failed += 1;
        say!("FAIL  {what:<14} {sentence}");
    }

    /// Nothing to try, which is no fault.
    pub(super) fn none(what: &str, sentence: impl std::fmt::Display) {
        say!("--    {what:<14} {sentence}");
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        let Self { tried, failed } = self;
        if failed == 0 {
            return Ok(());
        }
        anyhow::bail!("{failed} of {tried} checks failed")
    }
}
