//! What patterns match.

mod properties;
mod refusals;

use serde_json::{Value, json};

use super::*;

fn record() -> Value {
    json!({
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-south-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_678_831_218.5,
            "SizeBytes": 26,
            "Keys": {"pk": {"S": "GRP#5ae290ed"}, "sk": {"S": "2023-01-01T00:00:00"}},
            "NewImage": {
                "pk": {"S": "GRP#5ae290ed"},
                "sk": {"S": "2023-01-01T00:00:00"},
                "message": {"S": "Straße"},
                "price": {"N": "123.50"},
                "big": {"N": "12345678901234567890123456789012345678"},
                "prices": {"NS": ["1", "20", "300"]},
                "tags": {"SS": ["red", "green"]},
                "open": {"BOOL": true},
                "none": {"NULL": true},
                "ip": {"S": "10.0.0.33"},
                "parts": {"L": [
                    {"M": {"name": {"S": "bolt"}, "size": {"N": "5"}}},
                    {"M": {"name": {"S": "nut"}, "size": {"N": "7"}, "note": {"S": "rusty"}}},
                    {"S": "washer"},
                ]},
                "empty": {"L": []},
            },
        },
        "odd": {
            "list": [1, "two", null, [true, ["deep"]]],
            "nothing": [],
            "null": null,
            "float": 0.1,
            "small": -1.5e-200,
            "large": 1.0e300,
        },
    })
}

#[track_caller]
fn check(cases: &[(&str, bool)]) {
    let record = record();
    for (text, expected) in cases {
        let pattern = Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(pattern.matches(&record), *expected, "{text}");
    }
}

/// Patterns over an attribute of the new image: name, type and alternatives.
#[track_caller]
fn check_image(cases: &[(&str, &str, &str, bool)]) {
    let record = record();
    for (name, kind, alternatives, expected) in cases {
        let text =
            format!(r#"{{"dynamodb":{{"NewImage":{{"{name}":{{"{kind}":[{alternatives}]}}}}}}}}"#);
        let pattern = Pattern::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(pattern.matches(&record), *expected, "{text}");
    }
}

#[test]
fn values_are_equal() {
    check(&[
        (r#"{"eventName": ["INSERT"]}"#, true),
        (r#"{"eventName": ["MODIFY", "INSERT"]}"#, true),
        (r#"{"eventName": ["insert"]}"#, false),
        (r#"{"eventName": ["MODIFY"]}"#, false),
        (
            r#"{"eventName": ["INSERT"], "awsRegion": ["eu-south-1"]}"#,
            true,
        ),
        (
            r#"{"eventName": ["INSERT"], "awsRegion": ["us-east-1"]}"#,
            false,
        ),
        (r#"{"eventname": ["INSERT"]}"#, false),
        (r#"{"dynamodb": {"SizeBytes": [26]}}"#, true),
        (r#"{"dynamodb": {"SizeBytes": [2.60e1]}}"#, true),
        (r#"{"dynamodb": {"SizeBytes": ["26"]}}"#, false),
        (
            r#"{"dynamodb": {"ApproximateCreationDateTime": [1678831218.5]}}"#,
            true,
        ),
        (r#"{"odd": {"float": [0.1]}}"#, true),
        (r#"{"odd": {"null": [null]}}"#, true),
        (r#"{"odd": {"null": ["null"]}}"#, false),
        (r#"{"odd": {"missing": [null]}}"#, false),
        (r#"{"odd": {"large": [1e300]}}"#, true),
        (r#"{"odd": {"large": [1e299]}}"#, false),
        (r#"{"odd": {"small": [-1.5e-200]}}"#, true),
        // An object is no value, and a value no object.
        (r#"{"dynamodb": ["x", {"anything-but": "x"}]}"#, false),
        (r#"{"eventName": {"S": ["INSERT"]}}"#, false),
        // The last of equal names counts.
        (
            r#"{"eventName": ["MODIFY"], "eventName": ["INSERT"]}"#,
            true,
        ),
        (
            r#"{"eventName": ["INSERT"], "eventName": ["MODIFY"]}"#,
            false,
        ),
    ]);
    check_image(&[
        ("open", "BOOL", "true", true),
        ("open", "BOOL", "false", false),
        ("open", "BOOL", "\"true\"", false),
        ("none", "NULL", "true", true),
        ("message", "S", "\"Stra\\u00dfe\"", true),
        ("message", "S", "\"\"", false),
        ("message", "N", "\"Straße\"", false),
    ]);
}

#[test]
fn operators_take_strings() {
    check_image(&[
        ("pk", "S", r#"{"prefix": "GRP#"}"#, true),
        ("pk", "S", r#"{"prefix": "MSG#"}"#, false),
        ("pk", "S", r#"{"prefix": "MSG#"}, {"prefix": "GRP#"}"#, true),
        ("pk", "S", r#"{"prefix": ""}"#, true),
        ("pk", "S", r#"{"prefix": "grp#"}"#, false),
        (
            "pk",
            "S",
            r#"{"prefix": {"equals-ignore-case": "grp#5AE"}}"#,
            true,
        ),
        (
            "pk",
            "S",
            r#"{"prefix": {"equals-ignore-case": "grp#5AF"}}"#,
            false,
        ),
        ("pk", "S", r#"{"suffix": "90ed"}"#, true),
        ("pk", "S", r#"{"suffix": "90eD"}"#, false),
        (
            "pk",
            "S",
            r#"{"suffix": {"equals-ignore-case": "90ED"}}"#,
            true,
        ),
        (
            "pk",
            "S",
            r#"{"suffix": {"equals-ignore-case": "91ED"}}"#,
            false,
        ),
        (
            "pk",
            "S",
            r#"{"suffix": {"equals-ignore-case": "xxxxxxxxxxxxGRP#5ae290ed"}}"#,
            false,
        ),
        ("pk", "S", r#"{"equals-ignore-case": "grp#5AE290ED"}"#, true),
        ("pk", "S", r#"{"equals-ignore-case": "grp#5AE290E"}"#, false),
        (
            "message",
            "S",
            r#"{"equals-ignore-case": "STRA\u1e9eE"}"#,
            true,
        ),
        (
            "message",
            "S",
            r#"{"suffix": {"equals-ignore-case": "\u1e9eE"}}"#,
            true,
        ),
        ("pk", "S", r#"{"wildcard": "GRP#*9*d"}"#, true),
        ("pk", "S", r#"{"wildcard": "GRP#*8*d"}"#, false),
        ("ip", "S", r#"{"cidr": "10.0.0.0/24"}"#, true),
        ("ip", "S", r#"{"cidr": "10.0.1.0/24"}"#, false),
        ("pk", "S", r#"{"cidr": "0.0.0.0/0"}"#, false),
        (
            "open",
            "BOOL",
            r#"{"prefix": "t"}, {"suffix": "e"}, {"wildcard": "*"}"#,
            false,
        ),
        ("price", "N", r#"{"prefix": "123"}"#, true),
    ]);
}

#[test]
fn anything_but_takes_what_is_there() {
    check_image(&[
        ("message", "S", r#"{"anything-but": "x"}"#, true),
        ("message", "S", r#"{"anything-but": "Straße"}"#, false),
        (
            "message",
            "S",
            r#"{"anything-but": ["x", "Straße"]}"#,
            false,
        ),
        ("message", "S", r#"{"anything-but": ["x", "y"]}"#, true),
        ("message", "S", r#"{"anything-but": 5}"#, true),
        (
            "message",
            "S",
            r#"{"anything-but": {"prefix": "Str"}}"#,
            false,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"prefix": "str"}}"#,
            true,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"prefix": ["x", "S"]}}"#,
            false,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"suffix": "ße"}}"#,
            false,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"suffix": ["a", "b"]}}"#,
            true,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"equals-ignore-case": "straße"}}"#,
            false,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"equals-ignore-case": ["a", "strasse"]}}"#,
            true,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"wildcard": "S*e"}}"#,
            false,
        ),
        (
            "message",
            "S",
            r#"{"anything-but": {"wildcard": ["a*", "*z"]}}"#,
            true,
        ),
        ("missing", "S", r#"{"anything-but": "x"}"#, false),
        (
            "missing",
            "S",
            r#"{"anything-but": {"prefix": "x"}}"#,
            false,
        ),
        ("open", "BOOL", r#"{"anything-but": "true"}"#, true),
        // Of an array one element other than these is enough.
        ("tags", "SS", r#"{"anything-but": "red"}"#, true),
        ("tags", "SS", r#"{"anything-but": ["red", "green"]}"#, false),
        // Numbers of items are strings.
        ("price", "N", r#"{"anything-but": ["123.50"]}"#, false),
        ("price", "N", r#"{"anything-but": [123.5]}"#, true),
    ]);
    check(&[
        (
            r#"{"dynamodb": {"SizeBytes": [{"anything-but": 26}]}}"#,
            false,
        ),
        (
            r#"{"dynamodb": {"SizeBytes": [{"anything-but": [1, 26.0]}]}}"#,
            false,
        ),
        (
            r#"{"dynamodb": {"SizeBytes": [{"anything-but": [1, 2]}]}}"#,
            true,
        ),
        (
            r#"{"dynamodb": {"SizeBytes": [{"anything-but": "26"}]}}"#,
            true,
        ),
    ]);
}

#[test]
fn numbers_are_compared() {
    check_image(&[
        ("price", "N", r#"{"numeric": ["=", 123.5]}"#, true),
        ("price", "N", r#"{"numeric": ["=", 1.235e2]}"#, true),
        ("price", "N", r#"{"numeric": [">", 123.5]}"#, false),
        ("price", "N", r#"{"numeric": [">=", 123.5]}"#, true),
        ("price", "N", r#"{"numeric": ["<", 123.5]}"#, false),
        ("price", "N", r#"{"numeric": ["<=", 123.5]}"#, true),
        ("price", "N", r#"{"numeric": [">", 100, "<=", 200]}"#, true),
        ("price", "N", r#"{"numeric": [">", 0, "<", 100]}"#, false),
        (
            "price",
            "N",
            r#"{"numeric": [">=", -1e300, "<", 1e300]}"#,
            true,
        ),
        ("price", "N", r#"{"numeric": [">", 1e300]}"#, false),
        (
            "price",
            "N",
            r#"{"numeric": ["<", 123.50000000000000000000000000000000000000000001]}"#,
            false,
        ),
        (
            "big",
            "N",
            r#"{"numeric": ["=", 12345678901234567890123456789012345678]}"#,
            true,
        ),
        (
            "big",
            "N",
            r#"{"numeric": ["=", 12345678901234567890123456789012345679]}"#,
            false,
        ),
        (
            "big",
            "N",
            r#"{"numeric": [">", 12345678901234567890123456789012345677]}"#,
            true,
        ),
        ("prices", "NS", r#"{"numeric": [">", 250]}"#, true),
        ("prices", "NS", r#"{"numeric": [">", 2, "<", 20]}"#, false),
        ("message", "S", r#"{"numeric": [">", 0]}"#, false),
        // As text a number is what was stored; AWS knows numbers of items in no other way.
        ("price", "N", r#""123.50""#, true),
        ("price", "N", r#""123.5""#, false),
        ("price", "N", "123.5", false),
    ]);
    check(&[
        (
            r#"{"dynamodb": {"SizeBytes": [{"numeric": [">", 25, "<", 27]}]}}"#,
            true,
        ),
        (
            r#"{"dynamodb": {"SizeBytes": [{"numeric": ["<", 26]}]}}"#,
            false,
        ),
        (r#"{"odd": {"large": [{"numeric": [">", 1e299]}]}}"#, true),
        (r#"{"odd": {"large": [{"numeric": [">", 5]}]}}"#, true),
        (
            r#"{"odd": {"small": [{"numeric": [">", -1, "<", 0]}]}}"#,
            true,
        ),
        (r#"{"odd": {"float": [{"numeric": ["=", 0.10]}]}}"#, true),
        (r#"{"eventName": [{"numeric": [">", 0]}]}"#, false),
    ]);
}

#[test]
fn leaves_exist() {
    let image = |rest: &str| format!(r#"{{"dynamodb":{{"NewImage":{rest}}}}}"#);
    for (rest, expected) in [
        (r#"{"pk":{"S":[{"exists":true}]}}"#, true),
        (r#"{"pk":{"S":[{"exists":false}]}}"#, false),
        (r#"{"pk":{"N":[{"exists":true}]}}"#, false),
        (r#"{"pk":{"N":[{"exists":false}]}}"#, true),
        (r#"{"missing":[{"exists":false}]}"#, true),
        (r#"{"missing":[{"exists":true}]}"#, false),
        (r#"{"missing":{"S":[{"exists":false}]}}"#, true),
        // A member that is an object is there, but no leaf.
        (r#"{"pk":[{"exists":true}]}"#, false),
        (r#"{"pk":[{"exists":false}]}"#, false),
        (r#"{"pk":["x",{"exists":false}]}"#, false),
        (r#"{"missing":["x",{"exists":false}]}"#, true),
        (r#"{"tags":{"SS":[{"exists":true}]}}"#, true),
        // Lists hold objects, and are looked into.
        (r#"{"parts":{"L":[{"exists":true}]}}"#, false),
        (r#"{"parts":{"L":{"S":[{"exists":true}]}}}"#, true),
        (r#"{"parts":{"L":{"S":[{"exists":false}]}}}"#, false),
        (r#"{"parts":{"L":{"N":[{"exists":false}]}}}"#, true),
        (r#"{"empty":{"L":[{"exists":true}]}}"#, false),
        (r#"{"empty":{"L":[{"exists":false}]}}"#, false),
        (r#"{"empty":{"L":{"S":[{"exists":false}]}}}"#, true),
    ] {
        check(&[(&image(rest), expected)]);
    }
    check(&[
        (
            r#"{"dynamodb":{"OldImage":{"pk":{"S":[{"exists":false}]}}}}"#,
            true,
        ),
        (
            r#"{"dynamodb":{"OldImage":{"pk":{"S":[{"exists":true}]}}}}"#,
            false,
        ),
        (r#"{"dynamodb":{"OldImage":[{"exists":false}]}}"#, true),
        (r#"{"userIdentity":{"type":[{"exists":false}]}}"#, true),
        (r#"{"eventName":{"x":[{"exists":false}]}}"#, true),
        (r#"{"odd":{"null":[{"exists":true}]}}"#, true),
        (r#"{"odd":{"null":[{"exists":false}]}}"#, false),
    ]);
}

#[test]
fn elements_of_arrays_match() {
    check(&[
        (r#"{"odd":{"list":[1]}}"#, true),
        (r#"{"odd":{"list":["two"]}}"#, true),
        (r#"{"odd":{"list":[null]}}"#, true),
        (r#"{"odd":{"list":[true]}}"#, true),
        (r#"{"odd":{"list":["deep"]}}"#, true),
        (r#"{"odd":{"list":["three", 2]}}"#, false),
        (
            r#"{"odd":{"nothing":[null, "", 0, {"anything-but":"x"}]}}"#,
            false,
        ),
    ]);
    let parts = |rest: &str| format!(r#"{{"dynamodb":{{"NewImage":{{"parts":{{"L":{rest}}}}}}}}}"#);
    for (rest, expected) in [
        (r#"{"S":["washer"]}"#, true),
        (r#"{"M":{"name":{"S":["nut"]}}}"#, true),
        (r#"{"M":{"name":{"S":["nut"]},"size":{"N":["7"]}}}"#, true),
        // All members speak of the same element.
        (r#"{"M":{"name":{"S":["nut"]},"size":{"N":["5"]}}}"#, false),
        (
            r#"{"M":{"name":{"S":["bolt"]},"note":{"S":[{"exists":false}]}}}"#,
            true,
        ),
        (
            r#"{"M":{"name":{"S":["nut"]},"note":{"S":[{"exists":false}]}}}"#,
            false,
        ),
        (r#"{"M":{"note":{"S":[{"exists":false}]}}}"#, false),
        (r#"{"M":{"weight":{"N":[{"exists":false}]}}}"#, true),
    ] {
        check(&[(&parts(rest), expected)]);
    }
}

#[test]
fn one_of_or_matches() {
    check(&[
        (
            r#"{"$or":[{"eventName":["INSERT"]},{"eventName":["MODIFY"]}]}"#,
            true,
        ),
        (
            r#"{"$or":[{"eventName":["REMOVE"]},{"eventName":["MODIFY"]}]}"#,
            false,
        ),
        (
            r#"{"eventName":["INSERT"],"$or":[{"awsRegion":["x"]},{"eventSource":[{"prefix":"aws:"}]}]}"#,
            true,
        ),
        (
            r#"{"eventName":["MODIFY"],"$or":[{"awsRegion":["x"]},{"eventSource":[{"prefix":"aws:"}]}]}"#,
            false,
        ),
        (
            r#"{"dynamodb":{"$or":[{"Keys":{"pk":{"S":["x"]}}},{"SizeBytes":[{"numeric":["<",100]}]}]}}"#,
            true,
        ),
        (
            r#"{"dynamodb":{"Keys":{"pk":{"$or":[{"S":["x"]},{"S":[{"prefix":"GRP#"}]},{"B":["x"]}]}}}}"#,
            true,
        ),
        (
            r#"{"$or":[{"eventName":["x"]},{"eventName":["INSERT"],"$or":[{"odd":{"float":[0.1]}},{"odd":{"x":[1]}}]}]}"#,
            true,
        ),
        (
            r#"{"$or":[{"eventName":["x"]},{"eventName":["INSERT"],"$or":[{"odd":{"float":[1]}},{"odd":{"x":[1]}}]}]}"#,
            false,
        ),
        (
            r#"{"$or":[{"missing":[{"exists":false}]},{"eventName":["x"]}]}"#,
            true,
        ),
        // A field of that name.
        (r#"{"$or":["INSERT"]}"#, false),
        (r#"{"$or":{"x":[1]}}"#, false),
        (r#"{"$or":[{"prefix":"x"}]}"#, false),
        (r#"{"$or":[{"prefix":"x"},{"exists":false}]}"#, true),
    ]);
    let pattern =
        Pattern::parse(r#"{"$or":[{"prefix":"a"},{"suffix":"b"}]}"#).expect("it is right");
    assert!(pattern.matches(&json!({"$or": "abc"})));
}

#[test]
fn only_objects_match() {
    let pattern = Pattern::parse(r#"{"a":[{"exists":false}]}"#).expect("it is right");
    assert!(pattern.matches(&json!({})));
    for event in [json!(null), json!(1), json!([{}]), json!("a")] {
        assert!(!pattern.matches(&event), "{event}");
    }
}
