//! Attribute values of requests: from the form that the type pass left to the values that the engine keeps.
//!
//! Owns the rules of a value's content: numbers, sets, depth, empty names. Which words a fault gets, and whether it is
//! wrapped, is the operation's voice; all that differs here between the layers is how an exponent is read.

use std::borrow::Cow;

use crate::engine::table::empty_key_value;
use crate::error::{Fault, SetKind, ValueError, Voice};
use crate::limits::{ATTRIBUTE_NAME_BYTES, NESTING_LEVELS};
use crate::model::{Entries, Value};
use crate::types::{Attr, ExponentWidth, Item, Number};

/// How the layer of a voice reads exponents.
pub fn exponent_width(voice: Voice) -> ExponentWidth {
    match voice {
        Voice::Enveloped | Voice::Bare => ExponentWidth::Bits64,
        Voice::Older | Voice::ControlPlane => ExponentWidth::Bits32,
    }
}

/// Reads an item or a key.
pub fn read_item(entries: Entries<'_>, width: ExponentWidth) -> Result<Item, Fault> {
    item(entries, width).map_err(Fault::value)
}

/// Reads one value of ExpressionAttributeValues.
pub fn read_expression_value(
    name: &str,
    value: Value<'_>,
    width: ExponentWidth,
) -> Result<Attr, Fault> {
    // The older layer lets a constant be one level deeper than an attribute; what cannot be stored is refused when it is.
    // Observed: fixtures/conformance/transact_write_items/depth.json
    let level = match width {
        ExponentWidth::Bits64 => 1,
        ExponentWidth::Bits32 => 0,
    };
    attr(value, level, width).map_err(|error| Fault::value_of(error, name))
}

/// Reads a value that stands by itself, in a parameter of the older style.
pub fn read_value(value: Value<'_>, width: ExponentWidth) -> Result<Attr, Fault> {
    attr(value, 1, width).map_err(Fault::value)
}

/// Tests that no value of a key is empty; the service does so before it looks at the table.
pub fn check_key_not_empty(key: &Item) -> Result<(), Fault> {
    let is_empty = |value: &Attr| match value {
        Attr::S(text) => text.is_empty(),
        Attr::B(bytes) => bytes.is_empty(),
        _ => false,
    };
    match key.iter().find(|(_, value)| is_empty(value)) {
        Some((name, value)) => Err(empty_key_value(name, value.kind())),
        None => Ok(()),
    }
}

/// Tests the length of an attribute's name.
pub fn check_name(name: &str) -> Result<(), ValueError> {
    if name.is_empty() {
        Err(ValueError::EmptyName)
    } else if name.len() > ATTRIBUTE_NAME_BYTES {
        Err(ValueError::LongName)
    } else {
        Ok(())
    }
}

fn item(entries: Entries<'_>, width: ExponentWidth) -> Result<Item, ValueError> {
    entries.iter().try_for_each(|(name, _)| check_name(name))?;
    let mut reader = Reader::new(width);
    let item = reader.entries(entries, 1)?;
    reader.end()?;
    Ok(item)
}

fn attr(value: Value<'_>, level: usize, width: ExponentWidth) -> Result<Attr, ValueError> {
    let mut reader = Reader::new(width);
    let attr = reader.value(value, level)?;
    reader.end()?;
    Ok(attr)
}

struct Reader {
    width: ExponentWidth,
    /// An empty name inside a map is told last: excess depth anywhere in the same value goes before it.
    has_empty_name: bool,
}

impl Reader {
    fn new(width: ExponentWidth) -> Reader {
        Reader {
            width,
            has_empty_name: false,
        }
    }

    fn end(&self) -> Result<(), ValueError> {
        if self.has_empty_name {
            Err(ValueError::EmptyName)
        } else {
            Ok(())
        }
    }

    fn entries(&mut self, entries: Entries<'_>, level: usize) -> Result<Item, ValueError> {
        let mut read = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            match check_name(&name) {
                Err(ValueError::EmptyName) => self.has_empty_name = true,
                checked => checked?,
            }
            read.push((name.into_owned(), self.value(value, level)?));
        }
        Ok(Item::from_sorted(read))
    }

    /// Reads a value at a level; a top-level attribute is at level one. Recursion ends at the limit.
    fn value(&mut self, value: Value<'_>, level: usize) -> Result<Attr, ValueError> {
        if level > NESTING_LEVELS {
            return Err(ValueError::TooDeep);
        }
        Ok(match value {
            Value::S(text) => Attr::S(text.into_owned()),
            Value::N(text) => Attr::N(self.number(&text)?),
            Value::B(bytes) => Attr::B(bytes),
            Value::Bool(flag) => Attr::Bool(flag),
            Value::Null(true) => Attr::Null,
            Value::Null(false) => return Err(ValueError::NullFalse),
            Value::L(list) => {
                let elements: Result<_, _> = list
                    .into_iter()
                    .map(|element| self.value(element, level + 1))
                    .collect();
                Attr::L(elements?)
            }
            Value::M(entries) => Attr::M(self.entries(entries, level + 1)?),
            Value::Ss(set) => Attr::Ss(text_set(set)?),
            Value::Ns(set) => Attr::Ns(self.number_set(&set)?),
            Value::Bs(set) => Attr::Bs(binary_set(set)?),
            Value::Untyped => return Err(ValueError::NoType),
            Value::Many => return Err(ValueError::ManyTypes),
        })
    }

    fn number(&self, text: &str) -> Result<Number, ValueError> {
        Number::parse(text, self.width).map_err(|error| ValueError::of_number(&error, text))
    }

    fn number_set(&self, set: &[Cow<'_, str>]) -> Result<Vec<Number>, ValueError> {
        let numbers: Result<Vec<_>, _> = set.iter().map(|text| self.number(text)).collect();
        sorted_unique(numbers?, SetKind::Number, |_| Vec::new())
    }
}

fn text_set(set: Vec<Cow<'_, str>>) -> Result<Vec<String>, ValueError> {
    sorted_unique(
        set.into_iter().map(Cow::into_owned).collect(),
        SetKind::Text,
        |set| {
            set.iter()
                .map(|member| member.as_bytes().to_vec())
                .collect()
        },
    )
}

fn binary_set(set: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, ValueError> {
    sorted_unique(set, SetKind::Binary, <[Vec<u8>]>::to_vec)
}

/// Sorts a set; `as_sent` lists its members for the message about a repeat.
fn sorted_unique<T: Ord + Clone>(
    set: Vec<T>,
    kind: SetKind,
    as_sent: impl FnOnce(&[T]) -> Vec<Vec<u8>>,
) -> Result<Vec<T>, ValueError> {
    if set.is_empty() {
        return Err(ValueError::EmptySet(kind));
    }
    if set.is_sorted_by(|a, b| a < b) {
        return Ok(set);
    }
    let mut sorted = set.clone();
    sorted.sort_unstable();
    if sorted.is_sorted_by(|a, b| a < b) {
        return Ok(sorted);
    }
    Err(ValueError::DuplicateInSet {
        kind,
        members: as_sent(&set),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Value<'static> {
        (0..levels).fold(Value::Bool(true), |inner, _| {
            Value::M(vec![(Cow::from("m"), inner)])
        })
    }

    fn read(value: Value<'static>) -> Result<Item, ValueError> {
        item(vec![(Cow::from("a"), value)], ExponentWidth::Bits64)
    }

    #[test]
    fn thirty_one_maps_around_a_scalar_are_the_limit() {
        assert!(read(nested(31)).is_ok());
        assert_eq!(read(nested(32)), Err(ValueError::TooDeep));
        assert_eq!(read(nested(3_000)), Err(ValueError::TooDeep));
    }

    #[test]
    fn depth_is_told_before_an_empty_name_inside() {
        let both = Value::M(vec![
            (Cow::from(""), Value::Null(true)),
            (Cow::from("b"), nested(32)),
        ]);
        assert_eq!(read(both), Err(ValueError::TooDeep));
        assert_eq!(
            read(Value::M(vec![(Cow::from(""), Value::Null(true))])),
            Err(ValueError::EmptyName)
        );
        assert_eq!(
            item(vec![(Cow::from(""), nested(40))], ExponentWidth::Bits64),
            Err(ValueError::EmptyName)
        );
    }

    #[test]
    fn sets_are_sorted_and_unique() {
        let numbers = |texts: &[&'static str]| {
            read(Value::Ns(
                texts.iter().map(|text| Cow::from(*text)).collect(),
            ))
        };
        let item = numbers(&["10", "9.0", "-1"]).expect("a good set");
        let expected = [-1i64, 9, 10].map(Number::from).to_vec();
        assert_eq!(item.get("a"), Some(&Attr::Ns(expected)));
        assert_eq!(
            numbers(&["1", "1.0"]),
            Err(ValueError::DuplicateInSet {
                kind: SetKind::Number,
                members: Vec::new()
            })
        );
        assert_eq!(
            read(Value::Bs(Vec::new())),
            Err(ValueError::EmptySet(SetKind::Binary))
        );
        let repeat = Value::Ss(vec![Cow::from("b"), Cow::from("a"), Cow::from("b")]);
        let members = ["b", "a", "b"]
            .map(|member| member.as_bytes().to_vec())
            .to_vec();
        assert_eq!(
            read(repeat),
            Err(ValueError::DuplicateInSet {
                kind: SetKind::Text,
                members
            })
        );
    }
}
