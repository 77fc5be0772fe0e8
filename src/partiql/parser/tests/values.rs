//! Literals: what they stand for and what is refused.

use super::{accepted, check_refused};
use crate::partiql::{StatementKind, resolve_value};
use crate::types::{Attr, Item, Number};

fn value(literal: &str, parameters: &[Attr]) -> Attr {
    let statement = accepted(&format!("INSERT INTO t VALUE {{'a': {literal}}}"));
    let StatementKind::Insert(insert) = statement.kind else {
        panic!("an insert");
    };
    resolve_value(&insert.members[0].value, parameters).expect(literal)
}

#[test]
fn literals() {
    let text = |text: &str| Attr::S(text.to_owned());
    let number = |number: i64| Attr::N(Number::from(number));
    let map: Item = [("b".to_owned(), number(7)), ("a".to_owned(), text("x"))]
        .into_iter()
        .collect();
    for (literal, expected) in [
        ("'it''s'", text("it's")),
        ("''", text("")),
        ("7.31e6", number(7_310_000)),
        ("-73100000e-1", number(-7_310_000)),
        ("+.7e1", number(7)),
        ("7.", number(7)),
        ("TRUE", Attr::Bool(true)),
        ("null", Attr::Null),
        ("[]", Attr::L(vec![])),
        (
            "[1, ['x']]",
            Attr::L(vec![number(1), Attr::L(vec![text("x")])]),
        ),
        ("(1, 'x')", Attr::L(vec![number(1), text("x")])),
        ("{'a': 'x', 'b': 7}", Attr::M(map.clone())),
        ("{'a': 1, 'a': 'x', 'b': ?}", Attr::M(map)),
        ("<<'b', 'a'>>", Attr::Ss(vec!["a".into(), "b".into()])),
        (
            "<<10, 2e0, -1>>",
            Attr::Ns(vec![Number::from(-1i64), 2u64.into(), 10u64.into()]),
        ),
        ("?", number(7)),
    ] {
        assert_eq!(value(literal, &[number(7)]), expected, "{literal}");
    }
}

#[test]
fn numbers_out_of_range() {
    let overflow =
        "Number overflow. Attempting to store a number with magnitude larger than supported range";
    let underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    let digits = "Attempting to store more than 38 significant digits in a Number";
    let long = "123456789012345678901234567890123456789";
    for (text, message) in [
        (
            "SELECT * FROM t WHERE pk = 1e126".to_owned(),
            format!("{overflow} under root"),
        ),
        (
            "SELECT * FROM t WHERE pk = 1e-131".into(),
            format!("{underflow} under root"),
        ),
        (
            format!("SELECT * FROM t WHERE pk = {long}"),
            format!("{digits} under root"),
        ),
        (
            "INSERT INTO t VALUE {'pk': 1e126}".into(),
            format!("{overflow} under root"),
        ),
        (
            "UPDATE t SET a = -1e-131".into(),
            format!("{underflow} under root"),
        ),
        (
            "INSERT INTO t VALUE {'pk': 1, 'm': {'x': 1e126}}".into(),
            format!("{overflow} under root.x"),
        ),
        (
            "INSERT INTO t VALUE {'pk': 1, 'l': [1, {'x': [-1e126]}]}".into(),
            format!("{overflow} under root[1].x[0]"),
        ),
        (
            "UPDATE t SET a = a + <<1e126>>".into(),
            format!("{overflow} under root[0]"),
        ),
        (
            "SELECT * FROM t WHERE a IN [1, 1e126]".into(),
            format!("{overflow} under root"),
        ),
    ] {
        check_refused(&text, &message);
    }
}

#[test]
fn sets_and_other_things() {
    let duplicates = "One or more parameter values were invalid: Input collection";
    for (literal, message) in [
        (
            "<<'x', 'y', 'x'>>",
            format!("{duplicates} [x, y, x] contains duplicates."),
        ),
        (
            "<<2, 2.0>>",
            format!("{duplicates} [2, 2.0] contains duplicates! under root"),
        ),
        (
            "[<<2, 2.0>>]",
            format!("{duplicates} [2, 2.0] contains duplicates! under root[0]"),
        ),
        ("<<>>", "Empty bags are not supported".into()),
        (
            "<<1, 'a'>>",
            "DynamoDB only supports either numbers or strings in bags".into(),
        ),
        ("<<?>>", "Unsupported data type in Bag".into()),
        (
            "set_add(<<'a'>>, <<'b'>>)",
            "Unsupported data type: set_add under key root at @set_add".into(),
        ),
        (
            "[foo(1)]",
            "Unsupported data type: foo under key root[0] at @foo".into(),
        ),
        ("c", "Unsupported data type: c under key root at @c".into()),
        (
            "MISSING",
            "Unsupported data type: Missing under key root at @MISSING".into(),
        ),
    ] {
        check_refused(&format!("INSERT INTO t VALUE {{'a': {literal}}}"), &message);
    }
}
