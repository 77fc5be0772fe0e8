//! Leaves of a pattern: tests of the values that an event has under one name.

use serde_json::Value;

use super::Verdict;
use super::figure::{Figure, Range};
use super::network::Network;
use super::wildcard::Wildcard;

/// Alternatives, of which one has to hold.
#[derive(Debug, Default)]
pub(super) struct Leaf {
    pub(super) tests: Vec<Test>,
    /// Whether nothing at all will do, too: `{"exists": false}`.
    pub(super) takes_nothing: bool,
}

/// A test of one value.
#[derive(Debug)]
pub(super) enum Test {
    Null,
    Bool(bool),
    Number(Figure),
    Text(Text),
    Wildcard(Wildcard),
    Numeric {
        range: Range,
        /// Whether the values are DynamoDB's numbers, strings in JSON.
        is_stored: bool,
    },
    Network(Network),
    /// `{"exists": true}`
    Present,
    /// None of the tests holds.
    AnythingBut(Vec<Test>),
}

/// Where a text stands in a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Whole,
    Start,
    End,
}

/// A text to be found.
#[derive(Debug)]
pub(super) struct Text {
    part: Part,
    is_folded: bool,
    wanted: String,
}

impl Leaf {
    /// An object is no leaf, so it is neither a value nor nothing; of an array every element is a value.
    pub(super) fn judge(&self, event: Option<&Value>, depth: usize) -> Verdict {
        match event {
            None if self.takes_nothing => Verdict::Absent,
            Some(value) if self.holds(value, depth) => Verdict::Found,
            _ => Verdict::Differs,
        }
    }

    fn holds(&self, value: &Value, depth: usize) -> bool {
        match value {
            Value::Object(_) => false,
            Value::Array(elements) => depth.checked_sub(1).is_some_and(|depth| {
                let mut elements = elements.iter();
                elements.any(|element| self.holds(element, depth))
            }),
            value => self.tests.iter().any(|test| test.holds(value)),
        }
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Test::Present, _) | (Test::Null, Value::Null) => true,
            (Test::AnythingBut(tests), value) => !tests.iter().any(|test| test.holds(value)),
            (Test::Bool(wanted), Value::Bool(value)) => wanted == value,
            (Test::Number(wanted), Value::Number(value)) => Figure::of_json(value)
                .is_some_and(|value| value.compare(wanted).is_some_and(std::cmp::Ordering::is_eq)),
            (Test::Numeric { range, .. }, Value::Number(value)) => {
                Figure::of_json(value).is_some_and(|value| range.holds(&value))
            }
            (Test::Numeric { range, is_stored }, Value::String(value)) => {
                *is_stored && Figure::of_stored(value).is_some_and(|value| range.holds(&value))
            }
            (Test::Text(text), Value::String(value)) => text.is_in(value),
            (Test::Wildcard(wildcard), Value::String(value)) => wildcard.matches(value),
            (Test::Network(network), Value::String(value)) => network.holds(value),
            _ => false,
        }
    }
}

impl Text {
    pub(super) fn new(part: Part, is_folded: bool, text: &str) -> Text {
        Text {
            part,
            is_folded,
            wanted: if is_folded {
                fold(text).collect()
            } else {
                text.to_owned()
            },
        }
    }

    fn is_in(&self, value: &str) -> bool {
        let text = &*self.wanted;
        match (self.part, self.is_folded) {
            (Part::Whole, false) => value == text,
            (Part::Start, false) => value.starts_with(text),
            (Part::End, false) => value.ends_with(text),
            (Part::Whole, true) => fold(value).eq(text.chars()),
            (Part::Start, true) => {
                let mut letters = fold(value);
                text.chars().all(|letter| letters.next() == Some(letter))
            }
            (Part::End, true) => {
                let mut letters = fold(value).rev();
                let mut wanted = text.chars().rev();
                wanted.all(|letter| letters.next() == Some(letter))
            }
        }
    }
}

/// Letters without their case, one by one, whatever surrounds them.
fn fold(text: &str) -> impl DoubleEndedIterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}
