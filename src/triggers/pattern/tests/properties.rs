//! Any text, any event: no panic, no overflow.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::triggers::pattern::Pattern;

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}[1]{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert!(Pattern::parse(&nested(120)).is_ok());
    let error = Pattern::parse(&nested(500)).expect_err("it is too deep");
    assert!(error.problem.contains("recursion limit"), "{error}");

    let deep = Pattern::parse(&nested(100)).expect("it is right");
    let shallow = Pattern::parse(&nested(1)).expect("it is right");
    // Built by hand: `json!` copies what it is given, level by level.
    let object = |inner| Value::Object([("a".to_owned(), inner)].into_iter().collect());
    let objects = (0..200_000).fold(json!(1), |inner, _| object(inner));
    let arrays = (0..200_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
    let arrays = object(arrays);
    for event in [objects, arrays] {
        assert!(!deep.matches(&event));
        assert!(!shallow.matches(&event));
        std::mem::forget(event); // to free it is what would overflow
    }
    let arrays = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert!(shallow.matches(&json!({ "a": arrays })));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a*\\\\0-9.é]{0,6}".prop_map(Value::from),
        prop_oneof!["10.0.0.0/8", "=", ">", "<=", "-1e5"].prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("a"),
        Just("N"),
        Just("$or"),
        Just("prefix"),
        Just("suffix"),
        Just("anything-but"),
        Just("numeric"),
        Just("exists"),
        Just("equals-ignore-case"),
        Just("wildcard"),
        Just("cidr"),
    ];
    leaf.prop_recursive(6, 40, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((name.clone().prop_map(str::to_owned), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Patterns that are right, for the most part.
fn any_pattern() -> impl Strategy<Value = Value> {
    let alternative = prop_oneof![
        "[a0-9é]{0,3}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(|value| json!({ "exists": value })),
        "[aé]{0,2}".prop_map(|text| json!({ "prefix": { "equals-ignore-case": text } })),
        "[aé]{1,2}".prop_map(|text| json!({ "anything-but": { "suffix": text } })),
        "[a*]{0,6}".prop_map(|text| json!({ "wildcard": text })),
        any::<f64>().prop_map(|low| json!({ "numeric": [">=", low] })),
    ];
    let leaf = proptest::collection::vec(alternative, 1..4).prop_map(Value::from);
    leaf.prop_recursive(4, 20, 3, |inner| {
        let members = proptest::collection::vec(("[aN]", inner), 1..3);
        let object = members.prop_map(|members| Value::Object(members.into_iter().collect()));
        prop_oneof![
            object.clone(),
            (object.clone(), object).prop_map(|pair| json!({ "$or": [pair.0, pair.1] })),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = Pattern::parse(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(pattern in any_json(), event in any_json()) {
        match Pattern::parse(&pattern.to_string()) {
            Ok(pattern) => drop(pattern.matches(&event)),
            Err(error) => prop_assert!(!error.problem.is_empty()),
        }
    }

    #[test]
    fn any_event_matches_or_not(pattern in any_pattern(), event in any_json(), other in any_pattern()) {
        let either = json!({ "$or": [&pattern, &other] });
        let read = |pattern: &Value| Pattern::parse(&pattern.to_string());
        if let (Ok(one), Ok(two), Ok(either)) = (read(&pattern), read(&other), read(&either)) {
            prop_assert_eq!(either.matches(&event), one.matches(&event) || two.matches(&event));
        }
    }
}
