//! From a key condition to a range of keys, in a table or in one of its indexes.
//!
//! Owns the rules that need the schema: which conditions a key takes, their types, in which order a key of several
//! attributes may be restricted. Reading the range is `page`'s work.

use std::sync::Arc;

use crate::engine::index::empty_key;
use crate::engine::table::{Index, KeyAttribute, KeySchema, Table, empty_key_value, key_bytes};
use crate::error::Fault;
use crate::expr::{KeyClause, KeyCondition, KeyTest};
use crate::limits::{PARTITION_KEY_BYTES, SORT_KEY_BYTES};
use crate::storage::keys::{self, KeyRange, SortRange, Space};
use crate::storage::order::KeyValue;
use crate::types::Attr;

/// Where a read reads: the table or one of its indexes, by its place in [`Table::indexes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The table itself.
    Table,
    /// A secondary index.
    Index(usize),
}

impl Source {
    /// The index of that name, or the table where none is named.
    pub fn resolve(table: &Table, index: Option<&str>) -> Option<Source> {
        match index {
            None => Some(Source::Table),
            Some(name) => table
                .indexes
                .iter()
                .position(|index| index.name == name)
                .map(Source::Index),
        }
    }

    /// The index, if it is one.
    pub fn index(self, table: &Table) -> Option<&Index> {
        match self {
            Source::Table => None,
            Source::Index(place) => table.indexes.get(place),
        }
    }

    /// The key by which it is read.
    pub fn key(self, table: &Table) -> &KeySchema {
        self.index(table).map_or(&table.key, |index| &index.key)
    }

    /// Its rows in storage.
    pub fn space(self, table: &Table) -> Space {
        self.index(table).map_or(table.space, |index| index.space)
    }
}

/// A key condition that fits its schema.
#[derive(Clone, Debug)]
pub struct KeyPlan {
    /// The rows that meet it.
    pub range: KeyRange,
    /// What all of them begin with: the partition.
    pub partition: Vec<u8>,
    /// Whether every attribute of the key is fixed.
    pub is_exact: bool,
}

const WRONG_TYPE: &str = "One or more parameter values were invalid: Condition parameter type does not match schema type";

/// The range of rows that meet a key condition.
pub fn plan_key_condition(
    table: &Table,
    source: Source,
    condition: &KeyCondition,
) -> Result<KeyPlan, Fault> {
    let owner = source.index(table);
    let key = source.key(table);
    let known = key.attributes().count();
    if known == 1 && condition.clauses.len() == 2 {
        // Observed: fixtures/conformance/query/key_without_sort.json
        return Err(not_equality(key, &key.partition[0]));
    }
    if condition.clauses.len() > known {
        return Err(Fault::schema(format!(
            "The number of query conditions ({}) exceeds the number of key attributes defined in the schema ({known})",
            condition.clauses.len()
        )));
    }
    let clause = |attribute: &KeyAttribute| {
        condition
            .clauses
            .iter()
            .find(|clause| *clause.name == attribute.name)
    };
    check_all_known(key, condition)?;
    let mut partition_values = Vec::with_capacity(key.partition.len());
    for attribute in &key.partition {
        let Some(clause) = clause(attribute) else {
            return Err(missing(key, attribute));
        };
        let KeyTest::Equal(value) = &clause.test else {
            return Err(not_equality(key, attribute));
        };
        partition_values.push(checked(owner, attribute, value, PARTITION_KEY_BYTES)?);
    }
    let partition = keys::partition(source.space(table), &partition_values);
    let mut prefix = partition.clone();
    let mut rest = key.sort.iter();
    for attribute in rest.by_ref() {
        let Some(clause) = clause(attribute) else {
            check_no_gap(attribute, rest, condition)?;
            let range = keys::sort_range(&prefix, SortRange::All);
            return Ok(KeyPlan {
                range,
                partition,
                is_exact: false,
            });
        };
        if let KeyTest::Equal(value) = &clause.test {
            let value = checked(owner, attribute, value, SORT_KEY_BYTES)?;
            keys::append_values(&mut prefix, &[value]);
            continue;
        }
        check_no_gap(attribute, rest, condition)?;
        let range = keys::sort_range(&prefix, sort_condition(owner, attribute, clause)?);
        return Ok(KeyPlan {
            range,
            partition,
            is_exact: false,
        });
    }
    Ok(KeyPlan {
        range: KeyRange::prefix(prefix),
        partition,
        is_exact: true,
    })
}

/// Every attribute named must belong to the key; the words name the part of the key that is not met instead.
fn check_all_known(key: &KeySchema, condition: &KeyCondition) -> Result<(), Fault> {
    if condition
        .clauses
        .iter()
        .all(|clause| key.contains(&clause.name))
    {
        return Ok(());
    }
    let unmet = key.attributes().find(|attribute| {
        condition
            .clauses
            .iter()
            .all(|clause| *clause.name != attribute.name)
    });
    Err(missing(key, unmet.unwrap_or(&key.partition[0])))
}

fn missing(key: &KeySchema, attribute: &KeyAttribute) -> Fault {
    if key.partition.len() > 1 && key.partition.iter().any(|part| part == attribute) {
        return not_equality(key, attribute);
    }
    Fault::schema(format!(
        "Query condition missed key schema element: {}",
        attribute.name
    ))
}

fn not_equality(key: &KeySchema, attribute: &KeyAttribute) -> Fault {
    if key.partition.len() > 1 {
        return Fault::schema(format!(
            "HASH key attribute {} must have an equality condition specified in the query",
            attribute.name
        ));
    }
    Fault::schema("Query key condition not supported")
}

/// Behind an attribute that is not fixed none may be restricted.
fn check_no_gap<'k>(
    open: &KeyAttribute,
    rest: impl Iterator<Item = &'k KeyAttribute>,
    condition: &KeyCondition,
) -> Result<(), Fault> {
    for attribute in rest {
        if condition
            .clauses
            .iter()
            .any(|clause| *clause.name == attribute.name)
        {
            return Err(Fault::schema(format!(
                "RANGE key attributes {} must have equality conditions specified in the query because a condition is present on key attribute {}",
                open.name, attribute.name
            )));
        }
    }
    Ok(())
}

fn sort_condition<'c>(
    owner: Option<&Index>,
    attribute: &KeyAttribute,
    clause: &'c KeyClause,
) -> Result<SortRange<'c>, Fault> {
    let value = |value: &'c Arc<Attr>| checked(owner, attribute, value, SORT_KEY_BYTES);
    Ok(match &clause.test {
        KeyTest::Equal(v) => SortRange::Equal(value(v)?),
        KeyTest::Less(v) => SortRange::Below(value(v)?),
        KeyTest::LessOrEqual(v) => SortRange::AtMost(value(v)?),
        KeyTest::Greater(v) => SortRange::Above(value(v)?),
        KeyTest::GreaterOrEqual(v) => SortRange::AtLeast(value(v)?),
        KeyTest::Between(low, high) => SortRange::Between(value(low)?, value(high)?),
        KeyTest::BeginsWith(prefix) => match value(prefix)? {
            KeyValue::S(text) => SortRange::BeginsWith(text.as_bytes()),
            KeyValue::B(bytes) => SortRange::BeginsWith(bytes),
            KeyValue::N(_) => return Err(Fault::schema(WRONG_TYPE)),
        },
    })
}

/// A constant that fits a key attribute.
fn checked<'v>(
    owner: Option<&Index>,
    attribute: &KeyAttribute,
    value: &'v Attr,
    limit: usize,
) -> Result<KeyValue<'v>, Fault> {
    let fitting = KeyValue::of(value).filter(|_| value.kind() == attribute.kind);
    let Some(key) = fitting else {
        return Err(Fault::schema(WRONG_TYPE));
    };
    match key_bytes(key) {
        0 => Err(match owner {
            Some(index) => empty_key(index, attribute),
            None => empty_key_value(&attribute.name, attribute.kind),
        }),
        bytes if bytes > limit && limit == PARTITION_KEY_BYTES => Err(Fault::schema(format!(
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of{limit} bytes"
        ))),
        bytes if bytes > limit => Err(Fault::schema(format!(
            "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of {limit} bytes"
        ))),
        _ => Ok(key),
    }
}
