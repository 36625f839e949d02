//! How rows are declared.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Without this word Diesel writes `DEFAULT` for what is missing, which makes each insert a statement
/// of its own: PostgreSQL then parses and plans it anew every time.
#[test]
fn every_insert_is_one_prepared_statement() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/persistence");
    let mut rows = 0;
    for path in sources(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        for (before, row) in text.split("#[derive(").skip(1).filter_map(|derived| derived.split_once("struct ")) {
            if before.split_once(")]").is_some_and(|(derives, _)| derives.contains("Insertable")) {
                rows += 1;
                let name = row.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                assert!(
                    before.contains("treat_none_as_default_value = false"),
                    "{}: {name} must say `treat_none_as_default_value = false`",
                    path.display()
                );
            }
        }
    }
    assert!(rows > 0, "no row was found");
}
