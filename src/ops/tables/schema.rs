//! Keys, attribute definitions and secondary indexes, read from CreateTable and UpdateTable and checked against each other.
//!
//! Owns the rules within one request and their words. What a request means for the indexes that a table has already is
//! `alteration`'s; throughput of indexes is `throughput`'s. Lists are never empty here where the model forbids it.

mod keys;

use std::collections::{HashMap, HashSet};

use super::invalid;
use crate::engine::settings::Settings;
use crate::engine::table::{Index, IndexKind, KeyAttribute, KeySchema, Phase, Projection};
use crate::error::Fault;
use crate::limits::{GLOBAL_INDEXES, LOCAL_INDEXES, PROJECTED_ATTRIBUTES};
use crate::model::Json;
use crate::ops::input::{check_present, text};
use crate::storage::keys::Space;
use crate::types::AttrType;
use keys::{Element, Role, check_composite_key, check_simple_key, read_elements};

/// AttributeDefinitions: the types of key attributes, as sent.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    names: Vec<String>,
    kinds: HashMap<String, AttrType>,
}

/// Key and indexes of a new table.
#[derive(Debug)]
pub struct TableSchema {
    /// Primary key.
    pub key: KeySchema,
    /// Local indexes, then global ones, each kind as sent.
    pub indexes: Vec<Index>,
}

impl Definitions {
    /// Reads AttributeDefinitions; an absent one defines nothing.
    pub fn read(request: &Json<'_>) -> Result<Definitions, Fault> {
        let mut definitions = Definitions::default();
        for definition in request
            .member("AttributeDefinitions")
            .map_or(&[][..], Json::elements)
        {
            let name = text(definition, "AttributeName").unwrap_or_default();
            let kind = text(definition, "AttributeType")
                .and_then(AttrType::from_name)
                .unwrap_or(AttrType::S);
            if definitions.kinds.insert(name.to_owned(), kind).is_some() {
                return Err(Fault::schema(format!(
                    "Attribute Name is duplicated: {name}"
                )));
            }
            definitions.names.push(name.to_owned());
        }
        Ok(definitions)
    }

    /// Gives the attributes of a key their types.
    fn resolve(&self, elements: &[Element<'_>]) -> Result<KeySchema, Fault> {
        let mut key = KeySchema {
            partition: Vec::new(),
            sort: Vec::new(),
        };
        for element in elements {
            let Some(kind) = self.kinds.get(element.name) else {
                return Err(invalid(format_args!(
                    "Some index key attributes are not defined in AttributeDefinitions. Keys: {}, AttributeDefinitions: {}",
                    listed(elements.iter().map(|element| element.name)),
                    self.listed()
                )));
            };
            let attribute = KeyAttribute {
                name: element.name.to_owned(),
                kind: *kind,
            };
            match element.role {
                Role::Hash => key.partition.push(attribute),
                Role::Range => key.sort.push(attribute),
            }
        }
        Ok(key)
    }

    fn listed(&self) -> String {
        listed(self.names.iter().map(String::as_str))
    }
}

/// Reads key and indexes of a CreateTable.
pub fn read_table(request: &Json<'_>) -> Result<TableSchema, Fault> {
    // The model leaves these open because a replica of another table needs neither.
    check_present(
        request,
        [
            ("AttributeDefinitions", "attributeDefinitions"),
            ("KeySchema", "keySchema"),
        ],
    )?;
    let definitions = Definitions::read(request)?;
    let elements = read_elements(request);
    if elements.len() > definitions.names.len() {
        return Err(Fault::schema(
            "Invalid KeySchema: Some index key attribute have no definition",
        ));
    }
    check_simple_key(&elements)?;
    let key = definitions.resolve(&elements)?;
    let (local, global) = (
        request.member("LocalSecondaryIndexes"),
        request.member("GlobalSecondaryIndexes"),
    );
    if local.is_none() && global.is_none() && elements.len() != definitions.names.len() {
        return Err(invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
        ));
    }
    let mut indexes = NewIndexes::default();
    if let Some(local) = local {
        read_local_indexes(local.elements(), &definitions, &key, &mut indexes)?;
    }
    if let Some(global) = global {
        read_global_indexes(global.elements(), &definitions, &mut indexes)?;
    }
    let indexes = indexes.list;
    check_projected(&indexes)?;
    check_used(&definitions, &key, &indexes)?;
    Ok(TableSchema { key, indexes })
}

/// Reads a global secondary index of CreateTable or of a Create action.
pub fn read_global_index(index: &Json<'_>, definitions: &Definitions) -> Result<Index, Fault> {
    let elements = read_elements(index);
    let key = definitions.resolve(&elements)?;
    check_composite_key(&elements)?;
    read_index(index, IndexKind::Global, key)
}

/// Checks how many attributes the indexes of a table name in NonKeyAttributes, each naming counted.
pub fn check_projected(indexes: &[Index]) -> Result<(), Fault> {
    let named = |index: &Index| match &index.projection {
        Projection::Include(names) => names.len(),
        Projection::All | Projection::KeysOnly => 0,
    };
    if indexes.iter().map(named).sum::<usize>() > PROJECTED_ATTRIBUTES {
        return Err(invalid(format_args!(
            "Number of NonKeyAttributes over all indexes exceeds the per-table limit of {PROJECTED_ATTRIBUTES}"
        )));
    }
    Ok(())
}

fn read_local_indexes(
    list: &[Json<'_>],
    definitions: &Definitions,
    table_key: &KeySchema,
    indexes: &mut NewIndexes,
) -> Result<(), Fault> {
    if list.is_empty() {
        return Err(invalid("List of LocalSecondaryIndexes is empty"));
    }
    if table_key.sort.is_empty() {
        return Err(invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ));
    }
    for index in list {
        let elements = read_elements(index);
        let key = definitions.resolve(&elements)?;
        check_simple_key(&elements)?;
        check_local_key(
            text(index, "IndexName").unwrap_or_default(),
            &key,
            table_key,
        )?;
        indexes.add(read_index(index, IndexKind::Local, key)?)?;
    }
    if list.len() > LOCAL_INDEXES {
        return Err(invalid(format_args!(
            "Number of LocalSecondaryIndexes exceeds per-table limit of {LOCAL_INDEXES}"
        )));
    }
    Ok(())
}

fn check_local_key(index: &str, key: &KeySchema, table_key: &KeySchema) -> Result<(), Fault> {
    if key.sort.is_empty() {
        return Err(invalid(format_args!(
            "Index KeySchema does not have a range key for index: {index}"
        )));
    }
    let (own, leading) = (&key.partition[0].name, &table_key.partition[0].name);
    if own != leading {
        return Err(invalid(format_args!(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: {index}. index hash key: {own}, table hash key: {leading}"
        )));
    }
    Ok(())
}

fn read_global_indexes(
    list: &[Json<'_>],
    definitions: &Definitions,
    indexes: &mut NewIndexes,
) -> Result<(), Fault> {
    if list.is_empty() {
        return Err(invalid("List of GlobalSecondaryIndexes is empty"));
    }
    for index in list {
        indexes.add(read_global_index(index, definitions)?)?;
    }
    if list.len() > GLOBAL_INDEXES {
        return Err(invalid(format_args!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES}"
        )));
    }
    Ok(())
}

/// The indexes of a request so far.
#[derive(Default)]
struct NewIndexes {
    list: Vec<Index>,
    names: HashSet<String>,
}

impl NewIndexes {
    fn add(&mut self, index: Index) -> Result<(), Fault> {
        if !self.names.insert(index.name.clone()) {
            return Err(invalid(format_args!(
                "Duplicate index name: {}",
                index.name
            )));
        }
        self.list.push(index);
        Ok(())
    }
}

/// An index whose key is known; its space is given out when it is made.
fn read_index(index: &Json<'_>, kind: IndexKind, key: KeySchema) -> Result<Index, Fault> {
    Ok(Index {
        name: text(index, "IndexName").unwrap_or_default().to_owned(),
        space: Space(0),
        kind,
        key,
        projection: read_projection(index)?,
        backfilling: false,
        phase: Phase::Active,
        settings: Settings::default(),
    })
}

fn read_projection(index: &Json<'_>) -> Result<Projection, Fault> {
    let projection = index.member("Projection");
    let kind = projection.and_then(|projection| text(projection, "ProjectionType"));
    let names = projection.and_then(|projection| projection.member("NonKeyAttributes"));
    let projection = match (kind, names) {
        (None, _) => return Err(invalid("Unknown ProjectionType: null")),
        (Some("INCLUDE"), None) => {
            return Err(invalid(
                "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
            ));
        }
        (Some("INCLUDE"), Some(names)) => Projection::Include(read_non_key_attributes(names)?),
        (Some(kind), Some(_)) => {
            return Err(invalid(format_args!(
                "ProjectionType is {kind}, but NonKeyAttributes is specified"
            )));
        }
        (Some("KEYS_ONLY"), None) => Projection::KeysOnly,
        (Some(_), None) => Projection::All,
    };
    Ok(projection)
}

/// Key attributes may be among them, whatever the member's name says.
fn read_non_key_attributes(names: &Json<'_>) -> Result<Vec<String>, Fault> {
    let mut read: Vec<String> = Vec::new();
    for name in names.elements().iter().filter_map(Json::text) {
        if read.iter().any(|known| known == name) {
            return Err(invalid(format_args!(
                "Duplicate element in NonKeyAttributes: {name}"
            )));
        }
        read.push(name.to_owned());
    }
    Ok(read)
}

fn check_used(definitions: &Definitions, key: &KeySchema, indexes: &[Index]) -> Result<(), Fault> {
    let mut used: Vec<&str> = Vec::new();
    for attribute in std::iter::once(key)
        .chain(indexes.iter().map(|index| &index.key))
        .flat_map(KeySchema::attributes)
    {
        if !used.contains(&attribute.name.as_str()) {
            used.push(&attribute.name);
        }
    }
    if used.len() == definitions.names.len() {
        return Ok(());
    }
    Err(invalid(format_args!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: {}, keys used: {}",
        definitions.listed(),
        listed(used.into_iter())
    )))
}

/// Names as the service lists them: `[a, b]`.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    format!("[{}]", names.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests;
