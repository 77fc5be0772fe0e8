//! Random writes, what they do to a plain map, and how they are asked for.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

/// Attributes by name, as on the wire. Numbers and sets are in their canonical form.
pub(super) type Row = BTreeMap<String, Value>;
pub(super) type Key = (&'static str, i64);
pub(super) type Rows = BTreeMap<Key, Row>;

/// Attributes beside the key that an item may have, but for the counter.
const NAMES: [&str; 5] = ["g", "h", "l", "x", "y"];

#[derive(Clone, Debug)]
pub(super) enum Change {
    Put(Row),
    /// Sets attributes, removes others, and adds to the counter `n`.
    Update(Row, Vec<&'static str>, i64),
    Delete,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Guard {
    None,
    Exists,
    Missing,
}

#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) key: Key,
    change: Change,
    guard: Guard,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    One(Write),
    /// Puts and deletes, without guards.
    Batch(Vec<Write>),
    Transact(Vec<Write>),
}

fn number(value: i64) -> Value {
    json!({"N": value.to_string()})
}

fn rows() -> BoxedStrategy<Row> {
    let texts = "[a-c]{0,12}".prop_map(|text| json!({ "S": text }));
    let anything = prop_oneof![
        texts,
        (-20_000i64..20_000).prop_map(number),
        Just(json!({"L": [{"BOOL": true}, {"M": {"k": {"NULL": true}}}]})),
        Just(json!({"SS": ["a", "bc"]})),
    ]
    .boxed();
    let row = (
        option::weighted(0.7, select(vec!["u", "v", "www"])),
        option::weighted(0.7, -2i64..3),
        option::weighted(0.7, select(vec![-1i64, 0, 7, 120])),
        option::of(anything.clone()),
        option::of(anything),
    );
    let row = row.prop_map(|(g, h, l, x, y)| {
        let values = [
            g.map(|g| json!({ "S": g })),
            h.map(number),
            l.map(number),
            x,
            y,
        ];
        let named = NAMES.into_iter().zip(values);
        named
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    });
    row.boxed()
}

fn writes(guards: &[Guard], updates: u32) -> BoxedStrategy<Write> {
    let key = (select(vec!["a", "bb"]), select(vec![-5i64, 0, 10, 123]));
    let removed = subsequence(NAMES.to_vec(), 0..3);
    let change = prop_oneof![
        4 => rows().prop_map(Change::Put),
        updates => (rows(), removed, 0i64..3).prop_map(|(set, mut removed, by)| {
            removed.retain(|name| !set.contains_key(*name));
            Change::Update(set, removed, by)
        }),
        2 => Just(Change::Delete),
    ];
    let write = (key, change, select(guards.to_vec()));
    let write = write.prop_map(|(key, change, guard)| Write { key, change, guard });
    write.boxed()
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let guards = [Guard::None, Guard::None, Guard::Exists, Guard::Missing];
    let apart = |writes: Vec<Write>| {
        let mut kept: Vec<Write> = Vec::new();
        for write in writes {
            if kept.iter().all(|other| other.key != write.key) {
                kept.push(write);
            }
        }
        kept
    };
    let step = prop_oneof![
        4 => writes(&guards, 4).prop_map(Step::One),
        1 => vec(writes(&[Guard::None], 0), 1..6).prop_map(move |writes| Step::Batch(apart(writes))),
        2 => vec(writes(&guards, 4), 1..4).prop_map(move |writes| Step::Transact(apart(writes))),
    ];
    vec(step, 1..24)
}

fn key_row(key: Key) -> Row {
    let (p, s) = key;
    BTreeMap::from([
        ("p".to_owned(), json!({ "S": p })),
        ("s".to_owned(), number(s)),
    ])
}

impl Write {
    pub(super) fn is_allowed(&self, rows: &Rows) -> bool {
        match self.guard {
            Guard::None => true,
            Guard::Exists => rows.contains_key(&self.key),
            Guard::Missing => !rows.contains_key(&self.key),
        }
    }

    /// Changes the map, and tells whether that made a difference.
    pub(super) fn apply(&self, rows: &mut Rows) -> bool {
        let old = rows.remove(&self.key);
        let new = match &self.change {
            Change::Put(row) => Some(key_row(self.key).into_iter().chain(row.clone()).collect()),
            Change::Update(set, removed, by) => {
                let mut row = old.clone().unwrap_or_else(|| key_row(self.key));
                row.extend(set.clone());
                row.retain(|name, _| !removed.contains(&name.as_str()));
                let count = row.get("n").map_or(0, |n| whole(&n["N"]));
                row.insert("n".to_owned(), number(count + by));
                Some(row)
            }
            Change::Delete => None,
        };
        let differs = old != new;
        if let Some(row) = new {
            rows.insert(self.key, row);
        }
        differs
    }

    /// The operation, and the members of its request or of an action.
    pub(super) fn request(&self) -> (&'static str, Value) {
        let (name, mut request) = match &self.change {
            Change::Put(row) => {
                let item: Row = key_row(self.key).into_iter().chain(row.clone()).collect();
                ("Put", json!({ "Item": item }))
            }
            Change::Update(set, removed, by) => {
                let sets: Vec<String> =
                    set.keys().map(|name| format!("{name} = :{name}")).collect();
                let mut text = "ADD n :n".to_owned();
                for (section, parts) in
                    [(" SET ", sets.join(", ")), (" REMOVE ", removed.join(", "))]
                {
                    if !parts.is_empty() {
                        text += section;
                        text += &parts;
                    }
                }
                let mut values = json!({":n": number(*by)});
                for (name, value) in set {
                    values[format!(":{name}")] = value.clone();
                }
                let request = json!({"Key": key_row(self.key), "UpdateExpression": text,
                    "ExpressionAttributeValues": values});
                ("Update", request)
            }
            Change::Delete => ("Delete", json!({"Key": key_row(self.key)})),
        };
        request["TableName"] = json!("abc");
        match self.guard {
            Guard::None => {}
            Guard::Exists => request["ConditionExpression"] = json!("attribute_exists(p)"),
            Guard::Missing => request["ConditionExpression"] = json!("attribute_not_exists(p)"),
        }
        (name, request)
    }
}

fn whole(text: &Value) -> i64 {
    text.as_str().unwrap().parse().unwrap()
}
