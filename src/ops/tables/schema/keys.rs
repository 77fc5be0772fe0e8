//! The elements of a KeySchema, and which sequences of them are a key.
//!
//! Names are not resolved here; a key of two attributes may still name one that is not defined.

use std::collections::HashSet;

use crate::error::Fault;
use crate::limits::INDEX_KEY_ATTRIBUTES;
use crate::model::Json;
use crate::ops::input::text;
use crate::ops::tables::invalid;

/// One element of a KeySchema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'r> {
    pub(super) name: &'r str,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Hash,
    Range,
}

/// Reads the KeySchema of a table or an index.
pub(super) fn read_elements<'r>(owner: &'r Json<'_>) -> Vec<Element<'r>> {
    let read = |element: &'r Json<'_>| Element {
        name: text(element, "AttributeName").unwrap_or_default(),
        role: if text(element, "KeyType") == Some("RANGE") {
            Role::Range
        } else {
            Role::Hash
        },
    };
    owner
        .member("KeySchema")
        .map_or(&[][..], Json::elements)
        .iter()
        .map(read)
        .collect()
}

/// The key of a table or a local index: one HASH attribute and at most one RANGE attribute.
pub(super) fn check_simple_key(elements: &[Element<'_>]) -> Result<(), Fault> {
    check_first(elements)?;
    if let [hash, range, ..] = elements {
        if hash.name == range.name {
            return Err(same_name());
        }
        if range.role != Role::Range {
            return Err(Fault::schema(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
            ));
        }
    }
    Ok(())
}

/// The key of a global index: several attributes of each role, all HASH attributes first.
pub(super) fn check_composite_key(elements: &[Element<'_>]) -> Result<(), Fault> {
    check_first(elements)?;
    let mut seen = HashSet::new();
    if !elements.iter().all(|element| seen.insert(element.name)) {
        return Err(match elements {
            [
                _,
                Element {
                    role: Role::Range, ..
                },
            ] => same_name(),
            _ => Fault::schema("The KeySchema contains multiple key attributes with the same name"),
        });
    }
    let hashes = elements
        .iter()
        .take_while(|element| element.role == Role::Hash)
        .count();
    if elements[hashes..]
        .iter()
        .any(|element| element.role == Role::Hash)
    {
        return Err(invalid(
            "All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ));
    }
    for (count, role) in [(hashes, "HASH"), (elements.len() - hashes, "RANGE")] {
        if count > INDEX_KEY_ATTRIBUTES {
            return Err(invalid(format_args!(
                "The KeySchema exceeds the maximum allowed number of {role} key attributes"
            )));
        }
    }
    Ok(())
}

fn check_first(elements: &[Element<'_>]) -> Result<(), Fault> {
    if elements
        .first()
        .is_some_and(|first| first.role == Role::Hash)
    {
        return Ok(());
    }
    Err(Fault::schema(
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ))
}

fn same_name() -> Fault {
    Fault::schema("Both the Hash Key and the Range Key element in the KeySchema have the same name")
}
