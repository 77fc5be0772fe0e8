//! Requests against `check`, and the fixtures of constraints against `check` and the voices.

use super::super::overrides::{BOUNDS, OVERRIDES, RANKINGS, WORDINGS};
use super::super::table::INPUTS;
use super::super::{Shape, Value};
use super::*;
use crate::error::Cause;
use std::collections::BTreeSet;
use std::fmt::Write as _;

fn input(operation: &str) -> &'static Shape {
    let row = INPUTS.iter().find(|(name, _)| *name == operation);
    row.expect("the operation is in the table").1
}

fn voice(operation: &str) -> Voice {
    match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => Voice::Enveloped,
        "GetItem" | "BatchGetItem" | "Query" => Voice::Bare,
        "Scan" | "BatchWriteItem" | "TransactWriteItems" | "TransactGetItems" => Voice::Older,
        _ => Voice::ControlPlane,
    }
}

/// The text of the refusal; empty when there is none or it has no text.
fn refusal(operation: &str, body: &[u8]) -> String {
    match check(operation, input(operation), body) {
        Ok(_) => "accepted".to_owned(),
        Err(fault) => voice(operation).message(&fault).1.unwrap_or_default(),
    }
}

fn refused(cases: &[(&str, &str, &str)]) {
    for (operation, body, wanted) in cases {
        assert_eq!(
            refusal(operation, body.as_bytes()),
            *wanted,
            "{operation} {body}"
        );
    }
}

fn accepted<'a>(operation: &str, body: &'a str) -> Checked<'a> {
    let found = check(operation, input(operation), body.as_bytes());
    found.unwrap_or_else(|fault| panic!("{operation} {body}: {fault:?}"))
}

#[test]
fn every_row_names_a_fixture_and_check_refuses_all_of_it() {
    let mut proofs: BTreeSet<&str> = OVERRIDES.iter().map(|row| row.proof).collect();
    proofs.extend(RANKINGS.iter().map(|row| row.proof));
    proofs.extend(WORDINGS.iter().map(|row| row.proof));
    proofs.extend(BOUNDS.iter().map(|row| row.proof));
    proofs.extend([
        "fixtures/conformance/batch_write_item/enums.json",
        "fixtures/conformance/create_table/aggregation.json",
        "fixtures/conformance/create_table/throughput.json",
        "fixtures/conformance/create_table/types.json",
        "fixtures/conformance/delete_item/enums.json",
        "fixtures/conformance/delete_item/table_name.json",
        "fixtures/conformance/get_shard_iterator/constraints.json",
        "fixtures/conformance/list_tables/limit.json",
        "fixtures/conformance/put_item/deep_requests.json",
        "fixtures/conformance/put_item/missing_item.json",
        "fixtures/conformance/put_item/types.json",
        "fixtures/conformance/query/index_name.json",
        "fixtures/conformance/query/table_name.json",
        "fixtures/conformance/query/types.json",
        "fixtures/conformance/scan/limits.json",
        "fixtures/conformance/scan/table_name.json",
        "fixtures/conformance/update_item/table_name.json",
    ]);
    let mut problems = String::new();
    for proof in proofs {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(proof);
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{proof}: {error}"));
        let fixture: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for step in fixture["steps"].as_array().unwrap() {
            let operation = step["operation"].as_str().unwrap();
            let body = match &step["raw"] {
                serde_json::Value::String(raw) => raw.clone(),
                _ => step["input"].to_string(),
            };
            let found = refusal(operation, body.as_bytes());
            let wanted = step["message"].as_str().unwrap_or_default();
            if found != wanted {
                writeln!(
                    problems,
                    "{proof} {body}\n  wanted {wanted}\n  found  {found}"
                )
                .unwrap();
            }
        }
    }
    assert!(problems.is_empty(), "\n{problems}");
}

#[test]
fn every_row_names_operations_and_members_of_the_table() {
    fn has(shape: &Shape, names: &[&str]) -> bool {
        match (shape, names) {
            (_, []) => true,
            (Shape::List { element, .. }, _) => has(element, names),
            (Shape::Map { value, .. }, _) => has(value, names),
            (_, [first, rest @ ..]) => {
                let mut members = shape.members().iter();
                members.any(|member| member.name == *first && has(member.shape, rest))
            }
        }
    }
    let members = OVERRIDES.iter().map(|row| (row.operations, row.member));
    let bounded = BOUNDS.iter().map(|row| (row.operations, row.member));
    for (operations, member) in members.chain(bounded) {
        let names: Vec<_> = member.split('.').collect();
        for operation in operations {
            assert!(has(input(operation), &names), "{operation} {member}");
        }
    }
}

#[test]
fn constraints_are_told_in_the_words_of_the_service() {
    refused(&[
        (
            "GetItem",
            r#"{"TableName":"abc"}"#,
            "1 validation error detected: Value null at 'key' failed to satisfy constraint: Member must not be null",
        ),
        (
            "PutItem",
            r#"{"TableName":"","Item":{},"ReturnConsumedCapacity":"X"}"#,
            "1 validation error detected: Value at 'TableName' failed to satisfy constraint: \
             Member must have length greater than or equal to 1",
        ),
        (
            "TransactWriteItems",
            r#"{"TransactItems":[{"Put":{"TableName":"bad!name","Item":{}}}]}"#,
            "1 validation error detected: Value 'bad!name' at 'transactItems.1.member.put.tableName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
        ),
        (
            "TransactWriteItems",
            r#"{"TransactItems":[],"ReturnConsumedCapacity":"BOGUS"}"#,
            "2 validation errors detected: Value 'BOGUS' at 'returnConsumedCapacity' failed to satisfy constraint: \
             Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value '[]' at 'transactItems' failed to satisfy \
             constraint: Member must have length greater than or equal to 1",
        ),
        (
            "BatchWriteItem",
            r#"{"RequestItems":{}}"#,
            "The requestItems parameter is required for BatchWriteItem",
        ),
    ]);
}

#[test]
fn a_table_may_be_named_by_its_arn() {
    let name = "a".repeat(255);
    let arn = format!("arn:aws:dynamodb:us-east-1:000000000000:table/{name}");
    accepted("GetItem", &format!(r#"{{"TableName":"{arn}","Key":{{}}}}"#));
    accepted(
        "BatchGetItem",
        &format!(r#"{{"RequestItems":{{"{arn}":{{"Keys":[{{}}]}}}}}}"#),
    );
    let long = format!("{arn}a");
    let found = refusal(
        "GetItem",
        format!(r#"{{"TableName":"{long}","Key":{{}}}}"#).as_bytes(),
    );
    assert!(
        found.ends_with("Member must have length less than or equal to 255"),
        "{found}"
    );
}

#[test]
fn unknown_members_are_skipped_and_null_is_absent() {
    let checked = accepted(
        "GetItem",
        r#"{"x":[[{"\ud800":1e999}]],"TableName":"abc","Key":{"pk":{"dog":[{}],"S":"a","N":null}},"ConsistentRead":null}"#,
    );
    assert!(checked.member("x").is_none() && checked.member("ConsistentRead").is_none());
    assert_eq!(
        checked.member("Key").unwrap().values(),
        [("pk".into(), Value::S("a".into()))]
    );
}

#[test]
fn of_two_entries_with_one_name_the_last_counts_and_order_stays() {
    let checked = accepted(
        "PutItem",
        r#"{"TableName":"xyz","TableName":"abc","Item":{"b":{"S":"1"},"a":{"S":"2"},"b":{"S":"3"}}}"#,
    );
    assert_eq!(checked.member("TableName").unwrap().text(), Some("abc"));
    let entries = checked.member("Item").unwrap().values();
    assert_eq!(
        entries,
        [
            ("a".into(), Value::S("2".into())),
            ("b".into(), Value::S("3".into()))
        ]
    );
    let many: Vec<_> = (0..50)
        .map(|at| format!(r#""k{}":{{"N":"{at}"}}"#, at % 40))
        .collect();
    let body = format!(r#"{{"TableName":"abc","Item":{{{}}}}}"#, many.join(","));
    let checked = accepted("PutItem", &body);
    let entries = checked.member("Item").unwrap().values();
    assert_eq!(entries.len(), 40);
    assert_eq!(entries[0], ("k10".into(), Value::N("10".into())));
    assert!(entries.contains(&("k9".into(), Value::N("49".into()))));
}

#[test]
fn values_keep_what_was_sent() {
    let checked = accepted(
        "PutItem",
        r#"{"TableName":"abc","Item":{"e":{},"m":{"S":"a","N":"1"},"b":{"B":"AQI="},"t":{"NULL":"yes"},
            "s":{"SS":["b","a","b"]},"l":{"L":[{"BOOL":true},null]},"x":{"BS":["","/w=="]},"u":{"S":"\u00e9"}}}"#,
    );
    let entries = checked.member("Item").unwrap().values();
    let value = |name: &str| &entries.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!(*value("e"), Value::Untyped);
    assert_eq!(*value("m"), Value::Many);
    assert_eq!(*value("b"), Value::B(vec![1, 2]));
    assert_eq!(*value("t"), Value::Null(true));
    assert_eq!(
        *value("s"),
        Value::Ss(vec!["b".into(), "a".into(), "b".into()])
    );
    assert_eq!(
        *value("l"),
        Value::L(vec![Value::Bool(true), Value::Untyped])
    );
    assert_eq!(*value("x"), Value::Bs(vec![vec![], vec![255]]));
    assert_eq!(*value("u"), Value::S("é".into()));
}

#[test]
fn numbers_are_cut_to_whole_ones() {
    let limit = |number: &str| {
        let body = format!(r#"{{"TableName":"abc","Limit":{number}}}"#);
        accepted("Scan", &body).member("Limit").unwrap().integer()
    };
    assert_eq!(limit("7.9"), Some(7));
    assert_eq!(limit("1e3"), Some(1000));
    assert_eq!(limit("99999999999999999999"), Some(i64::MAX));
    assert_eq!(limit("18446744073709551615"), Some(i64::MAX));
}

/// A value inside `levels` maps of one entry.
fn nested(levels: usize) -> String {
    let open = r#"{"M":{"a":"#.repeat(levels);
    format!(
        r#"{{"TableName":"abc","Item":{{"pk":{open}{{"S":"x"}}{}}}}}"#,
        "}}".repeat(levels)
    )
}

#[test]
fn very_deep_requests_are_read_in_the_older_layer() {
    for (levels, voice) in [
        (62, Voice::Enveloped),
        (63, Voice::Older),
        (100, Voice::Older),
    ] {
        let body = nested(levels);
        assert_eq!(
            accepted("PutItem", &body).voice(Voice::Enveloped),
            voice,
            "{levels}"
        );
    }
    assert_eq!(
        accepted("PutItem", &nested(80)).voice(Voice::Bare),
        Voice::Bare
    );
}

/// A worker's stack holds the deepest request that is read, in builds without optimisation too.
#[test]
fn depth_is_bounded_and_the_stack_is_not() {
    let worker = std::thread::Builder::new().stack_size(1024 * 1024);
    let all = worker.spawn(|| {
        assert!(check("PutItem", input("PutItem"), nested(105).as_bytes()).is_ok());
        for levels in [200, 200_000] {
            assert_eq!(
                refusal("PutItem", nested(levels).as_bytes()),
                "",
                "{levels}"
            );
            let lists = format!(r#"{{"Item":{{"a":{}"#, r#"{"L":["#.repeat(levels));
            assert_eq!(refusal("PutItem", lists.as_bytes()), "", "{levels}");
            let unknown = format!(
                r#"{{"TableName":"abc","Item":{{}},"x":{}{}}}"#,
                "[".repeat(levels),
                "]".repeat(levels)
            );
            accepted("PutItem", &unknown);
            assert!(check_syntax("[".repeat(levels).as_bytes()).is_err());
        }
    });
    all.unwrap().join().unwrap();
}

#[test]
fn malformed_bodies_are_syntax_errors() {
    let syntax = |body: &[u8]| match check("PutItem", input("PutItem"), body) {
        Err(fault) => matches!(fault.cause(), Cause::Serialization(None)),
        Ok(_) => false,
    };
    for body in [
        "",
        " ",
        "{",
        "null",
        "{}{}",
        "{\"TableName\":1,}",
        "nul",
        "{\"a\":01}",
        "{'a':1}",
    ] {
        assert!(syntax(body.as_bytes()), "{body}");
    }
    assert!(syntax(b"{\"TableName\":\"\xff\"}"));
    assert!(check_syntax(b"[1]").is_ok() && check_syntax(b"{").is_err());
}

#[test]
fn a_huge_refused_request_gets_a_short_answer() {
    let body = format!(
        r#"{{"TableName":"abc","KeySchema":[{}{{}}]}}"#,
        "{},".repeat(100_000)
    );
    assert!(refusal("CreateTable", body.as_bytes()).len() < 100_000);
}
