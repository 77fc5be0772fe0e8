//! `Table` and `Index`: the resolved schema of a table, immutable once published.
//!
//! A change of a table makes a new `Table`; readers go on with the one they hold. Owns key extraction (which
//! attributes make the row key, and the words for keys that do not fit) and the stored descriptor. What an index
//! stores of an item is `index`'s; settings that only DescribeTable shows are in `settings`.

use serde::{Deserialize, Serialize};

use crate::engine::expiry::TimeToLive;
use crate::engine::settings::Settings;
use crate::error::Fault;
use crate::limits::{PARTITION_KEY_BYTES, SORT_KEY_BYTES};
use crate::storage::keys::{self, Space};
use crate::storage::order::KeyValue;
use crate::types::{Attr, AttrType, Item};

/// A table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Table {
    /// Name.
    pub name: String,
    /// Which set of tables the name belongs to; empty when there is one for all.
    pub scope: String,
    /// TableId, a UUID.
    pub id: String,
    /// Number of the table's rows in storage.
    pub space: Space,
    /// Milliseconds since the epoch.
    pub created_ms: u64,
    /// Region of the request that made the table.
    pub region: String,
    /// Primary key: one HASH attribute and at most one RANGE attribute.
    pub key: KeySchema,
    /// All secondary indexes, in the order in which they were made.
    pub indexes: Vec<Index>,
    /// The stream that is enabled, by its number; or the last one that was.
    pub stream: Option<TableStream>,
    /// The time-to-live setting that is enabled, or the last one that was.
    #[serde(default)]
    pub ttl: Option<TimeToLive>,
    /// What DescribeTable shows and no row depends on.
    pub settings: Settings,
    /// Life cycle.
    pub phase: Phase,
}

/// The latest stream of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableStream {
    /// Number of the stream's records in storage.
    pub number: u64,
    /// Label, the last part of the ARN.
    pub label: String,
    /// What each record holds.
    pub view: ViewType,
    /// Whether writes are recorded.
    pub enabled: bool,
}

/// What a stream record holds of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewType {
    /// Keys alone.
    KeysOnly,
    /// The item after the write.
    NewImage,
    /// The item before the write.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl ViewType {
    const NAMES: [(ViewType, &'static str); 4] = [
        (ViewType::KeysOnly, "KEYS_ONLY"),
        (ViewType::NewImage, "NEW_IMAGE"),
        (ViewType::OldImage, "OLD_IMAGE"),
        (ViewType::NewAndOldImages, "NEW_AND_OLD_IMAGES"),
    ];

    /// Name in the API.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }

    /// The view type of a name.
    pub fn from_name(name: &str) -> Option<ViewType> {
        Self::NAMES
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
    }

    /// Whether records hold the item after the write.
    pub fn has_new_image(self) -> bool {
        matches!(self, ViewType::NewImage | ViewType::NewAndOldImages)
    }

    /// Whether records hold the item before the write.
    pub fn has_old_image(self) -> bool {
        matches!(self, ViewType::OldImage | ViewType::NewAndOldImages)
    }
}

/// Where a table or an index stands in its life. Times are milliseconds since the epoch of the server's clock;
/// a phase that is over counts as `Active`, so nothing has to happen at its end but for `Deleting`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// In use.
    Active,
    /// Being made.
    Creating {
        /// When it is done.
        until: u64,
    },
    /// Being changed.
    Updating {
        /// When it is done.
        until: u64,
    },
    /// Being deleted; `jobs::removal` takes it away.
    Deleting {
        /// When it is gone.
        until: u64,
    },
}

impl Phase {
    /// The phase as of `now`.
    #[must_use]
    pub fn at(self, now: u64) -> Phase {
        match self {
            Phase::Creating { until } | Phase::Updating { until } if until <= now => Phase::Active,
            other => other,
        }
    }

    /// Status in the API.
    pub fn name(self, now: u64) -> &'static str {
        match self.at(now) {
            Phase::Active => "ACTIVE",
            Phase::Creating { .. } => "CREATING",
            Phase::Updating { .. } => "UPDATING",
            Phase::Deleting { .. } => "DELETING",
        }
    }
}

/// A key attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAttribute {
    /// Attribute name.
    pub name: String,
    /// S, N or B.
    pub kind: AttrType,
}

/// The attributes of a key in the order of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySchema {
    /// HASH attributes; more than one only in a global secondary index.
    pub partition: Vec<KeyAttribute>,
    /// RANGE attributes; more than one only in a global secondary index.
    pub sort: Vec<KeyAttribute>,
}

impl KeySchema {
    /// All key attributes, HASH first.
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.partition.iter().chain(&self.sort)
    }

    /// The key attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&KeyAttribute> {
        self.attributes().find(|attribute| attribute.name == name)
    }

    /// Whether the attribute is part of the key.
    pub fn contains(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }
}

/// What an index copies besides the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// Everything.
    All,
    /// Nothing.
    KeysOnly,
    /// The attributes named.
    Include(Vec<String>),
}

/// Which kind of index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexKind {
    /// Of its own key.
    Global,
    /// Of the table's HASH attribute and a RANGE attribute of its own.
    Local,
}

/// A secondary index.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Index {
    /// Name.
    pub name: String,
    /// Number of the index's rows in storage.
    pub space: Space,
    /// Global or local.
    pub kind: IndexKind,
    /// Key of the index.
    pub key: KeySchema,
    /// What it copies.
    pub projection: Projection,
    /// Whether items older than the index are still being copied into it.
    pub backfilling: bool,
    /// Life cycle.
    pub phase: Phase,
    /// What DescribeTable shows of it.
    pub settings: Settings,
}

impl Index {
    /// Whether the index holds this attribute of an item.
    pub fn projects(&self, name: &str, table_key: &KeySchema) -> bool {
        let named = match &self.projection {
            Projection::All => true,
            Projection::KeysOnly => false,
            Projection::Include(names) => names.iter().any(|projected| projected == name),
        };
        named || self.key.contains(name) || table_key.contains(name)
    }

    /// Status in the API.
    pub fn status(&self, now: u64) -> &'static str {
        if self.backfilling && matches!(self.phase.at(now), Phase::Active) {
            "CREATING"
        } else {
            self.phase.name(now)
        }
    }
}

impl Table {
    /// ARN, with the region as the request names it.
    pub fn arn(&self, region: &str, account: &str) -> String {
        format!("arn:aws:dynamodb:{region}:{account}:table/{}", self.name)
    }

    /// The index of that name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// Whether there is a local secondary index, and so item collections.
    pub fn has_local_index(&self) -> bool {
        self.indexes
            .iter()
            .any(|index| index.kind == IndexKind::Local)
    }

    /// The stream that writes are recorded in.
    pub fn open_stream(&self) -> Option<&TableStream> {
        self.stream.as_ref().filter(|stream| stream.enabled)
    }

    /// The time-to-live setting by which items expire.
    pub fn time_to_live(&self) -> Option<&TimeToLive> {
        self.ttl.as_ref().filter(|ttl| ttl.enabled)
    }

    /// The HASH attribute.
    pub fn partition_attribute(&self) -> &KeyAttribute {
        &self.key.partition[0]
    }

    /// The row key of a whole item, in the words of a put.
    pub fn row_key_of_item(&self, item: &Item) -> Result<Vec<u8>, Fault> {
        for attribute in self.key.attributes() {
            let Some(value) = item.get(&attribute.name) else {
                return Err(Fault::schema(format!(
                    "One or more parameter values were invalid: Missing the key {} in the item",
                    attribute.name
                )));
            };
            if value.kind() != attribute.kind {
                return Err(Fault::schema(format!(
                    "One or more parameter values were invalid: Type mismatch for key {} expected: {} actual: {}",
                    attribute.name,
                    attribute.kind.name(),
                    value.kind().name()
                )));
            }
        }
        self.row_key(item)
    }

    /// The row key of a `Key` parameter: exactly the key attributes, each of its type.
    pub fn row_key_of(&self, key: &Item) -> Result<Vec<u8>, Fault> {
        let fits = key.len() == self.key.attributes().count()
            && self.key.attributes().all(|attribute| {
                key.get(&attribute.name)
                    .is_some_and(|value| value.kind() == attribute.kind)
            });
        if !fits {
            return Err(Fault::schema(
                "The provided key element does not match the schema",
            ));
        }
        self.row_key(key)
    }

    /// The row key of attributes that are there and of the right types; checks emptiness and sizes.
    fn row_key(&self, item: &Item) -> Result<Vec<u8>, Fault> {
        let partition = self.partition_attribute();
        let partition_value = key_value(item, partition)?;
        let sort = match self.key.sort.first() {
            Some(attribute) => Some((attribute, key_value(item, attribute)?)),
            None => None,
        };
        check_not_empty(partition, partition_value)?;
        if let Some((attribute, value)) = sort {
            check_not_empty(attribute, value)?;
        }
        if key_bytes(partition_value) > PARTITION_KEY_BYTES {
            return Err(Fault::schema(format!(
                "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of{PARTITION_KEY_BYTES} bytes"
            )));
        }
        if sort.is_some_and(|(_, value)| key_bytes(value) > SORT_KEY_BYTES) {
            return Err(Fault::schema(format!(
                "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of {SORT_KEY_BYTES} bytes"
            )));
        }
        Ok(keys::row(
            self.space,
            partition_value,
            sort.map(|(_, value)| value),
        ))
    }

    /// The row key of an item that passed every check before, such as a stored one.
    pub fn row_key_of_stored(&self, item: &Item) -> Option<Vec<u8>> {
        let value = |attribute: &KeyAttribute| item.get(&attribute.name).and_then(KeyValue::of);
        let sort = match self.key.sort.first() {
            Some(attribute) => Some(value(attribute)?),
            None => None,
        };
        Some(keys::row(
            self.space,
            value(self.partition_attribute())?,
            sort,
        ))
    }
}

/// Bytes of a key value that count against the limits of keys.
pub fn key_bytes(value: KeyValue<'_>) -> usize {
    match value {
        KeyValue::S(text) => text.len(),
        KeyValue::B(bytes) => bytes.len(),
        KeyValue::N(number) => number.byte_size(),
    }
}

/// The words for an empty key value in an item or a `Key` parameter.
pub fn empty_key_value(name: &str, kind: AttrType) -> Fault {
    Fault::schema(format!(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {} value. Key: {name}",
        if kind == AttrType::B {
            "binary"
        } else {
            "string"
        }
    ))
}

fn check_not_empty(attribute: &KeyAttribute, value: KeyValue<'_>) -> Result<(), Fault> {
    if key_bytes(value) == 0 {
        Err(empty_key_value(&attribute.name, attribute.kind))
    } else {
        Ok(())
    }
}

fn key_value<'i>(item: &'i Item, attribute: &KeyAttribute) -> Result<KeyValue<'i>, Fault> {
    item.get(&attribute.name)
        .filter(|value: &&Attr| value.kind() == attribute.kind)
        .and_then(KeyValue::of)
        .ok_or_else(|| Fault::schema("The provided key element does not match the schema"))
}
