//! Query against a sorted list: every kind of test of the sort key, both directions, pages of any size.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::entries::{Entry, Key, VIEWS, View, add_filter, entries, filled, is_kept, keys};
use super::pages::Pages;
use super::{sorted, wait};

/// A test of the sort key.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Test {
    Any,
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    BeginsWith,
}

impl Test {
    /// As text, where the key is `#s` and the constants are `:a` and `:b`.
    fn text(self) -> &'static str {
        match self {
            Test::Any => "",
            Test::Equal => " AND #s = :a",
            Test::Less => " AND #s < :a",
            Test::LessOrEqual => " AND #s <= :a",
            Test::Greater => " AND #s > :a",
            Test::GreaterOrEqual => " AND #s >= :a",
            Test::Between => " AND #s BETWEEN :a AND :b",
            Test::BeginsWith => " AND begins_with(#s, :a)",
        }
    }

    fn holds(self, key: &Key, a: &Key, b: &Key) -> bool {
        match self {
            Test::Any => true,
            Test::Equal => key == a,
            Test::Less => key < a,
            Test::LessOrEqual => key <= a,
            Test::Greater => key > a,
            Test::GreaterOrEqual => key >= a,
            Test::Between => a <= key && key <= b,
            Test::BeginsWith => key.begins_with(a),
        }
    }
}

#[derive(Clone, Debug)]
struct Question {
    view: View,
    partition: char,
    test: Test,
    a: Key,
    b: Key,
    forward: bool,
    filter: Option<u8>,
    limit: u64,
}

fn questions(kind: &'static str) -> BoxedStrategy<Question> {
    let view = select(VIEWS.to_vec());
    let tests = select(vec![
        Test::Any,
        Test::Equal,
        Test::Less,
        Test::LessOrEqual,
        Test::Greater,
        Test::GreaterOrEqual,
        Test::Between,
        Test::BeginsWith,
    ]);
    let question = (view, tests).prop_flat_map(move |(view, test)| {
        let kind = if view.index.is_none() { kind } else { "N" };
        let test = match test {
            _ if view.sort.is_none() => Test::Any,
            Test::BeginsWith if kind == "N" => Test::Between,
            test => test,
        };
        let partitions = if view.partition == "p" {
            ["a", "b"]
        } else {
            ["x", "y"]
        };
        let rest = (
            select(partitions.concat().chars().collect::<Vec<_>>()),
            (keys(kind), keys(kind)),
            any::<bool>(),
            option::of(0u8..5),
            1u64..12,
        );
        rest.prop_map(move |(partition, (one, two), forward, filter, limit)| {
            let (a, b) = if one <= two { (one, two) } else { (two, one) };
            Question {
                view,
                partition,
                test,
                a,
                b,
                forward,
                filter,
                limit,
            }
        })
    });
    question.boxed()
}

async fn check_query(kind: &str, entries: &[Entry], question: &Question) {
    let Question { view, test, .. } = *question;
    let mut request = json!({"TableName": "abc", "ScanIndexForward": question.forward,
        "KeyConditionExpression": format!("#p = :p{}", test.text()),
        "ExpressionAttributeNames": {"#p": view.partition},
        "ExpressionAttributeValues": {":p": {"S": question.partition.to_string()}}});
    if let Some(index) = view.index {
        request["IndexName"] = json!(index);
    }
    if test != Test::Any {
        request["ExpressionAttributeNames"]["#s"] = json!(view.sort);
        request["ExpressionAttributeValues"][":a"] = question.a.json();
    }
    if test == Test::Between {
        request["ExpressionAttributeValues"][":b"] = question.b.json();
    }
    add_filter(&mut request, question.filter);

    let met = entries
        .iter()
        .filter(|entry| entry.is_in(view) && entry.partition(view) == Some(question.partition));
    let met = met.filter_map(|entry| Some((entry.sort(view)?, entry)));
    let mut met: Vec<_> = met
        .filter(|(key, _)| test.holds(key, &question.a, &question.b))
        .collect();
    met.sort_by(|one, two| one.0.cmp(&two.0));
    if !question.forward {
        met.reverse();
    }
    let looked_at = met.len() as u64;
    met.retain(|(_, entry)| is_kept(entry, question.filter));

    let service = filled(kind, entries).await;
    let whole = Pages::read(&service, "Query", &request, false).await;
    assert_eq!(whole.counts, [(met.len() as u64, looked_at)]);
    if let Some(name) = view.sort {
        let found = whole.items.iter().map(|item| item[name].clone());
        assert!(found.eq(met.iter().map(|(key, _)| key.json())), "{whole:?}");
    }
    let expected = met.iter().map(|(_, entry)| entry.json());
    assert_eq!(sorted(whole.items.clone()), sorted(expected));

    let mut backwards = request.clone();
    backwards["ScanIndexForward"] = json!(!question.forward);
    let mut backwards = Pages::read(&service, "Query", &backwards, false).await;
    backwards.items.reverse();
    assert_eq!(backwards.items, whole.items);

    request["Limit"] = json!(question.limit);
    for erase in [false, true] {
        let pages = Pages::read(&service, "Query", &request, erase).await;
        assert_eq!(pages.items, whole.items);
        assert_eq!(pages.totals(), whole.totals());
        // A query for one item is answered in one page.
        if view.index.is_some() || test != Test::Equal {
            pages.check_limit(question.limit);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn queries_find_what_a_sorted_list_holds(
        (kind, entries, question) in select(vec!["S", "N", "B"]).prop_flat_map(|kind| {
            (Just(kind), entries(kind, "ab"), questions(kind))
        })
    ) {
        wait(check_query(kind, &entries, &question));
    }
}
