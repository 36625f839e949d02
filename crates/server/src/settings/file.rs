//! The settings file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::problem::{Problem, Source};

/// The file that is read when it stands in the working directory and no other is named.
pub const DEFAULT_FILE: &str = "stoa.toml";

/// A settings file that has been read but not understood. It may hold secrets: it has no `Debug`.
#[derive(Clone)]
pub struct FileText {
    /// Where it was found, for messages.
    pub path: PathBuf,
    /// What it says.
    pub text: String,
}

impl FileText {
    /// Reads the named file, or `./stoa.toml` when there is one.
    ///
    /// # Errors
    /// The file is named and missing, or it cannot be read.
    pub fn find(named: Option<&Path>) -> Result<Option<Self>, Problem> {
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(Self { path: path.to_owned(), text })),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let source = named.map_or(Source::File(path.to_owned()), |_| Source::CommandLine);
                Err(Problem::new(path.display().to_string(), source, format!("cannot be read: {error}")))
            }
        }
    }

    /// Its keys and values.
    ///
    /// # Errors
    /// The text is no TOML. The parser's own message is not passed on, since it quotes the line.
    pub(super) fn parse(&self) -> Result<Table, Problem> {
        self.text.parse::<Table>().map_err(|error| {
            let before = error.span().and_then(|span| self.text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Problem::new(format!("line {line}"), self.source(), "expected TOML")
        })
    }

    pub(super) fn source(&self) -> Source {
        Source::File(self.path.clone())
    }
}

/// A value as the text it would be in the environment; none for kinds that no setting has.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(on) => Some(on.to_string()),
        Value::Array(items) => items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|items| items.join(",")),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_file_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.toml");
        assert!(FileText::find(Some(&path)).is_err_and(|problem| problem.origin == Source::CommandLine));
        std::fs::write(&path, "bind = \"127.0.0.1:1\"").unwrap();
        assert!(FileText::find(Some(&path)).is_ok_and(|file| file.is_some_and(|file| file.text.starts_with("bind"))));
    }

    #[test]
    fn what_is_no_toml_is_named_by_its_line_and_not_quoted() {
        let text = "bind = \"127.0.0.1:1\"\njwt_secret_key = hunter2-hunter2\n".to_owned();
        let problem = FileText { path: DEFAULT_FILE.into(), text }.parse().unwrap_err();
        assert_eq!(problem.to_string(), "line 2 (stoa.toml): expected TOML");
    }
}
