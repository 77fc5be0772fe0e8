//! Tables of operators with their values: what they mean, where they hold, why they are refused.

use std::sync::Arc;

use super::{AttributeTest, Joint, Operator};
use crate::expr::ast::{Action, Condition};
use crate::types::{Attr, Item};

fn n(number: i64) -> Attr {
    Attr::N(number.into())
}

fn s(text: &str) -> Attr {
    Attr::S(text.to_owned())
}

fn test(operator: &str, values: &[Attr]) -> Result<AttributeTest, String> {
    let operator = Operator::from_name(operator).expect("an operator");
    AttributeTest::new(operator, values.to_vec()).map_err(|error| error.to_string())
}

fn condition(operator: &str, values: &[Attr]) -> Condition {
    let test = test(operator, values).expect("a good test");
    test.into_condition(Arc::from("a"))
}

fn check_text(operator: &str, values: &[Attr], expected: &str) {
    assert_eq!(
        condition(operator, values).print().text,
        expected,
        "{operator}"
    );
}

fn check_refused(operator: &str, values: &[Attr], expected: &str) {
    let text = test(operator, values).expect_err("a refusal");
    let text = text.replace("One or more parameter values were invalid: ", "! ");
    assert_eq!(text, expected, "{operator}");
}

#[test]
fn names_lead_back_to_operators() {
    for (operator, name) in Operator::NAMES {
        assert_eq!(Operator::from_name(name), Some(operator));
        assert_eq!(operator.name(), name);
    }
    for name in ["", "eq", "=", "DOG"] {
        assert_eq!(Operator::from_name(name), None);
    }
}

#[test]
fn operators_are_conditions() {
    check_text("EQ", &[n(1)], "#0 = :0");
    check_text("NE", &[Attr::L(vec![])], "#0 <> :0");
    check_text("LT", &[n(1)], "#0 < :0");
    check_text("LE", &[s("a")], "#0 <= :0");
    check_text("GT", &[Attr::B(vec![1])], "#0 > :0");
    check_text("GE", &[n(1)], "#0 >= :0");
    check_text("BETWEEN", &[n(1), n(1)], "#0 BETWEEN :0 AND :1");
    check_text("IN", &[n(2), n(1), n(2)], "#0 IN (:0, :1, :2)");
    check_text("BEGINS_WITH", &[s("a")], "begins_with(#0, :0)");
    check_text("CONTAINS", &[Attr::Bool(true)], "contains(#0, :0)");
    check_text(
        "NOT_CONTAINS",
        &[n(1)],
        "attribute_exists(#0) AND NOT contains(#0, :0)",
    );
    check_text("NULL", &[], "attribute_not_exists(#0)");
    check_text("NOT_NULL", &[], "attribute_exists(#0)");
}

#[test]
fn a_missing_attribute_meets_only_ne_and_null() {
    let values = |count| vec![s("x"); count];
    for (_, name) in Operator::NAMES {
        let count = match name {
            "NULL" | "NOT_NULL" => 0,
            "BETWEEN" => 2,
            _ => 1,
        };
        let holds = condition(name, &values(count)).holds(&Item::new());
        assert_eq!(holds, matches!(name, "NE" | "NULL"), "{name}");
    }
}

#[test]
fn values_are_counted() {
    for name in [
        "EQ",
        "NE",
        "LE",
        "LT",
        "GE",
        "GT",
        "BEGINS_WITH",
        "CONTAINS",
        "NOT_CONTAINS",
    ] {
        for values in [vec![], vec![s("a"), s("b")]] {
            let expected =
                format!("! Invalid number of argument(s) for the {name} ComparisonOperator");
            check_refused(name, &values, &expected);
        }
    }
    for (name, values) in [
        ("BETWEEN", vec![n(1)]),
        ("BETWEEN", vec![n(1), n(2), n(3)]),
        ("IN", vec![]),
        ("NULL", vec![n(1)]),
        ("NOT_NULL", vec![Attr::Null]),
    ] {
        let expected = format!("! Invalid number of argument(s) for the {name} ComparisonOperator");
        check_refused(name, &values, &expected);
    }
}

#[test]
fn types_are_checked_in_order() {
    let refused = |operator: &str, kind: &str| {
        format!("! ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
    };
    let list = || Attr::L(vec![]);
    for name in [
        "LT",
        "LE",
        "GT",
        "GE",
        "IN",
        "BEGINS_WITH",
        "CONTAINS",
        "NOT_CONTAINS",
    ] {
        check_refused(name, &[list()], &refused(name, "L"));
        check_refused(name, &[Attr::Ss(vec!["a".into()])], &refused(name, "SS"));
    }
    for name in ["LT", "IN", "BEGINS_WITH"] {
        check_refused(name, &[Attr::Bool(true)], &refused(name, "BOOL"));
        check_refused(name, &[Attr::Null], &refused(name, "NULL"));
    }
    check_refused("BEGINS_WITH", &[n(1)], &refused("BEGINS_WITH", "N"));
    check_refused("BETWEEN", &[n(1), list()], &refused("BETWEEN", "L"));
    let mixed = "! AttributeValues inside AttributeValueList must be of same type";
    check_refused("BETWEEN", &[n(2), s("1")], mixed);
    check_refused("IN", &[n(1), n(2), s("1")], mixed);
    check_refused(
        "BETWEEN",
        &[n(2), n(1)],
        "The BETWEEN condition was provided a range \
         where the lower bound is greater than the upper bound",
    );
}

#[test]
fn keys_take_what_has_a_range() {
    for (name, values, is_indexable) in [
        ("EQ", vec![n(1)], true),
        ("LT", vec![n(1)], true),
        ("LE", vec![n(1)], true),
        ("GT", vec![n(1)], true),
        ("GE", vec![n(1)], true),
        ("BETWEEN", vec![n(1), n(2)], true),
        ("BEGINS_WITH", vec![s("a")], true),
        ("NE", vec![n(1)], false),
        ("IN", vec![n(1)], false),
        ("CONTAINS", vec![n(1)], false),
        ("NOT_CONTAINS", vec![n(1)], false),
        ("NULL", vec![], false),
        ("NOT_NULL", vec![], false),
    ] {
        let test = test(name, &values).expect("a good test").into_key_test();
        assert_eq!(test.is_ok(), is_indexable, "{name}");
    }
}

#[test]
fn tests_are_joined() {
    let tests = || vec![condition("NULL", &[]), condition("EQ", &[n(1)])];
    let text = |joint: Joint, tests| joint.join(tests).map(|joined| joined.print().text);
    assert_eq!(text(Joint::Or, vec![]), None);
    assert_eq!(
        text(Joint::Or, vec![condition("NULL", &[])]).as_deref(),
        Some("attribute_not_exists(#0)")
    );
    assert_eq!(
        text(Joint::And, tests()).as_deref(),
        Some("attribute_not_exists(#0) AND #0 = :0")
    );
    assert_eq!(
        text(Joint::Or, tests()).as_deref(),
        Some("attribute_not_exists(#0) OR #0 = :0")
    );
}

#[test]
fn actions_take_some_types() {
    let values = [
        ("S", s("a"), false, false),
        ("N", n(1), true, false),
        ("B", Attr::B(vec![1]), false, false),
        ("BOOL", Attr::Bool(true), false, false),
        ("NULL", Attr::Null, false, false),
        ("L", Attr::L(vec![]), true, false),
        ("M", Attr::M(Item::new()), false, false),
        ("SS", Attr::Ss(vec!["a".into()]), true, true),
        ("NS", Attr::Ns(vec![1u64.into()]), true, true),
        ("BS", Attr::Bs(vec![vec![1]]), true, true),
    ];
    for (kind, value, adds, deletes) in values {
        let add = Action::add_attribute(Arc::from("a"), value.clone());
        assert_eq!(add.is_ok(), adds, "{kind}");
        let delete = Action::delete_attribute(Arc::from("a"), value);
        assert_eq!(delete.is_ok(), deletes, "{kind}");
        if let Err(error) = delete {
            assert_eq!(
                error.to_string(),
                format!(
                    "One or more parameter values were invalid: \
                     DELETE action with value is not supported for the type {kind}"
                )
            );
        }
    }
}
