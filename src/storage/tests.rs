//! Both stores replay random histories against a plain map, and keep what a reader may rely on.

use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use super::store::is_empty_range;
use super::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Debug, Clone)]
enum Step {
    Apply(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    Read {
        from: Bound<Vec<u8>>,
        to: Bound<Vec<u8>>,
        order: Order,
        limit: usize,
    },
    Reopen,
}

fn keys() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(0u8..4, 0..4), vec(0u8..0xFF, 0..30)]
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![8 => 0usize..40, 2 => 500usize..2000, 1 => 8000usize..40_000];
    (length, any::<u8>()).prop_map(|(length, byte)| vec![byte; length])
}

fn bounds() -> impl Strategy<Value = Bound<Vec<u8>>> {
    prop_oneof![
        Just(Bound::Unbounded),
        keys().prop_map(Bound::Included),
        keys().prop_map(Bound::Excluded)
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let edits = vec(
        (
            keys(),
            prop_oneof![3 => values().prop_map(Some), 1 => Just(None)],
        ),
        0..20,
    );
    let order = prop_oneof![Just(Order::Forward), Just(Order::Reverse)];
    let read = (
        bounds(),
        bounds(),
        order,
        prop_oneof![Just(usize::MAX), 0usize..10],
    );
    let step = prop_oneof![
        6 => edits.prop_map(Step::Apply),
        6 => read.prop_map(|(from, to, order, limit)| Step::Read { from, to, order, limit }),
        1 => Just(Step::Reopen),
    ];
    vec(step, 1..25)
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

fn read(
    store: &impl Store,
    from: Bound<&[u8]>,
    to: Bound<&[u8]>,
    order: Order,
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = Vec::new();
    let visit = &mut |key: &[u8], value: &[u8]| {
        if rows.len() == limit {
            return ControlFlow::Break(());
        }
        rows.push((key.to_vec(), value.to_vec()));
        ControlFlow::Continue(())
    };
    store.range(from, to, order, visit).expect("read");
    rows
}

fn read_model(
    model: &Model,
    from: Bound<&[u8]>,
    to: Bound<&[u8]>,
    order: Order,
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    if is_empty_range(from, to) {
        return Vec::new();
    }
    let rows = model
        .range::<[u8], _>((from, to))
        .map(|(key, value)| (key.clone(), value.clone()));
    match order {
        Order::Forward => rows.take(limit).collect(),
        Order::Reverse => rows.rev().take(limit).collect(),
    }
}

fn check_history<S: Store>(steps: &[Step], mut store: S, mut reopen: impl FnMut(S) -> S) {
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Apply(edits) => {
                let mut batch = Batch::new();
                for (key, value) in edits {
                    batch
                        .edits
                        .push((key.clone(), value.clone().map(Bytes::from)));
                    match value {
                        Some(value) => model.insert(key.clone(), value.clone()),
                        None => model.remove(key),
                    };
                }
                store.apply(batch).expect("applied");
                for (key, _) in edits {
                    let found = store.get(key).expect("read");
                    assert_eq!(found.as_deref(), model.get(key).map(Vec::as_slice));
                }
            }
            Step::Read {
                from,
                to,
                order,
                limit,
            } => {
                let (from, to) = (as_slice(from), as_slice(to));
                let expected = read_model(&model, from, to, *order, *limit);
                assert_eq!(read(&store, from, to, *order, *limit), expected);
            }
            Step::Reopen => store = reopen(store),
        }
    }
    let all = read(
        &store,
        Bound::Unbounded,
        Bound::Unbounded,
        Order::Forward,
        usize::MAX,
    );
    assert_eq!(all, model.into_iter().collect::<Vec<_>>());
}

fn open(path: &std::path::Path) -> SledStore {
    SledStore::open(path, SledOptions::default()).expect("opened")
}

#[test]
fn long_ranges_cross_chunks() {
    let store = MemoryStore::new();
    let key = |number: u32| number.to_be_bytes().to_vec();
    let mut batch = Batch::new();
    for number in 0..2000 {
        batch.put(
            key(number),
            vec![0; if number % 100 == 0 { 100_000 } else { 10 }],
        );
    }
    store.apply(batch).expect("applied");
    for order in [Order::Forward, Order::Reverse] {
        let rows = read(
            &store,
            Bound::Unbounded,
            Bound::Excluded(&key(1999)),
            order,
            usize::MAX,
        );
        let mut numbers: Vec<_> = rows.into_iter().map(|(key, _)| key).collect();
        if order == Order::Reverse {
            numbers.reverse();
        }
        assert_eq!(numbers, (0..1999).map(key).collect::<Vec<_>>());
    }
}

#[test]
fn memory_size_follows_the_rows() {
    let store = MemoryStore::new();
    let apply = |value: Option<Vec<u8>>| {
        store
            .apply(Batch {
                edits: vec![(b"key".to_vec(), value.map(Bytes::from))],
            })
            .expect("applied");
        store.size().expect("size")
    };
    let small = apply(Some(vec![0; 10]));
    assert_eq!(apply(Some(vec![0; 110])), small + 100);
    assert_eq!(apply(None), 0);
    assert_eq!(apply(None), 0);
}

#[test]
fn a_visitor_may_read_and_write() {
    let store = MemoryStore::new();
    let mut batch = Batch::new();
    batch.put(b"a".to_vec(), vec![1]);
    batch.put(b"b".to_vec(), vec![2]);
    store.apply(batch).expect("applied");
    let mut seen = 0;
    let visit = &mut |key: &[u8], value: &[u8]| {
        assert_eq!(store.get(key).expect("read").as_deref(), Some(value));
        store
            .apply(Batch {
                edits: vec![(b"c".to_vec(), None)],
            })
            .expect("applied");
        seen += 1;
        ControlFlow::Continue(())
    };
    store
        .range(Bound::Unbounded, Bound::Unbounded, Order::Forward, visit)
        .expect("read");
    assert_eq!(seen, 2);
}

#[test]
fn own_namespace_of_the_disk_store_is_refused() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let store = open(place.path());
    let mut batch = Batch::new();
    batch.put(vec![0xFF, 1], vec![]);
    assert!(matches!(store.apply(batch), Err(StoreError::Backend(_))));
}

#[test]
fn large_values_are_never_torn() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let store = open(place.path());
    let put = |byte: u8| {
        let mut batch = Batch::new();
        batch.put(b"key".to_vec(), vec![byte; 60_000 + usize::from(byte)]);
        store.apply(batch).expect("applied");
    };
    let check = |value: &[u8]| {
        let first = value[0];
        assert_eq!(value.len(), 60_000 + usize::from(first));
        assert!(value.iter().all(|byte| *byte == first));
    };
    put(0);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (0..=255).for_each(put);
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            check(&store.get(b"key").expect("read").expect("there"));
            let visit = &mut |_: &[u8], value: &[u8]| {
                check(value);
                ControlFlow::Continue(())
            };
            store
                .range(Bound::Unbounded, Bound::Unbounded, Order::Forward, visit)
                .expect("read");
        }
    });
    store.flush().expect("flushed");
    assert!(store.size().expect("size") > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn memory_is_a_map(steps in steps()) {
        check_history(&steps, MemoryStore::new(), |store| store);
    }

    #[test]
    fn disk_is_a_map(steps in steps()) {
        let place = tempfile::tempdir().expect("a temporary directory");
        check_history(&steps, open(place.path()), |store| {
            drop(store);
            open(place.path())
        });
    }
}
