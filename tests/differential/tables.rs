//! The tables that requests are made for, and the attribute values put into them.
//!
//! Few keys and few attribute names, so that requests meet each other's items. Every attribute has a type that it holds
//! most of the time.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// A table or an index, as far as requests need to know it.
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its partition key.
    pub(crate) hash: &'static str,
    /// Its sort key.
    pub(crate) range: Option<&'static str>,
    /// Its indexes.
    pub(crate) indexes: &'static [Index],
}

/// An index.
pub(crate) struct Index {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether it is a local one.
    pub(crate) scope: Scope,
    /// Its partition key.
    pub(crate) hash: &'static str,
    /// Its sort key.
    pub(crate) range: Option<&'static str>,
    /// What it holds besides keys; nothing means everything.
    pub(crate) projects: Option<&'static [&'static str]>,
}

/// Whether an index shares its table's partitions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Partitions of its own.
    Global,
    /// Its table's partitions.
    Local,
}

const fn index(
    name: &'static str,
    scope: Scope,
    hash: &'static str,
    range: Option<&'static str>,
    projects: Option<&'static [&'static str]>,
) -> Index {
    Index {
        name,
        scope,
        hash,
        range,
        projects,
    }
}

const fn table(
    name: &'static str,
    hash: &'static str,
    range: Option<&'static str>,
    indexes: &'static [Index],
) -> Table {
    Table {
        name,
        hash,
        range,
        indexes,
    }
}

/// The tables.
pub(crate) static TABLES: &[Table] = &[
    table("differential.plain", "p", None, &[]),
    table(
        "differential.pair",
        "p",
        Some("n"),
        &[
            index("local", Scope::Local, "p", Some("b"), None),
            index("local.keys", Scope::Local, "p", Some("c"), Some(&[])),
            index("global", Scope::Global, "a", None, None),
            index("global.keys", Scope::Global, "a", Some("c"), Some(&[])),
            index(
                "global.some",
                Scope::Global,
                "c",
                Some("b"),
                Some(&["m", "d"]),
            ),
        ],
    ),
    table("differential.bytes", "x", Some("p"), &[]),
];

/// A name that no table has.
pub(crate) const MISSING: &str = "differential.missing";

/// Every attribute name with the type it mostly holds.
pub(crate) const ATTRIBUTES: &[(&str, &str)] = &[
    ("p", "S"),
    ("n", "N"),
    ("x", "B"),
    ("a", "S"),
    ("b", "S"),
    ("c", "N"),
    ("d", "N"),
    ("e", "BOOL"),
    ("f", "NULL"),
    ("m", "M"),
    ("li", "L"),
    ("ss", "SS"),
    ("ns", "NS"),
    ("bs", "BS"),
];

/// Types by name.
pub(crate) const TYPES: &[&str] = &["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "10",
    "1.5",
    "1e2",
    "100",
    "0.1",
    "-0",
    "+7",
    "007.50",
    "1E-130",
    "-9.9e125",
    "12345678901234567890123456789012345678",
];
const WORDS: &[&str] = &["a", "b", "ab", "abc", "", "é", "z z", "\u{10348}"];
const BYTES: &[&str] = &["AA==", "/w==", "YWI=", "YWJj", ""];

impl Table {
    /// The request that makes it.
    pub(crate) fn definition(&self) -> Value {
        let (mut names, mut global, mut local) = (Vec::new(), Vec::new(), Vec::new());
        note_keys(&mut names, self.hash, self.range);
        for index in self.indexes {
            note_keys(&mut names, index.hash, index.range);
            let projection = match index.projects {
                None => json!({"ProjectionType": "ALL"}),
                Some([]) => json!({"ProjectionType": "KEYS_ONLY"}),
                Some(names) => json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": names}),
            };
            let keys = key_schema(index.hash, index.range);
            let index_row =
                json!({"IndexName": index.name, "KeySchema": keys, "Projection": projection});
            match index.scope {
                Scope::Global => global.push(index_row),
                Scope::Local => local.push(index_row),
            }
        }
        let definitions: Vec<Value> = names
            .iter()
            .map(|name| json!({"AttributeName": name, "AttributeType": natural(name)}))
            .collect();
        let mut request = json!({
            "TableName": self.name,
            "KeySchema": key_schema(self.hash, self.range),
            "AttributeDefinitions": definitions,
            "BillingMode": "PAY_PER_REQUEST",
        });
        for (member, rows) in [
            ("GlobalSecondaryIndexes", global),
            ("LocalSecondaryIndexes", local),
        ] {
            if !rows.is_empty() {
                request[member] = rows.into();
            }
        }
        request
    }

    /// A key of one of its items, now and then a wrong one.
    pub(crate) fn key(&self, dice: &mut Dice) -> Map<String, Value> {
        let mut key = Map::new();
        for name in std::iter::once(self.hash).chain(self.range) {
            key.insert(name.to_owned(), key_value(name, dice));
        }
        if dice.chance(3) {
            match dice.below(4) {
                0 => {
                    key.remove(self.range.unwrap_or(self.hash));
                }
                1 => {
                    key.insert("a".to_owned(), json!({"S": "a"}));
                }
                2 => {
                    key.insert(self.hash.to_owned(), value(dice, 0));
                }
                _ => {
                    key.insert(
                        self.range.unwrap_or(self.hash).to_owned(),
                        value_of(dice.pick(TYPES), dice, 0),
                    );
                }
            }
        }
        key
    }

    /// An item.
    pub(crate) fn item(&self, dice: &mut Dice) -> Map<String, Value> {
        let mut item = self.key(dice);
        for _ in 0..dice.below(6) {
            let name = dice.pick(ATTRIBUTES).0;
            if name != self.hash && Some(name) != self.range {
                item.insert(name.to_owned(), attribute_value(name, dice));
            }
        }
        item
    }
}

fn note_keys(names: &mut Vec<&'static str>, hash: &'static str, range: Option<&'static str>) {
    for name in std::iter::once(hash).chain(range) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
}

fn key_schema(hash: &str, range: Option<&str>) -> Value {
    let mut keys = vec![json!({"AttributeName": hash, "KeyType": "HASH"})];
    keys.extend(range.map(|name| json!({"AttributeName": name, "KeyType": "RANGE"})));
    keys.into()
}

/// The type that an attribute mostly holds.
pub(crate) fn natural(name: &str) -> &'static str {
    ATTRIBUTES
        .iter()
        .find(|(known, _)| *known == name)
        .map_or("S", |(_, kind)| kind)
}

/// A value for a key attribute: one of few.
pub(crate) fn key_value(name: &str, dice: &mut Dice) -> Value {
    match natural(name) {
        "N" => json!({"N": dice.pick(&["1", "2", "3", "1.0", "10", "-1", "2.5"])}),
        "B" => json!({"B": dice.pick(&["AA==", "/w==", "YWI="])}),
        _ => json!({"S": dice.pick(&["a", "b", "ab", "é"])}),
    }
}

/// A value for an attribute, mostly of its type.
pub(crate) fn attribute_value(name: &str, dice: &mut Dice) -> Value {
    if dice.chance(12) {
        value(dice, 2)
    } else if matches!(name, "a" | "b" | "c") {
        key_value(name, dice)
    } else {
        value_of(natural(name), dice, 2)
    }
}

/// A value of any type, now and then a wrong one.
pub(crate) fn value(dice: &mut Dice, depth: usize) -> Value {
    let kind = dice.pick(TYPES);
    value_of(kind, dice, depth)
}

/// A value of a type, now and then a wrong one.
pub(crate) fn value_of(kind: &str, dice: &mut Dice, depth: usize) -> Value {
    if dice.chance(1) {
        return broken_value(dice);
    }
    match kind {
        "S" => json!({"S": dice.pick(WORDS)}),
        "N" => json!({"N": dice.pick(NUMBERS)}),
        "B" => json!({"B": dice.pick(BYTES)}),
        "BOOL" => json!({"BOOL": dice.chance(50)}),
        "NULL" => json!({"NULL": true}),
        "SS" => json!({"SS": members(WORDS, dice)}),
        "NS" => json!({"NS": members(&NUMBERS[..7], dice)}),
        "BS" => json!({"BS": members(BYTES, dice)}),
        "L" => {
            let size = if depth == 0 { 0 } else { dice.below(4) };
            json!({"L": (0..size).map(|_| value(dice, depth - 1)).collect::<Vec<_>>()})
        }
        _ => {
            let size = if depth == 0 { 0 } else { dice.below(4) };
            let entries: Map<String, Value> = (0..size)
                .map(|_| {
                    (
                        dice.pick(&["k", "j", "a.b", "é"]).to_owned(),
                        value(dice, depth - 1),
                    )
                })
                .collect();
            json!({"M": entries})
        }
    }
}

fn members(of: &[&str], dice: &mut Dice) -> Vec<String> {
    let first = dice.below(of.len());
    let size = 1 + dice.below(3);
    (0..size)
        .map(|step| of[(first + step) % of.len()].to_owned())
        .collect()
}

fn broken_value(dice: &mut Dice) -> Value {
    match dice.below(16) {
        0 => json!({"N": "abc"}),
        1 => json!({"N": ""}),
        2 => json!({"N": "1e126"}),
        3 => json!({"N": "1e-131"}),
        4 => json!({"N": "123456789012345678901234567890123456789"}),
        5 => json!({"N": " 1"}),
        6 => json!({"SS": []}),
        7 => json!({"NS": []}),
        8 => json!({"BS": []}),
        9 => json!({"SS": ["b", "a", "b"]}),
        10 => json!({"NS": ["1", "1.0"]}),
        11 => json!({"BS": ["AA==", "AA=="]}),
        12 => json!({"NULL": false}),
        13 => json!({}),
        14 => json!({"S": "a", "N": "1"}),
        _ => json!({"M": {"": {"S": "a"}}}),
    }
}
