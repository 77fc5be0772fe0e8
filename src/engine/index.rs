//! What an index stores of an item, and the row edits that a change of the item means for it.
//!
//! An index row is touched only when its key or one of the attributes that it copies changes. Items are taken in
//! their stored form: keys are looked up in it and copies are cut out of it, nothing is decoded whole.

use bytes::Bytes;

use crate::engine::capacity::{Consumed, write_units};
use crate::engine::commit::Txn;
use crate::engine::table::{Index, IndexKind, KeyAttribute, Projection, Table, key_bytes};
use crate::error::Fault;
use crate::limits::{PARTITION_KEY_BYTES, SORT_KEY_BYTES};
use crate::storage::keys;
use crate::storage::order::KeyValue;
use crate::storage::{StoreError, codec};
use crate::types::{Attr, AttrType, Item};

/// A row of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Storage key.
    pub key: Vec<u8>,
    /// The attributes that the index copies, in stored form.
    pub copy: Bytes,
}

/// The rows of all indexes for a stored item, in the order of [`Table::indexes`]; `None` where the item is not in
/// the index.
pub fn entries(table: &Table, item: &Bytes) -> Result<Vec<Option<Entry>>, StoreError> {
    table
        .indexes
        .iter()
        .map(|index| entry(table, index, item))
        .collect()
}

/// The row of one index for a stored item: none when a key attribute is missing, or does not fit (which only an
/// item older than the index can bring about).
pub fn entry(table: &Table, index: &Index, item: &Bytes) -> Result<Option<Entry>, StoreError> {
    let Some(partition) = values(&index.key.partition, item, PARTITION_KEY_BYTES)? else {
        return Ok(None);
    };
    let Some(sort) = values(&index.key.sort, item, SORT_KEY_BYTES)? else {
        return Ok(None);
    };
    let (Some(base_partition), Some(base_sort)) = (
        values(&table.key.partition, item, usize::MAX)?,
        values(&table.key.sort, item, usize::MAX)?,
    ) else {
        return Err(StoreError::Corrupt("an item lacks its key".to_owned()));
    };
    let mut key = keys::partition(index.space, &key_values(&partition));
    for part in [&sort, &base_partition, &base_sort] {
        keys::append_values(&mut key, &key_values(part));
    }
    let copy = match index.projection {
        Projection::All => item.clone(),
        Projection::KeysOnly | Projection::Include(_) => {
            codec::project_top(item, |name| index.projects(name, &table.key))?.into()
        }
    };
    Ok(Some(Entry { key, copy }))
}

/// The values of key attributes, or nothing when one is missing or does not fit.
fn values(
    attributes: &[KeyAttribute],
    item: &[u8],
    limit: usize,
) -> Result<Option<Vec<Attr>>, StoreError> {
    let mut found = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        let Some(value) = codec::lookup(item, &attribute.name)? else {
            return Ok(None);
        };
        let fits = value.kind() == attribute.kind
            && KeyValue::of(&value).is_some_and(|value| (1..=limit).contains(&key_bytes(value)));
        if !fits {
            return Ok(None);
        }
        found.push(value);
    }
    Ok(Some(found))
}

fn key_values(attrs: &[Attr]) -> Vec<KeyValue<'_>> {
    attrs.iter().filter_map(KeyValue::of).collect()
}

/// Checks the index key attributes that an item has: each must be of the declared type, not empty and not too long.
pub fn check_keys(table: &Table, item: &Item) -> Result<(), Fault> {
    for index in &table.indexes {
        let parts = [
            (&index.key.partition, PARTITION_KEY_BYTES),
            (&index.key.sort, SORT_KEY_BYTES),
        ];
        for (attributes, limit) in parts {
            for attribute in attributes {
                if table.key.contains(&attribute.name) {
                    continue; // checked as the table's own key
                }
                if let Some(value) = item.get(&attribute.name) {
                    check_key(index, attribute, value, limit)?;
                }
            }
        }
    }
    Ok(())
}

/// Checks of the index key attributes that an item has only that none is empty. A transaction is refused for that before
/// any of its items is held against its schema.
pub fn check_keys_not_empty(table: &Table, item: &Item) -> Result<(), Fault> {
    for index in &table.indexes {
        for attribute in index
            .key
            .attributes()
            .filter(|attribute| !table.key.contains(&attribute.name))
        {
            let value = item
                .get(&attribute.name)
                .filter(|value| value.kind() == attribute.kind);
            if value
                .and_then(KeyValue::of)
                .is_some_and(|value| key_bytes(value) == 0)
            {
                return Err(empty_key(index, attribute));
            }
        }
    }
    Ok(())
}

/// The words for an empty key value of an index.
pub fn empty_key(index: &Index, attribute: &KeyAttribute) -> Fault {
    let kind = if attribute.kind == AttrType::B {
        "binary"
    } else {
        "string"
    };
    Fault::schema(format!(
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty {kind} value. IndexName: {}, IndexKey: {}",
        index.name, attribute.name
    ))
}

fn check_key(
    index: &Index,
    attribute: &KeyAttribute,
    value: &Attr,
    limit: usize,
) -> Result<(), Fault> {
    let name = &attribute.name;
    if value.kind() != attribute.kind {
        return Err(Fault::schema(format!(
            "One or more parameter values were invalid: Type mismatch for Index Key {name} Expected: {} Actual: {} IndexName: {}",
            attribute.kind.name(),
            value.kind().name(),
            index.name
        )));
    }
    let bytes = KeyValue::of(value).map_or(0, key_bytes);
    if bytes == 0 {
        return Err(empty_key(index, attribute));
    }
    if bytes > limit {
        let what = if limit == PARTITION_KEY_BYTES {
            format!(
                "Size of hashkey has exceeded the maximum size limit of{PARTITION_KEY_BYTES} bytes"
            )
        } else {
            format!(
                "Aggregated size of all range keys has exceeded the size limit of {SORT_KEY_BYTES} bytes"
            )
        };
        return Err(Fault::schema(format!(
            "One or more parameter values were invalid: {what}"
        )));
    }
    Ok(())
}

/// Brings all indexes from the rows of the old item to those of the new one and returns what that consumes.
pub fn apply(
    txn: &mut Txn<'_>,
    table: &Table,
    old: &[Option<Entry>],
    new: &[Option<Entry>],
    consumed: &mut Consumed,
) -> Result<(), StoreError> {
    for (place, index) in table.indexes.iter().enumerate() {
        let mut old = old.get(place).and_then(Option::as_ref);
        let new = new.get(place).and_then(Option::as_ref);
        if old == new {
            continue;
        }
        // While items older than the index are still being copied, the old row may not be there yet.
        if index.backfilling
            && let Some(entry) = old
            && txn.get(&entry.key)?.is_none()
        {
            old = None;
        }
        consumed.add_index(place, apply_one(txn, index, old, new)?);
    }
    Ok(())
}

/// Brings one index from one row to another and returns the write units.
fn apply_one(
    txn: &mut Txn<'_>,
    index: &Index,
    old: Option<&Entry>,
    new: Option<&Entry>,
) -> Result<f64, StoreError> {
    let size = |entry: &Entry| codec::byte_size(&entry.copy).map_err(StoreError::from);
    match (old, new) {
        (Some(old), Some(new)) if old.key == new.key => {
            let (before, after) = (size(old)?, size(new)?);
            txn.put(new.key.clone(), new.copy.clone());
            txn.tally(index.space, 0, after as i64 - before as i64);
            Ok(write_units(before.max(after)))
        }
        _ => {
            let mut units = 0.0;
            if let Some(old) = old {
                let bytes = size(old)?;
                txn.delete(old.key.clone());
                txn.tally(index.space, -1, -(bytes as i64));
                units += write_units(bytes);
            }
            if let Some(new) = new {
                let bytes = size(new)?;
                txn.put(new.key.clone(), new.copy.clone());
                txn.tally(index.space, 1, bytes as i64);
                units += write_units(bytes);
            }
            Ok(units)
        }
    }
}

/// Adds the row of an item that is older than the index; does nothing where a write has already done so.
pub fn backfill(
    txn: &mut Txn<'_>,
    table: &Table,
    index: &Index,
    item: &Bytes,
) -> Result<(), StoreError> {
    let Some(entry) = entry(table, index, item)? else {
        return Ok(());
    };
    if txn.get(&entry.key)?.is_none() {
        apply_one(txn, index, None, Some(&entry))?;
    }
    Ok(())
}

/// Whether the index has the attributes of a strongly consistent read: only local ones do.
pub fn is_consistent(index: &Index) -> bool {
    index.kind == IndexKind::Local
}
