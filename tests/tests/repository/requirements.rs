//! `docs/requirements.md` says by which tests each line of the requirement documents holds: those
//! tests are there, and no line of the first document that is complete is left out.

use std::collections::BTreeSet;
use std::fs;

use crate::root;

const PAGE: &str = "docs/requirements.md";

/// The folders in which tests stand, by the word that a name in the page begins with.
const SUITES: [(&str, &str); 9] = [
    ("domain", "crates/domain/src"),
    ("application", "crates/application/src"),
    ("contracts", "crates/contracts/src"),
    ("infrastructure", "crates/infrastructure/src"),
    ("adapters", "crates/infrastructure/tests/adapters"),
    ("api", "crates/api/src"),
    ("server", "crates/server/src"),
    ("cli", "crates/server/tests/cli"),
    ("http", "tests/tests/http"),
];

/// A line of the page: id, requirement, how it holds, tests and checks.
struct Row {
    id: String,
    how: String,
    proofs: Vec<String>,
}

fn rows(page: &str) -> Vec<Row> {
    let is_row =
        |line: &&str| line.strip_prefix("| S").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    page.lines()
        .filter(is_row)
        .map(|line| {
            let cells: Vec<_> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            let [id, _, how, proofs] = cells[..] else { panic!("four cells: {line}") };
            let proofs = proofs.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            Row { id: id.to_owned(), how: how.to_owned(), proofs }
        })
        .collect()
}

fn page() -> Vec<Row> {
    rows(&fs::read_to_string(root().join(PAGE)).expect(PAGE))
}

/// What is wrong with a proof: a test as `suite/file::function`, or else a file that holds a check.
fn flaw(proof: &str) -> Option<String> {
    let Some((place, function)) = proof.split_once("::") else {
        return (!root().join(proof).is_file()).then(|| format!("{proof} is no file"));
    };
    let (suite, file) = place.split_once('/').unwrap_or((place, ""));
    let Some((_, folder)) = SUITES.iter().find(|(name, _)| *name == suite) else {
        return Some(format!("{proof}: {suite} is no suite"));
    };
    let path = format!("{folder}/{file}.rs");
    let Ok(source) = fs::read_to_string(root().join(&path)) else { return Some(format!("{proof}: no {path}")) };
    // What a suite of contracts makes public is run, or another test fails.
    let is_run = if suite == "contracts" { is_public } else { is_test };
    (!is_run(&source, function)).then(|| format!("{proof}: {path} has no such test"))
}

fn is_public(source: &str, function: &str) -> bool {
    source.contains(&format!("\npub fn {function}("))
}

/// Whether the source has a function of this name with an attribute that makes it a test.
fn is_test(source: &str, function: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim).collect();
    let begins = format!("fn {function}(");
    let declared = lines.iter().position(|line| line.trim_start_matches("async ").starts_with(&begins));
    let above = declared.map(|at| lines[..at].iter().rev().take_while(|line| line.starts_with(['#', '/'])));
    above.is_some_and(|mut above| above.any(|line| line.starts_with("#[") && line.ends_with("test]")))
}

#[test]
fn every_test_and_check_that_is_named_is_there() {
    let flaws: Vec<_> = page().iter().flat_map(|row| row.proofs.iter().filter_map(|proof| flaw(proof))).collect();
    assert!(flaws.is_empty(), "{PAGE}:\n{}", flaws.join("\n"));
}

#[test]
fn a_line_without_a_test_says_that_it_does_not_hold_yet() {
    for row in page() {
        assert!(!row.proofs.is_empty() || row.how.starts_with("Not yet"), "{} names neither test nor check", row.id);
    }
}

#[test]
fn each_line_stands_once_and_none_of_the_organization_service_is_missing() {
    let ids: Vec<_> = page().into_iter().map(|row| row.id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a line stands twice");
    let of_document: Vec<_> = ids.into_iter().filter(|id| id.starts_with("S3-")).collect();
    assert_eq!(of_document, (1..=98).map(|n| format!("S3-{n:03}")).collect::<Vec<_>>());
}

#[test]
fn what_is_no_test_is_told_from_one() {
    for proof in [
        "http/identity::registering_gives_the_person_the_organization_and_tokens",
        "contracts/people/profiles::a_profile_of_another_version_is_stale",
        "domain/kernel/email::case_and_space_around_do_not_matter",
        "deny.toml",
    ] {
        assert_eq!(flaw(proof), None);
    }
    for proof in ["http/identity::kim", "http/identity::registering", "http/nowhere::kim", "moon/x::y", "deny.md"] {
        assert!(flaw(proof).is_some(), "{proof}");
    }
    let found = rows("| Suite | What |\n|---|---|\n| S3-001 | A word | How, by `x` | `a/b::c`, `deny.toml` |\n");
    assert_eq!((found.len(), &*found[0].id, &*found[0].how), (1, "S3-001", "How, by `x`"));
    assert_eq!(found[0].proofs, ["a/b::c", "deny.toml"]);
}
