#![allow(dead_code)]

use std::ffi::OsString;
use std::fmt;

/// A secret. No formatting shows it; `expose` gives it, where it is used and nowhere before.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("********")
    }
}

/// One variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong, continuing the name; never the value.
    pub text: String,
}

/// Settings that cannot be used: every problem at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// In the order of the contract.
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of the settings cannot be used:", self.problems.len())?;
        for problem in &self.problems {
            write!(formatter, "\n  {} {}", problem.variable, problem.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

/// Letters as first and last of each range, how often at least, how often at most.
type Piece = (&'static [(char, char)], usize, usize);

/// What a text must look like.
struct Rule {
    min_length: usize,
    trimmed: bool,
    pattern: Option<(&'static str, &'static [&'static [Piece]])>,
}

const ANY: Rule = Rule {
    min_length: 0,
    trimmed: false,
    pattern: None,
};

struct Reader<'a> {
    look: &'a dyn Fn(&str) -> Option<OsString>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn refuse<T>(&mut self, variable: &'static str, text: impl Into<String>) -> Option<T> {
        self.problems.push(Problem {
            variable,
            text: text.into(),
        });
        None
    }

    fn raw(&mut self, variable: &'static str, default: Option<&str>) -> Option<String> {
        match (self.look)(variable) {
            Some(value) => match value.into_string() {
                Ok(text) => Some(text),
                Err(_) => self.refuse(variable, "is not UTF-8 text"),
            },
            None => match default {
                Some(text) => Some(text.to_owned()),
                None => self.refuse(variable, "is missing: set it in the environment"),
            },
        }
    }

    fn text(&mut self, variable: &'static str, default: Option<&str>, rule: &Rule) -> Option<String> {
        let text = self.raw(variable, default)?;
        if text.is_empty() && rule.min_length > 0 {
            return self.refuse(variable, "is empty: give it a value");
        }
        if rule.trimmed && text.trim() != text {
            return self.refuse(variable, "has white space around it: store it without");
        }
        if text.chars().count() < rule.min_length {
            return self.refuse(variable, format!("is shorter than {} characters", rule.min_length));
        }
        if let Some((pattern, rows)) = rule.pattern {
            let letters: Vec<char> = text.chars().collect();
            if !rows.iter().any(|row| fits(&letters, row)) {
                return self.refuse(variable, format!("does not match {pattern}"));
            }
        }
        Some(text)
    }

    fn secret(&mut self, variable: &'static str, default: Option<&str>, rule: &Rule) -> Option<Secret> {
        self.text(variable, default, rule).map(Secret)
    }

    fn integer<T: TryFrom<i64>>(
        &mut self,
        variable: &'static str,
        default: Option<&str>,
        least: i64,
        most: i64,
    ) -> Option<T> {
        let text = self.raw(variable, default)?;
        let Ok(number) = text.parse::<i64>() else {
            return self.refuse(variable, "is no whole number: write digits only");
        };
        if number < least {
            return self.refuse(variable, format!("is less than {least}, the least allowed"));
        }
        if number > most {
            return self.refuse(variable, format!("is more than {most}, the most allowed"));
        }
        T::try_from(number).ok()
    }

    fn boolean(&mut self, variable: &'static str, default: Option<&str>) -> Option<bool> {
        match self.raw(variable, default)?.to_lowercase().as_str() {
            "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
            "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
            _ => self.refuse(variable, "is neither true nor false"),
        }
    }

    fn list(&mut self, variable: &'static str, default: Option<&str>) -> Option<Vec<String>> {
        let text = self.raw(variable, default)?;
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        Some(parts.map(str::to_owned).collect())
    }

    fn choice<T: Copy>(
        &mut self,
        variable: &'static str,
        default: Option<&str>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.raw(variable, default)?;
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, value)) => Some(*value),
            None => {
                let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
                self.refuse(variable, format!("must be one of {}", names.join(", ")))
            }
        }
    }
}

/// Whether a text is a row of pieces, as the regular expression says it.
fn fits(text: &[char], row: &[Piece]) -> bool {
    let Some(((ranges, least, most), rest)) = row.split_first() else {
        return text.is_empty();
    };
    let taken = |letter: &&char| ranges.iter().any(|(first, last)| (first..=last).contains(letter));
    let longest = text.iter().take(*most).take_while(taken).count();
    (*least..=longest).rev().any(|count| fits(&text[count..], rest))
}
