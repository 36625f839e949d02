//! What was given, where, and under which name: the sources laid over each other.

use std::collections::BTreeMap;

use stoa_domain::kernel::secret::Secret;

use super::file::{FileText, text_of};
use super::flags::Flags;
use super::problem::{Problem, Problems, Source};
use super::table::{self, Setting};

/// One value as somebody wrote it.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    /// The name that was used, for messages.
    pub(super) name: String,
    pub(super) origin: Source,
    pub(super) text: Secret,
}

impl Given {
    /// A problem with this value; quotes it when anyone may see it.
    pub(super) fn problem(&self, expected: &str) -> Problem {
        let found = if self.setting.secret { String::new() } else { format!(", found {:?}", self.text.expose()) };
        let message = format!("expected {expected}{found}");
        Problem::new(&self.name, self.origin.clone(), message)
    }
}

/// The value that counts for each setting that was given.
#[derive(Debug)]
pub(super) struct Values(BTreeMap<&'static str, Given>);

impl Values {
    /// Lays the sources over each other: environment, file, command line. Beside the values come
    /// the mistakes in names: unknown ones, and two of one setting that disagree.
    ///
    /// # Errors
    /// The file is no TOML. What it meant to say cannot be known, so no value can be judged.
    pub(super) fn gather(
        env: impl Iterator<Item = (String, String)>,
        file: Option<&FileText>,
        flags: &Flags,
    ) -> Result<(Self, Vec<Problem>), Problems> {
        let mut problems = Vec::new();
        let from_env = of_environment(env, &mut problems);
        let from_file = match file.map(|file| of_file(file, &mut problems)).transpose() {
            Ok(given) => given.unwrap_or_default(),
            Err(problem) => return Err(Problems::with(problems, problem)),
        };
        let mut values = BTreeMap::new();
        for source in [from_env, from_file, of_flags(flags)] {
            for given in without_conflicts(source, &mut problems) {
                values.insert(given.setting.name, given);
            }
        }
        Ok((Self(values), problems))
    }

    pub(super) fn get(&self, setting: &Setting) -> Option<&Given> {
        self.0.get(setting.name)
    }
}

fn of_environment(env: impl Iterator<Item = (String, String)>, problems: &mut Vec<Problem>) -> Vec<Given> {
    let mut given = Vec::new();
    // Sorted, so that the same mistakes are always told in the same order.
    for (name, text) in env.collect::<BTreeMap<_, _>>() {
        match table::of_variable(&name) {
            // `NAME=` in an env file is how one says "not set".
            Some(_) if text.is_empty() => {}
            Some(_) if text.contains(char::REPLACEMENT_CHARACTER) => {
                problems.push(Problem::new(name, Source::Environment, "expected UTF-8"));
            }
            Some(setting) => given.push(Given { setting, name, origin: Source::Environment, text: text.into() }),
            None if name.starts_with(table::PREFIX) && !name.starts_with(table::TEST_PREFIX) => {
                problems.push(unknown(name, Source::Environment));
            }
            None => {}
        }
    }
    given
}

fn of_file(file: &FileText, problems: &mut Vec<Problem>) -> Result<Vec<Given>, Problem> {
    let mut given = Vec::new();
    for (name, value) in file.parse()? {
        match (table::of_key(&name), text_of(&value)) {
            (Some(setting), Some(text)) => {
                given.push(Given { setting, name, origin: file.source(), text: text.into() });
            }
            (Some(_), None) => {
                let message = "expected text, a whole number, true, false or a list of texts";
                problems.push(Problem::new(name, file.source(), message));
            }
            (None, _) => problems.push(unknown(name, file.source())),
        }
    }
    Ok(given)
}

fn of_flags(flags: &Flags) -> Vec<Given> {
    let flagged = flags.given.iter().map(|(setting, text)| Given {
        setting,
        name: format!("--{}", setting.flag.unwrap_or(setting.name)),
        origin: Source::CommandLine,
        text: text.clone(),
    });
    flagged.collect()
}

fn unknown(name: String, origin: Source) -> Problem {
    Problem::new(name, origin, "no such setting; .env.example lists them all")
}

/// The values of one source, once for each setting.
fn without_conflicts(source: Vec<Given>, problems: &mut Vec<Problem>) -> Vec<Given> {
    let mut kept: Vec<Given> = Vec::new();
    for given in source {
        match kept.iter().find(|earlier| earlier.setting.name == given.setting.name) {
            Some(earlier) if earlier.text != given.text => {
                let names = format!("{} and {}", earlier.name, given.name);
                let message = "two names of one setting with different values; keep one";
                problems.push(Problem::new(names, given.origin, message));
            }
            Some(_) => {}
            None => kept.push(given),
        }
    }
    kept
}
