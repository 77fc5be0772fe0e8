//! Schemas of CreateTable: requests and the words of their refusal.

use serde_json::{Value, json};

use super::*;
use crate::ops::tables::testing::{checked, message};

/// A table with key `p`, `s` and a definition of each letter; members of `changes` replace its own.
fn table(changes: &Value) -> Result<TableSchema, Fault> {
    let mut request =
        json!({"TableName": "abc", "KeySchema": key("p s"), "AttributeDefinitions": define("p s")});
    for (name, value) in changes.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    read_table(&checked("CreateTable", &request))
}

/// `"p s"` is HASH p, RANGE s; capital letters turn the roles around.
fn key(letters: &str) -> Value {
    let element = |(place, name): (usize, &str)| {
        let is_hash = (place == 0) != name.starts_with(char::is_uppercase);
        json!({"AttributeName": name.to_lowercase(), "KeyType": if is_hash { "HASH" } else { "RANGE" }})
    };
    letters.split(' ').enumerate().map(element).collect()
}

fn define(letters: &str) -> Value {
    letters
        .split(' ')
        .map(|name| json!({"AttributeName": name, "AttributeType": "S"}))
        .collect()
}

fn index(name: &str, letters: &str) -> Value {
    json!({"IndexName": name, "KeySchema": key(letters), "Projection": {"ProjectionType": "ALL"}})
}

fn projecting(projection: &Value) -> Value {
    json!({"GlobalSecondaryIndexes": [{"IndexName": "iii", "KeySchema": key("p"), "Projection": projection}]})
}

#[test]
fn refuses_keys_and_definitions_that_do_not_fit() {
    let cases = [
        (
            json!({"AttributeDefinitions": null}),
            "1 validation error detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"AttributeDefinitions": null, "KeySchema": null}),
            "2 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({"AttributeDefinitions": define("p s p")}),
            "Attribute Name is duplicated: p",
        ),
        (
            json!({"AttributeDefinitions": define("p")}),
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            json!({"AttributeDefinitions": define("p"), "KeySchema": key("p p")}),
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            json!({"KeySchema": key("P s")}),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            json!({"KeySchema": key("p S")}),
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            json!({"KeySchema": key("p p")}),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            json!({"AttributeDefinitions": define("p x")}),
            "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [p, s], AttributeDefinitions: [p, x]",
        ),
        (
            json!({"AttributeDefinitions": define("p s x")}),
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
        ),
    ];
    for (changes, expected) in cases {
        assert_eq!(
            message(&table(&changes).expect_err("it is refused")),
            expected,
            "{changes}"
        );
    }
}

#[test]
fn refuses_indexes_that_do_not_fit() {
    let local = |index: Value| json!({"LocalSecondaryIndexes": [index], "AttributeDefinitions": define("p s x")});
    let global = |letters: &str| json!({"GlobalSecondaryIndexes": [index("iii", letters)], "AttributeDefinitions": define("p s a b c d e f")});
    let many = |member: &str, letters: &str, count: usize| json!({member: (0..count).map(|n| index(&format!("i{n:02}"), letters)).collect::<Value>()});
    let twice = json!({"GlobalSecondaryIndexes": [index("iii", "p"), index("iii", "s")]});
    let both = json!({"GlobalSecondaryIndexes": [index("iii", "p")], "LocalSecondaryIndexes": [index("iii", "p s")]});
    let hash_only = json!({"KeySchema": key("p"), "LocalSecondaryIndexes": [index("iii", "p s")]});
    let unused = json!({"AttributeDefinitions": define("p s x y"), "GlobalSecondaryIndexes": [index("iii", "x")]});
    let cases = [
        (
            json!({"LocalSecondaryIndexes": []}),
            "One or more parameter values were invalid: List of LocalSecondaryIndexes is empty",
        ),
        (
            json!({"GlobalSecondaryIndexes": []}),
            "One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty",
        ),
        (
            hash_only,
            "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ),
        (
            local(index("iii", "p")),
            "One or more parameter values were invalid: Index KeySchema does not have a range key for index: iii",
        ),
        (
            local(index("iii", "x p")),
            "One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: iii. index hash key: x, table hash key: p",
        ),
        (
            local(index("iii", "p p")),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            local(index("iii", "p y")),
            "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [p, y], AttributeDefinitions: [p, s, x]",
        ),
        (
            twice,
            "One or more parameter values were invalid: Duplicate index name: iii",
        ),
        (
            both,
            "One or more parameter values were invalid: Duplicate index name: iii",
        ),
        (
            many("LocalSecondaryIndexes", "p s", 6),
            "One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        ),
        (
            many("GlobalSecondaryIndexes", "p", 21),
            "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20",
        ),
        (
            global("A"),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            global("a a"),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        ),
        (
            global("a A"),
            "The KeySchema contains multiple key attributes with the same name",
        ),
        (
            global("a B a"),
            "The KeySchema contains multiple key attributes with the same name",
        ),
        (
            global("a b C"),
            "One or more parameter values were invalid: All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ),
        (
            global("a B C D E"),
            "One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of HASH key attributes",
        ),
        (
            global("a b c d e f"),
            "One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of RANGE key attributes",
        ),
        (
            unused,
            "One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [p, s, x, y], keys used: [p, s, x]",
        ),
    ];
    for (changes, expected) in cases {
        assert_eq!(
            message(&table(&changes).expect_err("it is refused")),
            expected,
            "{changes}"
        );
    }
}

#[test]
fn refuses_projections_that_do_not_fit() {
    let cases = [
        (json!({}), "Unknown ProjectionType: null"),
        (
            json!({"ProjectionType": "ALL", "NonKeyAttributes": ["x"]}),
            "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
        (
            json!({"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]}),
            "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        (
            json!({"ProjectionType": "INCLUDE"}),
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y", "x"]}),
            "Duplicate element in NonKeyAttributes: x",
        ),
    ];
    for (projection, expected) in cases {
        let fault = table(&projecting(&projection)).expect_err("it is refused");
        assert_eq!(
            message(&fault),
            format!("One or more parameter values were invalid: {expected}")
        );
    }
    let names = |from: usize| {
        (from..from + 20)
            .map(|n| json!(format!("n{n}")))
            .collect::<Value>()
    };
    let including = |n: usize| json!({"IndexName": format!("ii{n}"), "KeySchema": key("p"), "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": names(n)}});
    assert!(
        table(&json!({"GlobalSecondaryIndexes": (0..5).map(including).collect::<Value>()})).is_ok()
    );
    assert!(
        table(&json!({"GlobalSecondaryIndexes": (0..6).map(including).collect::<Value>()}))
            .is_err()
    );
}

#[test]
fn reads_keys_with_many_attributes() {
    let mut sort = index("iii", "a B C D e f g h");
    sort["Projection"] = json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": ["p", "z"]});
    let schema = table(&json!({
        "GlobalSecondaryIndexes": [sort],
        "LocalSecondaryIndexes": [index("lll", "p a")],
        "AttributeDefinitions": define("p s a b c d e f g h"),
    }));
    let schema = schema.expect("it fits");
    let names = |attributes: &[KeyAttribute]| {
        attributes
            .iter()
            .map(|attribute| attribute.name.clone())
            .collect::<String>()
    };
    let read: Vec<_> = schema
        .indexes
        .iter()
        .map(|index| {
            (
                index.kind,
                names(&index.key.partition),
                names(&index.key.sort),
            )
        })
        .collect();
    assert_eq!(
        read,
        [
            (IndexKind::Local, "p".to_owned(), "a".to_owned()),
            (IndexKind::Global, "abcd".to_owned(), "efgh".to_owned())
        ]
    );
    assert_eq!(
        schema.indexes[1].projection,
        Projection::Include(vec!["p".to_owned(), "z".to_owned()])
    );
    assert_eq!(
        (names(&schema.key.partition), names(&schema.key.sort)),
        ("p".to_owned(), "s".to_owned())
    );
}
