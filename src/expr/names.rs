//! Placeholders: `ExpressionAttributeNames` and `ExpressionAttributeValues` of one request, with a mark on each that
//! an expression has used.
//!
//! One `Placeholders` serves all expressions of a request. Entries keep the order they were given in. A map of many
//! entries is looked up by hash, a small one by comparison.

use std::collections::HashMap;
use std::sync::Arc;

use crate::expr::error::{ExprError, ExprErrorKind};
use crate::limits::PLACEHOLDER_BYTES;
use crate::types::Attr;

/// Below this many entries comparing is faster than hashing.
const HASHED_FROM: usize = 12;

/// Attribute names and values that expressions refer to.
#[derive(Debug, Default)]
pub struct Placeholders {
    names: Table<Arc<str>>,
    values: Table<Arc<Attr>>,
}

#[derive(Debug)]
struct Table<T> {
    entries: Vec<Entry<T>>,
    /// Places in `entries` by key; empty for a small table.
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Entry<T> {
    key: String,
    target: T,
    used: bool,
}

impl Placeholders {
    /// Takes both maps, keys with their `#` and `:`.
    pub fn new(names: Vec<(String, String)>, values: Vec<(String, Attr)>) -> Placeholders {
        Placeholders {
            names: Table::new(names.into_iter().map(|(key, name)| (key, Arc::from(name)))),
            values: Table::new(
                values
                    .into_iter()
                    .map(|(key, value)| (key, Arc::new(value))),
            ),
        }
    }

    /// Tests that every key is a `#name` or `:value`, names first. The service does so before it reads values.
    pub fn check_keys<'k>(
        names: impl IntoIterator<Item = &'k str>,
        values: impl IntoIterator<Item = &'k str>,
    ) -> Result<(), ExprError> {
        let bad_name = first_without(names, '#').map(ExprErrorKind::NameKey);
        match bad_name.or_else(|| first_without(values, ':').map(ExprErrorKind::ValueKey)) {
            Some(kind) => Err(of_no_clause(kind)),
            None => Ok(()),
        }
    }

    /// Tests that the expressions parsed so far used every entry, names first.
    pub fn check_used(&self) -> Result<(), ExprError> {
        let names = self.names.unused();
        if !names.is_empty() {
            return Err(of_no_clause(ExprErrorKind::UnusedNames(names)));
        }
        let values = self.values.unused();
        if !values.is_empty() {
            return Err(of_no_clause(ExprErrorKind::UnusedValues(values)));
        }
        Ok(())
    }

    /// The attribute name behind a `#name`, which counts as used from now on.
    pub fn resolve_name(&mut self, key: &str) -> Option<Arc<str>> {
        self.names.resolve(key)
    }

    /// The value behind a `:value`, which counts as used from now on.
    pub fn resolve_value(&mut self, key: &str) -> Option<Arc<Attr>> {
        self.values.resolve(key)
    }
}

fn of_no_clause(kind: ExprErrorKind) -> ExprError {
    ExprError {
        clause: None,
        kind,
        range: 0..0,
    }
}

impl<T> Default for Table<T> {
    fn default() -> Table<T> {
        Table {
            entries: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<T: Clone> Table<T> {
    fn new(source: impl Iterator<Item = (String, T)>) -> Table<T> {
        let entries: Vec<_> = source
            .map(|(key, target)| Entry {
                key,
                target,
                used: false,
            })
            .collect();
        let mut places = HashMap::new();
        if entries.len() >= HASHED_FROM {
            places.reserve(entries.len());
            for (place, entry) in entries.iter().enumerate() {
                places.insert(entry.key.clone(), place);
            }
        }
        Table { entries, places }
    }

    fn resolve(&mut self, key: &str) -> Option<T> {
        let entry = if self.places.is_empty() {
            self.entries.iter_mut().find(|entry| entry.key == key)?
        } else {
            let place = *self.places.get(key)?;
            self.entries.get_mut(place)?
        };
        entry.used = true;
        Some(entry.target.clone())
    }

    fn unused(&self) -> Vec<String> {
        let unused = self.entries.iter().filter(|entry| !entry.used);
        unused.map(|entry| entry.key.clone()).collect()
    }
}

fn first_without<'k>(keys: impl IntoIterator<Item = &'k str>, sigil: char) -> Option<String> {
    keys.into_iter()
        .find(|key| !is_reference(key, sigil))
        .map(str::to_owned)
}

/// Whether a key is the sigil and one or more letters, digits and underscores.
fn is_reference(key: &str, sigil: char) -> bool {
    key.len() <= PLACEHOLDER_BYTES
        && key.strip_prefix(sigil).is_some_and(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str], values: &[&str]) -> Placeholders {
        let names = names.iter().map(|key| ((*key).to_owned(), "x".to_owned()));
        let values = values.iter().map(|key| ((*key).to_owned(), Attr::Null));
        Placeholders::new(names.collect(), values.collect())
    }

    fn check(result: Result<(), ExprError>, expected: &str) {
        let text = result.map_or_else(|error| error.to_string(), |()| String::new());
        assert_eq!(text, expected);
    }

    #[test]
    fn keys() {
        let keys = |names: &[&'static str], values: &[&'static str]| {
            Placeholders::check_keys(names.iter().copied(), values.iter().copied())
        };
        check(keys(&["#a", "#1_"], &[":0"]), "");
        check(
            keys(&["#a", "s"], &["v"]),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"s\"",
        );
        check(
            keys(&["#a"], &[":"]),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \":\"",
        );
        let longest = format!("#{}", "a".repeat(254));
        let longer = format!("{longest}a");
        for bad in ["", "#", "a", "#a-b", "#\u{e9}", ":a", &longer] {
            assert!(Placeholders::check_keys([bad], []).is_err(), "{bad}");
        }
        assert!(Placeholders::check_keys([longest.as_str()], []).is_ok());
    }

    #[test]
    fn unused_in_order_names_first() {
        let mut placeholders = of(&["#b", "#a", "#c"], &[":v", ":u"]);
        placeholders.resolve_name("#a");
        check(
            placeholders.check_used(),
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b, #c}",
        );
        placeholders.resolve_name("#b");
        placeholders.resolve_name("#c");
        check(
            placeholders.check_used(),
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v, :u}",
        );
        placeholders.resolve_value(":u");
        placeholders.resolve_value(":v");
        check(placeholders.check_used(), "");
    }

    #[test]
    fn many_entries_are_found() {
        let keys: Vec<String> = (0..5000).map(|n| format!("#k{n}")).collect();
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut placeholders = of(&names, &[]);
        for name in names {
            assert!(placeholders.resolve_name(name).is_some());
        }
        assert!(placeholders.resolve_name("#k5000").is_none());
        check(placeholders.check_used(), "");
    }
}
