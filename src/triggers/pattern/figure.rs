//! Numbers in patterns and events, compared by value: exactly as far as DynamoDB's numbers reach, as floats beyond.

use std::cmp::Ordering;
use std::io::Write as _;

use crate::types::{ExponentWidth, Number};

/// A number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Figure {
    Exact(Number),
    /// Of more than 38 digits, or too large or too small for DynamoDB.
    Rough(f64),
}

impl Figure {
    /// Reads the text of a JSON number.
    pub(super) fn of_text(text: &str) -> Option<Figure> {
        Figure::of_stored(text).or_else(|| text.parse().ok().map(Figure::Rough))
    }

    /// Reads a DynamoDB number, which JSON carries as a string.
    pub(super) fn of_stored(text: &str) -> Option<Figure> {
        Number::parse(text, ExponentWidth::Bits64)
            .ok()
            .map(Figure::Exact)
    }

    /// A number of an event.
    pub(super) fn of_json(number: &serde_json::Number) -> Option<Figure> {
        if let Some(value) = number.as_i64() {
            return Some(Figure::Exact(value.into()));
        }
        if let Some(value) = number.as_u64() {
            return Some(Figure::Exact(value.into()));
        }
        let value = number.as_f64()?;
        let mut buffer = [0_u8; 32]; // the shortest text of a float has at most 24 bytes
        let mut rest = &mut buffer[..];
        write!(rest, "{value:e}").ok()?;
        let left = rest.len();
        let text = std::str::from_utf8(&buffer[..buffer.len() - left]).ok()?;
        Figure::of_text(text)
    }

    /// The order of two numbers.
    pub(super) fn compare(&self, other: &Figure) -> Option<Ordering> {
        match (self, other) {
            (Figure::Exact(own), Figure::Exact(other)) => Some(own.cmp(other)),
            _ => self.rough().partial_cmp(&other.rough()),
        }
    }

    fn rough(&self) -> f64 {
        match self {
            // Parsing is what rounds correctly; it is needed beside numbers that DynamoDB does not have, only.
            Figure::Exact(number) => number.to_string().parse().unwrap_or(f64::NAN),
            Figure::Rough(value) => *value,
        }
    }
}

/// A bound of a range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) figure: Figure,
    /// Whether the bound itself is inside.
    pub(super) is_inside: bool,
}

/// Numbers between bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
}

impl Range {
    pub(super) fn holds(&self, figure: &Figure) -> bool {
        let is_beyond = |bound: &Option<Bound>, wanted: Ordering| {
            bound.as_ref().is_none_or(|bound| {
                let order = figure.compare(&bound.figure);
                order == Some(wanted) || (bound.is_inside && order == Some(Ordering::Equal))
            })
        };
        is_beyond(&self.low, Ordering::Greater) && is_beyond(&self.high, Ordering::Less)
    }

    /// Whether the lower bound lies below the upper one.
    pub(super) fn is_ordered(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => low.figure.compare(&high.figure) == Some(Ordering::Less),
            _ => true,
        }
    }
}
