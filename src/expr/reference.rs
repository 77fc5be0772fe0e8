//! Evaluation and updates against a second, slower implementation over plain documents.
//!
//! Owns the documents and what makes random ones; names and values are few, so that paths often lead somewhere and values
//! often are alike. Strategies are boxed, since their values are built on the stack and would fill a test's.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use crate::types::{Attr, AttrType, Item, Number, Path, Step};

mod conditions;
mod updates;

/// A value as the reference sees it: numbers are whole, sets and maps are the standard library's.
#[derive(Clone, Debug, PartialEq)]
enum Doc {
    Text(String),
    Number(i128),
    Bytes(Vec<u8>),
    Bool(bool),
    Null,
    List(Vec<Doc>),
    Map(BTreeMap<String, Doc>),
    Texts(BTreeSet<String>),
    Numbers(BTreeSet<i128>),
    Blobs(BTreeSet<Vec<u8>>),
}

impl Doc {
    fn of(value: &Attr) -> Doc {
        match value {
            Attr::S(text) => Doc::Text(text.clone()),
            Attr::N(number) => Doc::Number(whole(*number)),
            Attr::B(bytes) => Doc::Bytes(bytes.clone()),
            Attr::Bool(truth) => Doc::Bool(*truth),
            Attr::Null => Doc::Null,
            Attr::L(list) => Doc::List(list.iter().map(Doc::of).collect()),
            Attr::M(map) => Doc::of_item(map),
            Attr::Ss(set) => Doc::Texts(distinct(set.iter().cloned())),
            Attr::Ns(set) => Doc::Numbers(distinct(set.iter().copied().map(whole))),
            Attr::Bs(set) => Doc::Blobs(distinct(set.iter().cloned())),
        }
    }

    fn of_item(item: &Item) -> Doc {
        let entries = item.iter();
        Doc::Map(
            entries
                .map(|(name, value)| (name.to_owned(), Doc::of(value)))
                .collect(),
        )
    }

    fn kind(&self) -> AttrType {
        match self {
            Doc::Text(_) => AttrType::S,
            Doc::Number(_) => AttrType::N,
            Doc::Bytes(_) => AttrType::B,
            Doc::Bool(_) => AttrType::Bool,
            Doc::Null => AttrType::Null,
            Doc::List(_) => AttrType::L,
            Doc::Map(_) => AttrType::M,
            Doc::Texts(_) => AttrType::Ss,
            Doc::Numbers(_) => AttrType::Ns,
            Doc::Blobs(_) => AttrType::Bs,
        }
    }

    fn child(&self, step: &Step) -> Option<&Doc> {
        match (self, step) {
            (Doc::Map(map), Step::Name(name)) => map.get(&**name),
            (Doc::List(list), Step::Index(index)) => list.get(*index as usize),
            _ => None,
        }
    }

    fn at(&self, steps: &[Step]) -> Option<&Doc> {
        match steps {
            [] => Some(self),
            [first, rest @ ..] => self.child(first)?.at(rest),
        }
    }

    /// The value at a path of an item.
    fn find(&self, path: &Path) -> Option<&Doc> {
        self.at(&steps(path))
    }
}

/// A set; members that repeat would show a set that was badly put together.
fn distinct<T: Ord>(members: impl ExactSizeIterator<Item = T>) -> BTreeSet<T> {
    let count = members.len();
    let set: BTreeSet<T> = members.collect();
    assert_eq!(set.len(), count, "a set repeats a member");
    assert!(!set.is_empty(), "a set is empty");
    set
}

/// Every number of these tests is whole, and short enough to be printed so.
fn whole(number: Number) -> i128 {
    number.to_string().parse().expect("it is whole")
}

/// A path whose first step is the top-level name.
fn steps(path: &Path) -> Vec<Step> {
    let root = Step::Name(path.root.clone());
    std::iter::once(root)
        .chain(path.steps.iter().cloned())
        .collect()
}

fn names() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

/// Some letters take two units of UTF-16, and their bytes sort after those of letters with higher units.
fn texts() -> impl Strategy<Value = String> {
    vec(select(vec!['a', 'b', 'é', '\u{FF5E}', '😀']), 0..4).prop_map(String::from_iter)
}

fn numbers() -> impl Strategy<Value = Number> {
    (-12i64..30).prop_map(Number::from)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(select(vec![0u8, 1, 255]), 0..5)
}

fn scalars() -> impl Strategy<Value = Attr> {
    prop_oneof![
        3 => texts().prop_map(Attr::S),
        4 => numbers().prop_map(Attr::N),
        2 => bytes().prop_map(Attr::B),
        1 => any::<bool>().prop_map(Attr::Bool),
        1 => Just(Attr::Null),
    ]
}

fn sets() -> impl Strategy<Value = Attr> {
    prop_oneof![
        btree_set(texts(), 1..4).prop_map(|set| Attr::Ss(set.into_iter().collect())),
        btree_set(numbers(), 1..4).prop_map(|set| Attr::Ns(set.into_iter().collect())),
        btree_set(bytes(), 1..4).prop_map(|set| Attr::Bs(set.into_iter().collect())),
    ]
}

fn values() -> BoxedStrategy<Attr> {
    let flat = prop_oneof![4 => scalars(), 1 => sets()].boxed();
    let values = flat.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Attr::L),
            vec((names(), inner), 0..4).prop_map(|map| Attr::M(map.into_iter().collect())),
        ]
    });
    values.boxed()
}

/// Half of the values are documents, so that paths have something to walk in.
fn items() -> BoxedStrategy<Item> {
    let lists = vec(values(), 1..4).prop_map(Attr::L);
    let maps = vec((names(), values()), 1..4).prop_map(|map| Attr::M(map.into_iter().collect()));
    let value = prop_oneof![2 => values(), 1 => lists, 1 => maps];
    let items = vec((names(), value), 0..5).prop_map(|item| item.into_iter().collect());
    items.boxed()
}

fn paths() -> BoxedStrategy<Path> {
    let step = prop_oneof![
        names().prop_map(|name| Step::Name(name.into())),
        (0u32..5).prop_map(Step::Index),
        Just(Step::Index(u32::MAX)),
    ];
    let length = prop_oneof![4 => Just(0usize), 4 => Just(1), 2 => Just(2), 1 => Just(3)];
    let steps = length.prop_flat_map(move |length| vec(step.clone(), length));
    let paths = (names(), steps).prop_map(|(root, steps)| Path {
        root: root.into(),
        steps,
    });
    paths.boxed()
}
