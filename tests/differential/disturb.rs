//! Turns a valid request into one that is nearly valid: a member too many, too few, out of bounds or misspelt.
//!
//! The members come from the shape table, so a member that the model gains is tried without a change here.

use dynasled::model::Shape;
use dynasled::model::shape::{Length, Need};
use dynasled::model::table::INPUTS;
use serde_json::{Map, Value, json};

use crate::clauses::scramble;
use crate::dice::Dice;
use crate::tables::{ATTRIBUTES, TABLES, attribute_value, value};

/// Disturbs a request in one place.
pub(crate) fn disturb(operation: &str, body: &mut Map<String, Value>, dice: &mut Dice) {
    match dice.below(10) {
        0 => {
            let names: Vec<String> = body.keys().cloned().collect();
            if let Some(name) = names.get(dice.below(names.len())) {
                body.remove(name);
            }
        }
        1..=4 => set_member(operation, body, dice),
        _ => {
            let Some(text) = expression(body, dice) else {
                return set_member(operation, body, dice);
            };
            *text = Value::String(scramble(text.as_str().unwrap_or(""), dice));
        }
    }
}

/// Gives a member of the operation's shape a value of that shape, at its bounds or just beyond.
fn set_member(operation: &str, body: &mut Map<String, Value>, dice: &mut Dice) {
    let shape = INPUTS.iter().find(|(name, _)| *name == operation);
    let members = shape.map_or(&[][..], |(_, shape)| shape.members());
    if members.is_empty() {
        return;
    }
    let member = &members[dice.below(members.len())];
    body.insert(member.name.to_owned(), instance(member.shape, 3, dice));
}

/// One of the expressions of a request, wherever it stands.
fn expression<'b>(body: &'b mut Map<String, Value>, dice: &mut Dice) -> Option<&'b mut Value> {
    let mut found = Vec::new();
    collect(body, &mut found);
    let at = dice.below(found.len());
    found.into_iter().nth(at)
}

fn collect<'b>(body: &'b mut Map<String, Value>, found: &mut Vec<&'b mut Value>) {
    for (name, value) in body {
        if name.ends_with("Expression") {
            found.push(value);
        } else if let Value::Array(elements) = value {
            for element in elements.iter_mut().filter_map(Value::as_object_mut) {
                for action in element.values_mut().filter_map(Value::as_object_mut) {
                    collect(action, found);
                }
            }
        }
    }
}

/// A value of a shape.
fn instance(shape: &Shape, depth: usize, dice: &mut Dice) -> Value {
    if dice.chance(2) {
        return dice
            .pick(&["1", "\"x\"", "true", "[]", "{}", "1.5", "null"])
            .parse()
            .unwrap_or(Value::Null);
    }
    match shape {
        Shape::Structure { members, .. } => members
            .iter()
            .filter(|member| {
                depth > 0 && (member.need == Need::Required || dice.chance(50)) || dice.chance(1)
            })
            .map(|member| member.name.to_owned())
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|name| {
                let member = members.iter().find(|member| member.name == name)?;
                Some((name, instance(member.shape, depth.saturating_sub(1), dice)))
            })
            .collect::<Map<_, _>>()
            .into(),
        Shape::List { element, length } => (0..count(*length, dice))
            .map(|_| instance(element, depth.saturating_sub(1), dice))
            .collect(),
        Shape::Map { key, value, length } => (0..count(*length, dice))
            .map(|_| {
                let name = match key {
                    Shape::Table => TABLES[dice.below(TABLES.len())].name,
                    _ => dice.pick(ATTRIBUTES).0,
                };
                let entry = match value {
                    Shape::Value => attribute_value(name, dice),
                    other => instance(other, depth.saturating_sub(1), dice),
                };
                (name.to_owned(), entry)
            })
            .collect::<Map<_, _>>()
            .into(),
        Shape::Text {
            words: [], length, ..
        } => match dice.below(4) {
            0 => "".into(),
            1 => "a".repeat(length.max.clamp(1, 300) as usize + 1).into(),
            _ => dice
                .pick(&["a", "ab", "abc", "#a", ":v0", "a = :v0", "SET a = :v0"])
                .into(),
        },
        Shape::Text { words, .. } => {
            if dice.chance(30) {
                "BOGUS".into()
            } else {
                dice.pick(words).into()
            }
        }
        Shape::Table => dice
            .pick(&["", "ab", "a b", "differential.pair", "differential.missing"])
            .into(),
        Shape::Integer { min, max } | Shape::Long { min, max } => dice
            .pick(&[
                *min,
                min.saturating_sub(1),
                *max,
                max.saturating_add(1),
                0,
                1,
                2,
                -1,
            ])
            .into(),
        Shape::Double | Shape::Timestamp => 1.5.into(),
        Shape::Flag => dice.chance(50).into(),
        Shape::Bytes => json!("AA=="),
        Shape::Value => value(dice, 1),
    }
}

fn count(length: Length, dice: &mut Dice) -> u64 {
    match dice.below(6) {
        0 => 0,
        1 if length.max < 101 => length.max + 1,
        2 => 2,
        _ => 1,
    }
}
