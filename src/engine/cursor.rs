//! Where a page starts and where it ended: ExclusiveStartKey to a storage key, and a row to LastEvaluatedKey.
//!
//! A key of a table is its key attributes; a key of an index is the index's and the table's, each once.

use crate::engine::plan::{KeyPlan, Source};
use crate::engine::table::{KeyAttribute, Table};
use crate::error::Fault;
use crate::expr::render_bound;
use crate::storage::keys::{self, KeyRange};
use crate::storage::order::KeyValue;
use crate::storage::{StoreError, codec};
use crate::types::Item;

/// Why a start key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Misfit {
    /// Not exactly the key's attributes.
    Attributes,
    /// An attribute of another type.
    Type,
}

/// The storage key of a Query's start key.
pub fn start_of_query(
    table: &Table,
    source: Source,
    plan: &KeyPlan,
    key: &Item,
) -> Result<Vec<u8>, Fault> {
    let row = row_key(table, source, key).map_err(|misfit| {
        Fault::schema(match misfit {
            Misfit::Attributes => "The provided starting key is invalid",
            Misfit::Type => "The provided key element does not match the schema",
        })
    })?;
    if let (Source::Table, [], [attribute]) =
        (source, &table.key.sort[..], &table.key.partition[..])
    {
        // A partition of one item has nothing behind it.
        let value = key.get(&attribute.name).map(render_bound);
        return Err(Fault::schema(format!(
            "The provided exclusive start key is invalid: ExclusiveStartKey: {{{}=AttributeValue: {{{}}}}}",
            attribute.name,
            value.unwrap_or_default()
        )));
    }
    if !row.starts_with(&plan.partition) {
        return Err(Fault::schema(if plan.is_exact {
            "The query can return at most one row and cannot be restarted"
        } else {
            "The provided starting key is outside query boundaries based on provided conditions"
        }));
    }
    if !plan.range.contains(&row) {
        return Err(Fault::schema(
            "The provided starting key does not match the range key predicate",
        ));
    }
    Ok(row)
}

/// Which part of a table a Scan reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Zero-based.
    pub number: u32,
    /// How many there are.
    pub total: u32,
}

/// The storage key of a Scan's start key.
pub fn start_of_scan(
    table: &Table,
    source: Source,
    range: &KeyRange,
    segment: Option<Segment>,
    key: &Item,
) -> Result<Vec<u8>, Fault> {
    let row = row_key(table, source, key).map_err(|_| {
        Fault::schema(match source {
            Source::Table => {
                "The provided starting key is invalid: The provided key element does not match the schema"
            }
            Source::Index(_) => "The provided starting key is invalid",
        })
    })?;
    match segment {
        Some(Segment { number, total }) if !range.contains(&row) => Err(Fault::schema(format!(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: {total} Segment: {number}"
        ))),
        _ => Ok(row),
    }
}

fn row_key(table: &Table, source: Source, key: &Item) -> Result<Vec<u8>, Misfit> {
    let attributes = key_attributes(table, source);
    if key.len() != attributes.len()
        || !attributes
            .iter()
            .all(|attribute| key.contains(&attribute.name))
    {
        return Err(Misfit::Attributes);
    }
    if !attributes.iter().all(|attribute| {
        key.get(&attribute.name)
            .is_some_and(|value| value.kind() == attribute.kind)
    }) {
        return Err(Misfit::Type);
    }
    let values = |attributes: &[KeyAttribute]| -> Vec<KeyValue<'_>> {
        attributes
            .iter()
            .filter_map(|attribute| key.get(&attribute.name).and_then(KeyValue::of))
            .collect()
    };
    let schema = source.key(table);
    let mut row = keys::partition(source.space(table), &values(&schema.partition));
    keys::append_values(&mut row, &values(&schema.sort));
    if matches!(source, Source::Index(_)) {
        keys::append_values(&mut row, &values(&table.key.partition));
        keys::append_values(&mut row, &values(&table.key.sort));
    }
    Ok(row)
}

/// Writes the LastEvaluatedKey of a row.
pub fn write_last_key(
    table: &Table,
    source: Source,
    row: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let key = source.key(table);
    codec::write_json_some(row, out, |name| {
        key.contains(name) || table.key.contains(name)
    })?;
    Ok(())
}

fn key_attributes(table: &Table, source: Source) -> Vec<&KeyAttribute> {
    let own: Vec<&KeyAttribute> = source.key(table).attributes().collect();
    let others = match source {
        Source::Table => Vec::new(),
        Source::Index(_) => table
            .key
            .attributes()
            .filter(|attribute| own.iter().all(|known| known.name != attribute.name))
            .collect(),
    };
    own.into_iter().chain(others).collect()
}
