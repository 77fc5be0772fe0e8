//! Compares two answers, and gives each difference a name so that it is told once.
//!
//! Failures of the peer are not looked at. The service words faults of its single-item writes inside an envelope and those of its reads without one, and its
//! regions differ in that: a message that differs only by the envelope is not a difference.

use dynasled::types::{ExponentWidth, Number};
use serde_json::{Map, Value};

use crate::requests::Compare;
use crate::support::Reply;
use crate::tables::{ATTRIBUTES, TYPES};

/// How two answers differ.
pub(crate) struct Difference {
    /// The class: how bad it is.
    pub(crate) class: Class,
    /// What tells it from other differences.
    pub(crate) name: String,
}

/// Classes of differences, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// One refuses what the other accepts.
    Outcome,
    /// The table holds something else afterwards.
    State,
    /// Both accept, with different results.
    Result,
    /// Both refuse, with different exceptions.
    Exception,
    /// Both refuse, in other words.
    Message,
}

/// The difference between our answer and the peer's, if there is one.
pub(crate) fn compare(ours: &Reply, peer: &Reply, compare: Compare) -> Option<Difference> {
    let different = |class, name| Some(Difference { class, name });
    match (ours.status == 200, peer.status == 200) {
        _ if peer.status >= 500 => None,
        (true, true) if compare == Compare::Outcome => None,
        (true, true) => {
            let (ours, peer) = (plain(ours.json(), compare), plain(peer.json(), compare));
            let mut places = Vec::new();
            places_that_differ("", &ours, &peer, &mut places);
            places.sort();
            places.dedup();
            (!places.is_empty()).then(|| Difference {
                class: Class::Result,
                name: places.join(" "),
            })
        }
        (true, false) => different(Class::Outcome, format!("peer refuses: {}", refusal(peer))),
        (false, true) => different(Class::Outcome, format!("we refuse: {}", refusal(ours))),
        (false, false) if ours.kind() != peer.kind() => different(
            Class::Exception,
            format!("{}\n      peer: {}", refusal(ours), refusal(peer)),
        ),
        (false, false) => {
            let ours = ours.message().unwrap_or_default();
            let peer = peer.message().unwrap_or_default();
            if bare(&ours) == bare(&peer) {
                return None;
            }
            let name = format!(
                "{}\n      peer: {}",
                outline(bare(&ours)),
                outline(bare(&peer))
            );
            different(Class::Message, name)
        }
    }
}

/// The difference between what two tables hold.
pub(crate) fn compare_states(ours: &Reply, peer: &Reply) -> Option<Difference> {
    let mut found = compare(ours, peer, Compare::Unordered)?;
    found.class = Class::State;
    Some(found)
}

fn refusal(reply: &Reply) -> String {
    let kind = reply.kind().unwrap_or_default();
    let message = reply.message().unwrap_or_default();
    format!("{} {kind} {}", reply.status, outline(bare(&message)))
}

/// A message without its envelope.
fn bare(message: &str) -> &str {
    message
        .strip_prefix("1 validation error detected: ")
        .unwrap_or(message)
}

/// A message without what is particular to one request.
fn outline(message: &str) -> String {
    let mut out = String::new();
    let mut closing: Vec<char> = Vec::new();
    let mut last_digit = false;
    let mut letters = message.chars().peekable();
    while let Some(letter) = letters.next() {
        if let Some(end) = closing.last() {
            if letter == *end {
                closing.pop();
                if closing.is_empty() {
                    out.push(letter);
                }
            } else if let Some(end) = closes(letter) {
                closing.push(end);
            }
            continue;
        }
        if matches!(letter, '#' | ':') && letters.peek().is_some_and(char::is_ascii_alphanumeric) {
            while letters
                .next_if(|next| next.is_ascii_alphanumeric() || *next == '_')
                .is_some()
            {}
            out.push(letter);
            out.push('_');
        } else if letter.is_ascii_digit() {
            if !last_digit {
                out.push('0');
            }
        } else {
            out.push(letter);
            closing.extend(closes(letter));
        }
        last_digit = letter.is_ascii_digit();
    }
    out.split(": ")
        .enumerate()
        .map(|(at, part)| match (at, part.find([' ', ','])) {
            (0, _) => part.to_owned(),
            (_, end) => {
                let (word, rest) = part.split_at(end.unwrap_or(part.len()));
                let particular = ATTRIBUTES.iter().any(|(name, _)| *name == word);
                let word = match word {
                    _ if particular => "_",
                    _ if TYPES.contains(&word) => "T",
                    other => other,
                };
                format!("{word}{rest}")
            }
        })
        .collect::<Vec<_>>()
        .join(": ")
}

fn closes(letter: char) -> Option<char> {
    match letter {
        '[' => Some(']'),
        '{' => Some('}'),
        '"' => Some('"'),
        _ => None,
    }
}

/// A body with everything in one order that has none.
fn plain(body: Value, compare: Compare) -> Value {
    match body {
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| {
                let mut value = plain(value, compare);
                let is_set = matches!(name.as_str(), "SS" | "NS" | "BS");
                if matches!(name.as_str(), "N" | "NS") {
                    value = plain_number(value);
                }
                if let (true, Value::Array(elements)) = (
                    is_set || (compare == Compare::Unordered && name != "L"),
                    &mut value,
                ) {
                    elements.sort_by_cached_key(Value::to_string);
                }
                (name, value)
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(elements) => elements
            .into_iter()
            .map(|element| plain(element, compare))
            .collect(),
        other => other,
    }
}

/// The place of a member; names of attributes are all one, however deep they stand.
fn place_of(at: &str, name: &str) -> String {
    if name.starts_with(|first: char| first.is_ascii_uppercase()) {
        let at = at
            .strip_suffix("/L/*")
            .or(at.strip_suffix("/M/*"))
            .unwrap_or(at);
        format!("{at}/{name}")
    } else {
        format!("{}/*", at.strip_suffix("/*").unwrap_or(at))
    }
}

/// Peers keep some numbers as they were written; that ours are canonical is for the fixtures to say.
fn plain_number(value: Value) -> Value {
    match value {
        Value::String(text) => Number::parse(&text, ExponentWidth::Bits64)
            .map_or(text, |number| number.to_string())
            .into(),
        Value::Array(members) => members.into_iter().map(plain_number).collect(),
        other => other,
    }
}

fn places_that_differ(at: &str, ours: &Value, peer: &Value, into: &mut Vec<String>) {
    match (ours, peer) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left
                .keys()
                .chain(right.keys().filter(|name| !left.contains_key(*name)));
            for name in names {
                let place = place_of(at, name);
                match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => places_that_differ(&place, left, right, into),
                    (Some(_), None) => into.push(format!("{place}:only-ours")),
                    _ => into.push(format!("{place}:only-peer")),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                places_that_differ(&place_of(at, "*"), left, right, into);
            }
        }
        _ if ours != peer => into.push(at.to_owned()),
        _ => {}
    }
}
