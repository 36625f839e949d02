//! What is wrong with the settings, all of it at once.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Where a value came from; later ones win over earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody gave it.
    Default,
    /// A variable of the environment.
    Environment,
    /// A settings file.
    File(PathBuf),
    /// A flag.
    CommandLine,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("not set"),
            Self::Environment => f.write_str("environment"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::CommandLine => f.write_str("command line"),
        }
    }
}

/// One thing that is wrong. Never quotes the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{setting} ({origin}): {message}")]
pub struct Problem {
    /// The setting by the name that was used for it, or the file itself.
    pub setting: String,
    /// Where the value came from.
    pub origin: Source,
    /// What is expected instead.
    pub message: String,
}

impl Problem {
    /// A problem.
    pub fn new(setting: impl Into<String>, origin: Source, message: impl Into<String>) -> Self {
        Self { setting: setting.into(), origin, message: message.into() }
    }
}

/// Everything that is wrong; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok` when there are none.
    ///
    /// # Errors
    /// The problems, when there are some.
    pub(super) fn unless_empty(problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self(problems)) }
    }

    /// The problems found so far, and the one that ended the search.
    pub(super) fn with(mut problems: Vec<Problem>, last: Problem) -> Self {
        problems.push(last);
        Self(problems)
    }

    /// Each of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_gets_its_line() {
        let problems = Problems(vec![
            Problem::new("STOA_BIND", Source::Environment, "expected an address"),
            Problem::new("workers", Source::File("stoa.toml".into()), "expected a number"),
        ]);
        let shown = "the settings cannot be used:\n  STOA_BIND (environment): expected an address\n  workers (stoa.toml): expected a number";
        assert_eq!(problems.to_string(), shown);
    }
}
