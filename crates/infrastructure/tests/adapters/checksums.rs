//! A migration that has landed is never edited: `migrations/CHECKSUMS` remembers what it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Writes the file anew.
const REFRESH: &str = "(cd migrations && LC_ALL=C && sha256sum */*/*.sql > CHECKSUMS)";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// The checksum of each file `<plane>/<migration>/<up or down>.sql`.
fn present() -> BTreeMap<String, String> {
    let folder = folder();
    let planes = entries(&folder).into_iter().filter(|path| path.is_dir());
    let files = planes.flat_map(|plane| entries(&plane)).flat_map(|migration| entries(&migration));
    files
        .map(|file| {
            let name = file.strip_prefix(&folder).expect("a path below").to_string_lossy().replace('\\', "/");
            (name, sha256(&fs::read(&file).expect("a file")))
        })
        .collect()
}

/// What is wrong, a line a file.
fn differences(committed: &str, present: &BTreeMap<String, String>) -> Vec<String> {
    let lines_of = committed.lines().filter_map(|line| line.split_once("  "));
    let committed: BTreeMap<_, _> = lines_of.map(|(sum, name)| (name, sum)).collect();
    let mut lines = Vec::new();
    for (name, sum) in present {
        match committed.get(name.as_str()) {
            None => lines.push(format!("{name} is new")),
            Some(known) if known != sum => lines.push(format!("{name} was edited")),
            Some(_) => {}
        }
    }
    lines.extend(committed.keys().filter(|name| !present.contains_key(**name)).map(|name| format!("{name} is gone")));
    lines
}

#[test]
fn a_migration_that_has_landed_is_never_edited() {
    let committed = fs::read_to_string(folder().join("CHECKSUMS")).unwrap_or_default();
    let present = present();
    let differences = differences(&committed, &present);
    assert!(
        differences.is_empty(),
        "\n{}\n\nA migration that has landed is never edited: others have run it as it was, and will not run it \
         again.\nPut it back as it was and add a new migration; if this one has never landed, refresh the line \
         with\n\n    {REFRESH}\n",
        differences.join("\n")
    );
    let expected: Vec<_> = present.iter().map(|(name, sum)| format!("{sum}  {name}")).collect();
    assert_eq!(committed.lines().collect::<Vec<_>>(), expected, "sorted, as {REFRESH} writes it");
}

#[test]
fn every_migration_has_both_its_ways() {
    let present = present();
    for name in present.keys() {
        let (folder, way) = name.rsplit_once('/').expect("a folder");
        assert!(way == "up.sql" || way == "down.sql", "{name} is neither up.sql nor down.sql");
        assert!(present.contains_key(&format!("{folder}/up.sql")), "{folder} has no up.sql");
        assert!(present.contains_key(&format!("{folder}/down.sql")), "{folder} has no down.sql");
    }
}

#[test]
fn every_migration_says_what_it_is_for() {
    for name in present().keys().filter(|name| name.ends_with("/up.sql")) {
        let text = fs::read_to_string(folder().join(name)).expect("a migration");
        let comment = text.lines().next().and_then(|line| line.strip_prefix("-- ")).unwrap_or_default();
        assert!(comment.split(' ').count() > 3, "{name} does not begin with a comment that says what it is for");
    }
}

/// Of two migrations of one version only one would run. What an engine needs besides the portable
/// migrations may have the version that its counterpart has on the other engine.
#[test]
fn an_engine_sees_each_version_once() {
    let present = present();
    for other_engine in ["-postgres/", "-sqlite/"] {
        let mut versions = BTreeMap::new();
        for name in present.keys().filter(|name| name.ends_with("/up.sql") && !name.contains(other_engine)) {
            let migration = name.split('/').nth(1).expect("a migration");
            let (version, _) = migration.split_once('_').expect("<utc>_<verb>_<noun>");
            assert!(version.len() == 14 && version.bytes().all(|b| b.is_ascii_digit()), "{name}");
            let other = versions.insert(version, name);
            assert_eq!(other, None, "{name} has the same version");
        }
    }
}

#[test]
fn what_is_new_edited_or_gone_is_named() {
    let files = |files: &[(&str, &str)]| files.iter().map(|(n, s)| ((*n).to_owned(), (*s).to_owned())).collect();
    let present = files(&[("a/up.sql", "11"), ("b/up.sql", "22"), ("c/up.sql", "33")]);
    assert_eq!(
        differences("11  a/up.sql\n99  b/up.sql\n44  d/up.sql\n", &present),
        ["b/up.sql was edited", "c/up.sql is new", "d/up.sql is gone"]
    );
}
