//! No secret is committed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// What is made beside the sources and never committed.
const IGNORED: [&str; 4] = ["/target", "/data", ".env", "stoa.toml"];

/// Every file of the repository below this folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name == ".git" || IGNORED.iter().any(|ignored| ignored.trim_start_matches('/') == name) {
            continue;
        }
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn what_holds_secrets_is_left_out_of_the_repository() {
    let ignored = fs::read_to_string(root().join(".gitignore")).expect(".gitignore");
    for name in IGNORED {
        assert!(ignored.lines().any(|line| line == name), "{name}");
    }
}

/// Whether the text has the head of a private key with a key after it.
fn holds_private_key(text: &str) -> bool {
    let is_head = |line: &str| line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----");
    let is_key =
        |line: &str| line.len() >= 40 && line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    text.lines().zip(text.lines().skip(1)).any(|(head, next)| is_head(head) && is_key(next.trim()))
}

#[test]
fn no_private_key_is_committed() {
    let files = files(&root());
    assert!(files.len() > 500, "only {} files were looked at", files.len());
    for file in files {
        let bytes = fs::read(&file).expect("a file");
        assert!(!holds_private_key(&String::from_utf8_lossy(&bytes)), "{} holds a private key", file.display());
    }
}

#[test]
fn a_private_key_is_recognised() {
    let key = format!("-----BEGIN {} KEY-----\n{}\n", "PRIVATE", "A1+/".repeat(16));
    assert!(holds_private_key(&key));
    assert!(!holds_private_key(&key.replace("PRIVATE", "PUBLIC")));
}
