//! What was typed, and what it becomes.

use super::rules_form::{Row, RulesForm};
use crate::gate::{NOBODY_COULD_JOIN, Rules};

fn form(pairs: &[(&str, &str)]) -> RulesForm {
    RulesForm::read(pairs.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect())
}

#[test]
fn what_was_typed_becomes_rules() {
    let rules = form(&[
        ("domains.0.name", " Acme.Test "),
        ("domains.2.name", "acme.test"),
        ("domains.2.subdomains", "true"),
        ("domains.3.name", ""),
        ("domain_gating", "true"),
        ("emails", "Ana <ana@b.test>, ben@b.test\ncy@b.test; ana@B.test dee@b.test"),
    ])
    .parse(&Rules::default())
    .expect("rules")
    .0;
    assert_eq!(rules.allowed_domains.iter().map(ToString::to_string).collect::<Vec<_>>(), ["*.acme.test"]);
    assert_eq!(rules.allowed_emails.len(), 4);
    assert!(rules.domain_gating && rules.email_allowlist && !rules.open_sign_up);
}

#[test]
fn each_problem_stands_beside_its_field() {
    let problems =
        form(&[("domains.0.name", "acme"), ("domains.1.name", "ok.test"), ("emails", "a@b.test, nonsense")])
            .parse(&Rules::default())
            .expect_err("problems");
    assert_eq!(problems.rows.keys().copied().collect::<Vec<_>>(), [0]);
    assert_eq!(problems.emails, "Not an email address: “nonsense”.");
}

#[test]
fn a_gate_that_no_one_could_pass_is_refused() {
    let none = Rules::default();
    assert_eq!(
        form(&[("domain_gating", "true")]).parse(&none).expect_err("a problem").form,
        NOBODY_COULD_JOIN
    );
    assert!(form(&[]).parse(&none).is_ok());
    let other = form(&[("domain_gating", "true"), ("emails", "a@b.test")]).parse(&none);
    assert!(other.expect("rules").0.email_allowlist, "what was added lets somebody join");
}

#[test]
fn rows_can_be_added_and_removed_without_saving() {
    let added = form(&[("domains.0.name", "a.test"), ("add_domain", "1")]).edited();
    assert_eq!(added.rows.len(), 2);
    let removed =
        form(&[("domains.1.name", "a.test"), ("domains.4.name", "b.test"), ("remove_domain", "1")]).edited();
    assert_eq!(removed.rows, [Row { domain: "b.test".into(), include_subdomains: false }]);
}
