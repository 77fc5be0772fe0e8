//! What is no pattern, and what people are told.

use crate::triggers::pattern::{LONGEST, Pattern};

#[track_caller]
fn check(cases: &[(&str, &str, &str)]) {
    for (text, place, problem) in cases {
        let error = Pattern::parse(text).expect_err(text);
        assert_eq!(
            (&*error.place, &*error.problem),
            (*place, *problem),
            "{text}"
        );
    }
}

#[test]
fn form_is_checked() {
    check(&[
        (
            "",
            "",
            "a pattern is JSON: EOF while parsing a value at line 1 column 0",
        ),
        (
            "{\"a\":",
            "",
            "a pattern is JSON: EOF while parsing a value at line 1 column 5",
        ),
        (
            "{\"a\":[1e999]}",
            "",
            "a pattern is JSON: number out of range at line 1 column 11",
        ),
        ("[]", "", "a pattern is a JSON object"),
        ("{}", "", "an empty object says nothing"),
        (r#"{"a":{}}"#, "a", "an empty object says nothing"),
        (r#"{"a":[]}"#, "a", "an empty array has no alternative"),
        (
            r#"{"a":"x"}"#,
            "a",
            "it has to be an object, or an array of alternatives",
        ),
        (
            r#"{"a":{"b":5}}"#,
            "a.b",
            "it has to be an object, or an array of alternatives",
        ),
        (
            r#"{"a":{"b":[1,["x"]]}}"#,
            "a.b[1]",
            "an alternative is a value or an operator, no array",
        ),
        (
            r#"{"a":[{}]}"#,
            "a[0]",
            "an operator is missing: prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr",
        ),
        (
            r#"{"a":[{"prefix":"x","suffix":"y"}]}"#,
            "a[0]",
            "an object in an array holds one operator",
        ),
        (
            r#"{"a":["x",{"begins":"x"}]}"#,
            "a[1].begins",
            "it is no operator; there are prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr",
        ),
        (
            r#"{"$or":[{"a":[1]}]}"#,
            "$or[0].a",
            "it is no operator; there are prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr",
        ),
        (
            r#"{"$or":[{"a":[1]},{"b":{}}]}"#,
            "$or[1].b",
            "an empty object says nothing",
        ),
        (
            r#"{"$or":[{"a":[1]},{}]}"#,
            "$or[1]",
            "an empty object says nothing",
        ),
    ]);
    let long = format!(r#"{{"a":["{}"]}}"#, "é".repeat(LONGEST - 10));
    assert!(Pattern::parse(&long).is_ok());
    let error = Pattern::parse(&(long + " ")).expect_err("it is too long");
    assert_eq!(error.to_string(), "a pattern has at most 4096 characters");
    let error = Pattern::parse(r#"{"a":{"b":[]}}"#).expect_err("it is empty");
    assert_eq!(error.to_string(), "a.b: an empty array has no alternative");
}

#[test]
fn operators_are_checked() {
    check(&[
        (
            r#"{"a":[{"prefix":5}]}"#,
            "a[0].prefix",
            "it has to be a string",
        ),
        (
            r#"{"a":[{"prefix":{"wildcard":"x"}}]}"#,
            "a[0].prefix",
            "an object in it holds equals-ignore-case, and nothing else",
        ),
        (
            r#"{"a":[{"suffix":{"equals-ignore-case":1}}]}"#,
            "a[0].suffix.equals-ignore-case",
            "it has to be a string",
        ),
        (
            r#"{"a":[{"equals-ignore-case":["x"]}]}"#,
            "a[0].equals-ignore-case",
            "it has to be a string",
        ),
        (
            r#"{"a":[{"exists":"true"}]}"#,
            "a[0].exists",
            "it has to be true or false",
        ),
        (
            r#"{"a":[{"wildcard":"a**"}]}"#,
            "a[0].wildcard",
            "a wildcard takes no two * in a row",
        ),
        (
            r#"{"a":[{"wildcard":"a\\b"}]}"#,
            "a[0].wildcard",
            "a \\ in a wildcard stands before * or \\",
        ),
        (
            r#"{"a":[{"cidr":"10.0.0.0"}]}"#,
            "a[0].cidr",
            "it has to be a block of IP addresses, such as 10.0.0.0/24",
        ),
        (
            r#"{"a":[{"numeric":5}]}"#,
            "a[0].numeric",
            "it has to be an array of comparisons and numbers, such as [\">\", 0]",
        ),
        (
            r#"{"a":[{"numeric":[]}]}"#,
            "a[0].numeric",
            "it takes one of =, <, <=, >, >=, or > or >= and then < or <=",
        ),
        (
            r#"{"a":[{"numeric":[">"]}]}"#,
            "a[0].numeric",
            "every comparison (=, <, <=, >, >=) has a number behind it",
        ),
        (
            r#"{"a":[{"numeric":[">","5"]}]}"#,
            "a[0].numeric",
            "every comparison (=, <, <=, >, >=) has a number behind it",
        ),
        (
            r#"{"a":[{"numeric":["!=",5]}]}"#,
            "a[0].numeric",
            "it takes one of =, <, <=, >, >=, or > or >= and then < or <=",
        ),
        (
            r#"{"a":[{"numeric":["<",5,">",1]}]}"#,
            "a[0].numeric",
            "it takes one of =, <, <=, >, >=, or > or >= and then < or <=",
        ),
        (
            r#"{"a":[{"numeric":["=",5,"<",6]}]}"#,
            "a[0].numeric",
            "it takes one of =, <, <=, >, >=, or > or >= and then < or <=",
        ),
        (
            r#"{"a":[{"numeric":[">",5,"<",6,"<",7]}]}"#,
            "a[0].numeric",
            "it takes one of =, <, <=, >, >=, or > or >= and then < or <=",
        ),
        (
            r#"{"a":[{"numeric":[">",5,"<",5]}]}"#,
            "a[0].numeric",
            "the lower bound has to be less than the upper one",
        ),
    ]);
}

#[test]
fn exclusions_are_checked() {
    check(&[
        (
            r#"{"a":[{"anything-but":[]}]}"#,
            "a[0].anything-but",
            "an empty array excludes nothing",
        ),
        (
            r#"{"a":[{"anything-but":[1,"x"]}]}"#,
            "a[0].anything-but[1]",
            "anything-but takes strings or numbers, not both",
        ),
        (
            r#"{"a":[{"anything-but":null}]}"#,
            "a[0].anything-but[0]",
            "anything-but takes strings or numbers, not both",
        ),
        (
            r#"{"a":[{"anything-but":{"numeric":[">",1]}}]}"#,
            "a[0].anything-but.numeric",
            "anything-but takes prefix, suffix, equals-ignore-case and wildcard only",
        ),
        (
            r#"{"a":[{"anything-but":{"prefix":""}}]}"#,
            "a[0].anything-but.prefix[0]",
            "an empty string excludes everything",
        ),
        (
            r#"{"a":[{"anything-but":{"suffix":[1]}}]}"#,
            "a[0].anything-but.suffix[0]",
            "it has to be a string",
        ),
        (
            r#"{"a":[{"anything-but":{"wildcard":["a","**"]}}]}"#,
            "a[0].anything-but.wildcard[1]",
            "a wildcard takes no two * in a row",
        ),
    ]);
}
