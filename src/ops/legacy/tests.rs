//! Tables of requests: the trees they become, as the text of an expression, or the words they are refused with.

use crate::error::Voice;
use crate::model::{check, table as shape};
use crate::ops::clauses::{Clauses, Parsed};

fn parse(operation: &str, members: &str) -> Result<Parsed, String> {
    let (input, voice, key) = match operation {
        "UpdateItem" => (
            &shape::UPDATE_ITEM_INPUT,
            Voice::Enveloped,
            r#", "Key": {}"#,
        ),
        "PutItem" => (&shape::PUT_ITEM_INPUT, Voice::Enveloped, r#", "Item": {}"#),
        "GetItem" => (&shape::GET_ITEM_INPUT, Voice::Bare, r#", "Key": {}"#),
        "Query" => (&shape::QUERY_INPUT, Voice::Bare, ""),
        _ => (&shape::SCAN_INPUT, Voice::Older, ""),
    };
    let body = format!(r#"{{"TableName": "table"{key}, {members}}}"#);
    let words = |fault| voice.message(&fault).1.unwrap_or_default();
    let mut request = check(operation, input, body.as_bytes())
        .map_err(words)?
        .into_body();
    let clauses = Clauses::read(&mut request, &[]).map_err(words)?;
    clauses.parse(voice).map_err(words)
}

fn check_refused(operation: &str, members: &str, expected: &str) {
    let words = parse(operation, members).expect_err(members);
    let words = words.replace("One or more parameter values were invalid: ", "! ");
    let words = words.replace("1 validation error detected: ", "1: ");
    assert_eq!(words, expected, "{operation} {members}");
}

/// The trees as texts: condition, filter, keys, projection, update.
fn check_trees(operation: &str, members: &str, expected: [&str; 5]) {
    let parsed = parse(operation, members).expect(members);
    let texts = [
        parsed.condition.map(|tree| tree.print().text),
        parsed.filter.map(|tree| tree.print().text),
        parsed.key_condition.map(|tree| tree.print().text),
        parsed.projection.map(|tree| tree.print().text),
        parsed.update.map(|tree| tree.print().text),
    ];
    assert_eq!(
        texts.map(Option::unwrap_or_default),
        expected,
        "{operation} {members}"
    );
}

#[test]
fn parameters_become_trees() {
    let one = r#"{"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}"#;
    let two =
        r#"{"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1"}, {"N": "2"}]}"#;
    let null = r#"{"ComparisonOperator": "NULL"}"#;
    for (operation, members, expected) in [
        (
            "PutItem",
            format!(r#""Expected": {{"b": {one}, "a.b": {null}, "c": {{"Value": {{"S": ""}}}}}}"#),
            ["#0 = :0 AND attribute_not_exists(#1) AND #2 = :1", "", "", "", ""],
        ),
        (
            "PutItem",
            format!(r#""Expected": {{"b": {one}, "a": {null}}}, "ConditionalOperator": "OR""#),
            ["#0 = :0 OR attribute_not_exists(#1)", "", "", "", ""],
        ),
        ("PutItem", r#""Expected": {}"#.to_owned(), [""; 5]),
        (
            "Query",
            format!(r#""QueryFilter": {{"f": {two}}}, "KeyConditions": {{"p": {one}, "s": {two}}}"#),
            ["", "#0 BETWEEN :0 AND :1", "#0 = :0 AND #1 BETWEEN :1 AND :2", "", ""],
        ),
        (
            "Query",
            format!(r#""KeyConditions": {{"p": {one}}}, "ProjectionExpression": "b, c[1]""#),
            ["", "", "#0 = :0", "#0, #1[1]", ""],
        ),
        (
            "Scan",
            format!(r#""ScanFilter": {{"f": {one}}}, "AttributesToGet": ["b", "a.c"]"#),
            ["", "#0 = :0", "", "#0, #1", ""],
        ),
        (
            "UpdateItem",
            r#""AttributeUpdates": {"z": {"Value": {"N": "1"}}, "y": {"Action": "ADD", "Value": {"L": []}},
                "a.b": {"Action": "DELETE"}, "x": {"Action": "DELETE", "Value": {"SS": ["a"]}}}"#
                .to_owned(),
            ["", "", "", "", "SET #0 = :0 ADD #1 :1 REMOVE #2 DELETE #3 :2"],
        ),
    ] {
        check_trees(operation, &members, expected);
    }
}

#[test]
fn expected_knows_two_forms() {
    let equal = "#0 = :0";
    for (test, expected) in [
        (r#"{"Value": {"N": "1"}}"#, equal),
        (r#"{"Value": {"N": "1"}, "Exists": true}"#, equal),
        (
            r#"{"Value": {"N": "1"}, "ComparisonOperator": "EQ"}"#,
            equal,
        ),
        (
            r#"{"Value": {"N": "1"}, "ComparisonOperator": "GT"}"#,
            "#0 > :0",
        ),
        (r#"{"Exists": false}"#, "attribute_not_exists(#0)"),
        (
            r#"{"ComparisonOperator": "NULL"}"#,
            "attribute_not_exists(#0)",
        ),
        (
            r#"{"ComparisonOperator": "NOT_NULL", "AttributeValueList": []}"#,
            "attribute_exists(#0)",
        ),
    ] {
        let members = format!(r#""Expected": {{"a": {test}}}"#);
        check_trees("PutItem", &members, [expected, "", "", "", ""]);
    }
    let value = r#""Value": {"N": "1"}"#;
    let list = r#""AttributeValueList": [{"N": "1"}]"#;
    for (test, expected) in [
        (String::new(), "Value must be provided when Exists is null"),
        (
            r#""Exists": true"#.to_owned(),
            "Value must be provided when Exists is true",
        ),
        (
            format!(r#""Exists": false, {value}"#),
            "Value cannot be used when Exists is false",
        ),
        (
            format!("{value}, {list}"),
            "Value and AttributeValueList cannot be used together",
        ),
        (
            r#""Exists": true, "ComparisonOperator": "EQ""#.to_owned(),
            "Exists and ComparisonOperator cannot be used together",
        ),
        (
            format!(r#""Exists": false, {list}"#),
            "AttributeValueList can only be used with a ComparisonOperator",
        ),
        (
            r#""ComparisonOperator": "EQ""#.to_owned(),
            "Value or AttributeValueList must be used with ComparisonOperator: EQ",
        ),
    ] {
        let members = format!(r#""Expected": {{"a": {{{test}}}}}"#);
        check_refused(
            "PutItem",
            &members,
            &format!("1: ! {expected} for Attribute: a"),
        );
    }
}

#[test]
fn styles_do_not_mix() {
    let mixed = |older: &str, modern: &str| {
        format!(
            "Can not use both expression and non-expression parameters in the same request: \
             Non-expression parameters: {{{older}}} Expression parameters: {{{modern}}}"
        )
    };
    for (operation, members, older, modern) in [
        (
            "UpdateItem",
            r#""UpdateExpression": "", "ConditionExpression": "", "Expected": {"": {}},
               "ConditionalOperator": "OR", "AttributeUpdates": {"": {}}"#,
            "AttributeUpdates, Expected, ConditionalOperator",
            "UpdateExpression, ConditionExpression",
        ),
        (
            "Query",
            r#""AttributesToGet": ["a", "a"], "QueryFilter": {}, "ConditionalOperator": "AND",
               "KeyConditions": {}, "FilterExpression": "", "ProjectionExpression": """#,
            "AttributesToGet, QueryFilter, ConditionalOperator",
            "ProjectionExpression, FilterExpression",
        ),
        (
            "Query",
            r#""KeyConditions": {}, "FilterExpression": "", "KeyConditionExpression": """#,
            "KeyConditions",
            "FilterExpression, KeyConditionExpression",
        ),
    ] {
        let envelope = if operation == "UpdateItem" { "1: " } else { "" };
        check_refused(
            operation,
            members,
            &format!("{envelope}{}", mixed(older, modern)),
        );
    }
    for (members, expected) in [
        (
            r#""Expected": {}, "ExpressionAttributeNames": {}"#,
            "1: ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            r#""Expected": {}, "ExpressionAttributeValues": {}"#,
            "1: ExpressionAttributeValues can only be specified when using expressions",
        ),
    ] {
        check_refused("PutItem", members, expected);
    }
}

#[test]
fn a_joint_needs_two_tests() {
    let none = "ConditionalOperator cannot be used without Filter or Expected";
    let few =
        "ConditionalOperator can only be used when Filter or Expected has two or more elements";
    let keys = r#"{"p": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}}"#;
    for (operation, members, expected) in [
        ("PutItem", String::new(), format!("1: {none}")),
        (
            "PutItem",
            r#", "Expected": {}"#.to_owned(),
            format!("1: {none}"),
        ),
        (
            "PutItem",
            r#", "Expected": {"a": {"Exists": false}}"#.to_owned(),
            format!("1: {few}"),
        ),
        (
            "Query",
            format!(r#", "KeyConditions": {keys}"#),
            none.to_owned(),
        ),
        ("Scan", r#", "ScanFilter": {}"#.to_owned(), none.to_owned()),
        ("Scan", format!(r#", "ScanFilter": {keys}"#), few.to_owned()),
    ] {
        check_refused(
            operation,
            &format!(r#""ConditionalOperator": "OR"{members}"#),
            &expected,
        );
    }
}

#[test]
fn what_is_told_first() {
    let missing = r#"{"Exists": true}"#;
    let surplus = r#"{"Exists": false, "Value": {"N": "x"}}"#;
    let number = r#"{"Value": {"N": "x"}}"#;
    let no_value = "! Only DELETE action is allowed when no attribute value is specified";
    let not_numeric = "The parameter cannot be converted to a numeric value: x";
    let two_numbers =
        r#"{"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "x"}, {"N": "1"}]}"#;
    for (operation, members, expected) in [
        // In document order.
        (
            "PutItem",
            format!(r#""Expected": {{"z": {missing}, "a": {surplus}}}"#),
            "1: ! Value must be provided when Exists is true for Attribute: z".to_owned(),
        ),
        (
            "PutItem",
            format!(r#""Expected": {{"z": {surplus}, "a": {missing}}}"#),
            "1: ! Value cannot be used when Exists is false for Attribute: z".to_owned(),
        ),
        // Form before values, values before their number.
        (
            "PutItem",
            format!(r#""Expected": {{"z": {number}, "a": {missing}}}"#),
            "1: ! Value must be provided when Exists is true for Attribute: a".to_owned(),
        ),
        ("PutItem", format!(r#""Expected": {{"z": {two_numbers}}}"#), format!("1: {not_numeric}")),
        ("Scan", format!(r#""ScanFilter": {{"z": {two_numbers}}}"#), not_numeric.to_owned()),
        (
            "Scan",
            format!(r#""ConditionalOperator": "OR", "ScanFilter": {{"z": {two_numbers}}}"#),
            not_numeric.to_owned(),
        ),
        (
            "UpdateItem",
            format!(r#""AttributeUpdates": {{"z": {number}, "a": {{}}}}"#),
            format!("1: {no_value}"),
        ),
        // The update before the condition.
        (
            "UpdateItem",
            format!(r#""AttributeUpdates": {{"a": {{}}}}, "Expected": {{"a": {missing}}}"#),
            format!("1: {no_value}"),
        ),
        (
            "UpdateItem",
            r#""AttributeUpdates": {"a": {"Action": "ADD", "Value": {"S": "x"}}}, "Expected": {"a": {"Value": {}}}"#
                .to_owned(),
            "1: ! ADD action is not supported for the type S".to_owned(),
        ),
        ("Scan", r#""ScanFilter": {"": {"ComparisonOperator": "EQ"}}"#.to_owned(), "Empty attribute name".to_owned()),
        ("UpdateItem", r#""AttributeUpdates": {"": {}}"#.to_owned(), "1: Empty attribute name".to_owned()),
    ] {
        check_refused(operation, &members, &expected);
    }
}

#[test]
fn names_to_get_are_distinct() {
    check_trees(
        "GetItem",
        r#""AttributesToGet": ["b", "a"]"#,
        ["", "", "", "#0, #1", ""],
    );
    let repeated = r#""AttributesToGet": ["b", "a", "a", "b"]"#;
    check_refused(
        "GetItem",
        repeated,
        "! Duplicate value in attribute name: a",
    );
    check_refused(
        "GetItem",
        r#""AttributesToGet": [""]"#,
        "Empty attribute name",
    );
}

#[test]
fn keys_are_few_and_have_ranges() {
    let equal = r#"{"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}]}"#;
    let number = "Conditions can be of length 1 or 2 only";
    let three = format!(r#"{{"a": {equal}, "b": {equal}, "c": {equal}}}"#);
    check_refused("Query", r#""KeyConditions": {}"#, number);
    check_refused("Query", &format!(r#""KeyConditions": {three}"#), number);
    let on_index = format!(r#""IndexName": "index", "KeyConditions": {three}"#);
    check_trees(
        "Query",
        &on_index,
        ["", "", "#0 = :0 AND #1 = :1 AND #2 = :2", "", ""],
    );
    for (operator, values) in [
        ("NE", r#"[{"N": "1"}]"#),
        ("IN", r#"[{"N": "1"}]"#),
        ("CONTAINS", r#"[{"N": "1"}]"#),
        ("NOT_CONTAINS", r#"[{"N": "1"}]"#),
        ("NULL", "[]"),
        ("NOT_NULL", "[]"),
    ] {
        let test =
            format!(r#"{{"ComparisonOperator": "{operator}", "AttributeValueList": {values}}}"#);
        check_refused(
            "Query",
            &format!(r#""KeyConditions": {{"a": {test}}}"#),
            "Attempted conditional constraint is not an indexable operation",
        );
    }
}
