//! Filter patterns: which records of a stream a mapping hands to its function.
//!
//! A pattern is JSON in the form of the event. Its objects narrow down, member by member; a leaf is an array of
//! alternatives, each a value or an operator (`{"prefix": "GRP#"}`). `$or` holds objects of which one has to match.
//! Arrays of the event have no place in a pattern: it matches if it matches an element, and all members of one object of
//! the pattern speak of the same element. A pattern is compiled once ([`Pattern::parse`], in `compile`) into tests
//! (`leaf`) that are run over the JSON of a record.
//!
//! The language is that of AWS but for numbers in items: `{"N": "12.5"}` holds a string, to which AWS, as far as anyone
//! saw (in 2022), applies no numeric operator. Here `numeric` takes members named `N` and `NS` as the numbers that they
//! are. All other operators see them as strings, as on AWS: `{"N": ["12.5"]}`.

mod compile;
mod figure;
mod leaf;
mod network;
mod syntax;
#[cfg(test)]
mod tests;
mod wildcard;

use std::fmt;

use serde_json::Value;

use leaf::Leaf;

/// The longest pattern, in characters.
pub const LONGEST: usize = 4096;
/// How deep an event is looked into. Stored items have 32 levels of two or three objects and arrays each.
const DEEPEST: usize = 256;

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    object: Object,
}

impl Pattern {
    /// Reads the JSON of a pattern.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        compile::compile(text).map(|object| Pattern { object })
    }

    /// Whether an event, the JSON of a stream's record, matches.
    pub fn matches(&self, event: &Value) -> bool {
        event.is_object() && self.object.judge(Some(event), DEEPEST) != Verdict::Differs
    }
}

/// What is wrong with a pattern, and where, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// Path to the place: `dynamodb.Keys.pk.S[1]`; empty for the whole pattern.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(out, "{}: ", self.place)?;
        }
        out.write_str(&self.problem)
    }
}

impl std::error::Error for PatternError {}

/// How a part of an event compares with a part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// It does not match.
    Differs,
    /// It matches by what is not there; among elements of an array, all have to.
    Absent,
    /// It matches by what is there.
    Found,
}

impl Verdict {
    /// That of several demands on one thing.
    fn all(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        let mut all = Verdict::Absent;
        for verdict in verdicts {
            if verdict == Verdict::Differs {
                return verdict;
            }
            all = all.max(verdict);
        }
        all
    }

    /// That of one demand on the elements of an array.
    fn any_element(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
        let mut all = Verdict::Absent;
        for verdict in verdicts {
            if verdict == Verdict::Found {
                return verdict;
            }
            all = all.min(verdict);
        }
        all
    }
}

/// An object of a pattern.
#[derive(Debug)]
struct Object {
    fields: Vec<(String, Rule)>,
    /// Objects of `$or`, of which one has to match; empty: there is no `$or`.
    either: Vec<Object>,
    /// How it compares with nothing.
    on_nothing: Verdict,
}

/// What a member of an object of a pattern demands.
#[derive(Debug)]
enum Rule {
    Object(Object),
    Leaf(Leaf),
}

impl Object {
    fn new(fields: Vec<(String, Rule)>, either: Vec<Object>) -> Object {
        let mut object = Object {
            fields,
            either,
            on_nothing: Verdict::Differs,
        };
        object.on_nothing = object.combine(|rule, _| rule.judge(None, 0), |other| other.on_nothing);
        object
    }

    fn judge(&self, event: Option<&Value>, depth: usize) -> Verdict {
        let Some(depth) = depth.checked_sub(1) else {
            return self.on_nothing;
        };
        match event {
            Some(Value::Object(members)) => self.combine(
                |rule, name| rule.judge(members.get(name), depth),
                |other| other.judge(event, depth),
            ),
            Some(Value::Array(elements)) if !elements.is_empty() => {
                let verdicts = elements
                    .iter()
                    .map(|element| self.judge(Some(element), depth));
                Verdict::any_element(verdicts)
            }
            _ => self.on_nothing,
        }
    }

    fn combine(
        &self,
        of_rule: impl Fn(&Rule, &str) -> Verdict,
        of_other: impl Fn(&Object) -> Verdict,
    ) -> Verdict {
        let fields = self.fields.iter().map(|(name, rule)| of_rule(rule, name));
        let one = (!self.either.is_empty()).then_some(());
        let either = one.into_iter().map(|()| {
            let verdicts = self.either.iter().map(&of_other);
            verdicts.max().unwrap_or(Verdict::Differs)
        });
        Verdict::all(fields.chain(either))
    }
}

impl Rule {
    fn judge(&self, event: Option<&Value>, depth: usize) -> Verdict {
        match self {
            Rule::Object(object) => object.judge(event, depth),
            Rule::Leaf(leaf) => leaf.judge(event, depth),
        }
    }
}
