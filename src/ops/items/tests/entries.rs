//! Random items of a table with indexes of each kind.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::ops::tables::testing::Service;
use crate::types::wire::write_base64;

/// A value of a sort key. One table has values of one kind only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(String),
    /// Quarters.
    Number(i32),
    Bytes(Vec<u8>),
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    p: char,
    s: Key,
    l: Option<i32>,
    g: Option<char>,
    h: Option<i32>,
    f: u8,
}

/// What is read, and the attributes of its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) index: Option<&'static str>,
    pub(super) partition: &'static str,
    pub(super) sort: Option<&'static str>,
}

pub(super) const VIEWS: [View; 4] = [
    View {
        index: None,
        partition: "p",
        sort: Some("s"),
    },
    View {
        index: Some("local"),
        partition: "p",
        sort: Some("l"),
    },
    View {
        index: Some("global"),
        partition: "g",
        sort: Some("h"),
    },
    View {
        index: Some("unsorted"),
        partition: "g",
        sort: None,
    },
];

impl Key {
    pub(super) fn json(&self) -> Value {
        match self {
            Key::Text(text) => json!({ "S": text }),
            Key::Number(quarters) => json!({"N": (f64::from(*quarters) / 4.0).to_string()}),
            Key::Bytes(bytes) => {
                let mut quoted = Vec::new();
                write_base64(&mut quoted, bytes);
                let text: Value = serde_json::from_slice(&quoted).unwrap();
                json!({ "B": text })
            }
        }
    }

    pub(super) fn begins_with(&self, prefix: &Key) -> bool {
        match (self, prefix) {
            (Key::Text(text), Key::Text(prefix)) => text.starts_with(prefix),
            (Key::Bytes(bytes), Key::Bytes(prefix)) => bytes.starts_with(prefix),
            _ => false,
        }
    }
}

impl Entry {
    pub(super) fn json(&self) -> Value {
        let number = |value: i32| Key::Number(value).json();
        let mut item = json!({
            "p": {"S": self.p.to_string()}, "s": self.s.json(), "f": {"N": self.f.to_string()},
        });
        for (name, value) in [("l", self.l), ("h", self.h)] {
            if let Some(value) = value {
                item[name] = number(value);
            }
        }
        if let Some(g) = self.g {
            item["g"] = json!({"S": g.to_string()});
        }
        item
    }

    pub(super) fn partition(&self, view: View) -> Option<char> {
        match view.partition {
            "p" => Some(self.p),
            _ => self.g,
        }
    }

    pub(super) fn sort(&self, view: View) -> Option<Key> {
        match view.sort {
            Some("s") => Some(self.s.clone()),
            Some("l") => self.l.map(Key::Number),
            Some(_) => self.h.map(Key::Number),
            None => Some(Key::Number(0)),
        }
    }

    pub(super) fn is_in(&self, view: View) -> bool {
        self.partition(view).is_some() && self.sort(view).is_some()
    }
}

/// Kinds of keys are told apart by their wire tags.
pub(super) fn keys(kind: &'static str) -> BoxedStrategy<Key> {
    match kind {
        "S" => "[ab]{1,3}".prop_map(Key::Text).boxed(),
        "N" => (-9i32..10).prop_map(Key::Number).boxed(),
        _ => vec(select(vec![0u8, 1, 255]), 1..4)
            .prop_map(Key::Bytes)
            .boxed(),
    }
}

/// Items without two of the same key.
pub(super) fn entries(kind: &'static str, partitions: &'static str) -> BoxedStrategy<Vec<Entry>> {
    let partition = select(partitions.chars().collect::<Vec<_>>());
    let entry = (
        partition,
        keys(kind),
        option::of(-4i32..5),
        option::weighted(0.8, select(vec!['x', 'y'])),
        option::weighted(0.8, -4i32..5),
        0u8..4,
    );
    let entries = vec(entry, 0..50).prop_map(|entries| {
        let mut kept: Vec<Entry> = Vec::new();
        for (p, s, l, g, h, f) in entries {
            if !kept.iter().any(|other| (other.p, &other.s) == (p, &s)) {
                kept.push(Entry { p, s, l, g, h, f });
            }
        }
        kept
    });
    entries.boxed()
}

pub(super) async fn filled(kind: &str, entries: &[Entry]) -> Service {
    let service = Service::new(0);
    let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
    let index = |view: View| {
        let mut schema = vec![json!({"AttributeName": view.partition, "KeyType": "HASH"})];
        schema.extend(
            view.sort
                .map(|name| json!({"AttributeName": name, "KeyType": "RANGE"})),
        );
        json!({"IndexName": view.index, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}})
    };
    let members = json!({
        "KeySchema": index(VIEWS[0])["KeySchema"],
        "AttributeDefinitions": [attribute("p", "S"), attribute("s", kind), attribute("l", "N"),
            attribute("g", "S"), attribute("h", "N")],
        "LocalSecondaryIndexes": [index(VIEWS[1])],
        "GlobalSecondaryIndexes": [index(VIEWS[2]), index(VIEWS[3])],
    });
    service.create("abc", members).await;
    for chunk in entries.chunks(25) {
        let puts = chunk
            .iter()
            .map(|entry| json!({"PutRequest": {"Item": entry.json()}}));
        let request = json!({"RequestItems": {"abc": puts.collect::<Vec<_>>()}});
        let reply = service.call("BatchWriteItem", request).await.unwrap();
        assert_eq!(reply["UnprocessedItems"], json!({}));
    }
    service
}

pub(super) fn add_filter(request: &mut Value, filter: Option<u8>) {
    if let Some(below) = filter {
        request["FilterExpression"] = json!("f < :f");
        request["ExpressionAttributeValues"][":f"] = json!({"N": below.to_string()});
    }
}

pub(super) fn is_kept(entry: &Entry, filter: Option<u8>) -> bool {
    filter.is_none_or(|below| entry.f < below)
}
