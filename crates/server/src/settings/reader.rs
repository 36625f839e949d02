//! Turns given texts into values and remembers what was wrong.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use super::given::Values;
use super::problem::{Problem, Problems, Source};
use super::table::Setting;

/// What a value should have been: the rest of a sentence that begins with "expected".
pub(super) type Expected = String;

pub(super) struct Reader {
    values: Values,
    problems: Vec<Problem>,
}

impl Reader {
    /// Over these values; the problems are those that gathering them has found already.
    pub(super) fn new(values: Values, problems: Vec<Problem>) -> Self {
        Self { values, problems }
    }

    /// The value, or none when it was not given or is wrong; the latter is remembered.
    pub(super) fn read<T>(&mut self, setting: &Setting, parse: impl FnOnce(&str) -> Result<T, Expected>) -> Option<T> {
        let given = self.values.get(setting)?;
        parse(given.text.expose()).map_err(|expected| self.problems.push(given.problem(&expected))).ok()
    }

    pub(super) fn number<T>(&mut self, setting: &Setting, range: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + PartialOrd + Display,
    {
        self.read(setting, |text| {
            let number = text.parse().ok().filter(|number| range.contains(number));
            number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
        })
    }

    pub(super) fn switch(&mut self, setting: &Setting) -> Option<bool> {
        self.read(setting, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("true or false".to_owned()),
        })
    }

    /// One of a few words, in any case.
    pub(super) fn choice<T: Copy>(&mut self, setting: &Setting, words: &[(&str, T)]) -> Option<T> {
        self.read(setting, |text| {
            let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            let all = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
            found.map(|(_, value)| *value).ok_or_else(all)
        })
    }

    pub(super) fn path(&mut self, setting: &Setting) -> Option<PathBuf> {
        self.read(setting, |text| if text.is_empty() { Err("a path".to_owned()) } else { Ok(text.into()) })
    }

    pub(super) fn is_given(&self, setting: &Setting) -> bool {
        self.values.get(setting).is_some()
    }

    /// Remembers a value that is wrong beside others, or one that is missing.
    pub(super) fn refuse(&mut self, setting: &Setting, expected: &str) {
        let problem = match self.values.get(setting) {
            Some(given) => given.problem(expected),
            None => Problem::new(setting.name, Source::Default, format!("expected {expected}")),
        };
        self.problems.push(problem);
    }

    /// `Ok` when nothing was wrong.
    pub(super) fn finish(self) -> Result<(), Problems> {
        Problems::unless_empty(self.problems)
    }
}
