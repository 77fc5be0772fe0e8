//! SELECT and EXISTS, with all that a condition may hold.

use super::{accepted, check, check_condition};
use crate::partiql::{Column, Direction, ExprKind, Projection, Select, Span, StatementKind};

fn select(text: &str) -> Select {
    match accepted(text).kind {
        StatementKind::Select(select) | StatementKind::Exists(select) => select,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn clauses() {
    for (text, printed) in [
        ("SELECT * FROM t", r#"SELECT * FROM "t""#),
        (r#"select * from "t"."i";"#, r#"SELECT * FROM "t"."i""#),
        ("SELECT * FROM t.i", r#"SELECT * FROM "t"."i""#),
        ("SELECT a, \"b c\" FROM t", r#"SELECT "a", "b c" FROM "t""#),
        (
            "SELECT a.b, c.d[0][1].\"e\"\"f\", l[-0] FROM t",
            r#"SELECT "a"."b", "c"."d"[0][1]."e""f", "l"[0] FROM "t""#,
        ),
        ("SELECT a['b'] FROM t", r#"SELECT "a"."b" FROM "t""#),
        ("SELECT (a) FROM t", r#"SELECT "a" FROM "t""#),
        (
            "SELECT * FROM t WHERE pk = 1 ORDER BY sk DESC",
            r#"SELECT * FROM "t" WHERE "pk" = 1 ORDER BY "sk" DESC"#,
        ),
        (
            "SELECT * FROM t ORDER BY a, b ASC",
            r#"SELECT * FROM "t" ORDER BY "a" ASC, "b" ASC"#,
        ),
        (
            "EXISTS(SELECT * FROM t WHERE pk = ? AND a IS MISSING)",
            r#"EXISTS(SELECT * FROM "t" WHERE "pk" = ? AND "a" IS MISSING)"#,
        ),
        (
            "-- note\nSELECT/**/* FROM \"t\" -- the table\nWHERE pk/* key */='a--b' --",
            r#"SELECT * FROM "t" WHERE "pk" = 'a--b'"#,
        ),
    ] {
        check(text, printed);
    }
}

#[test]
fn order_keys_and_projections() {
    let read = select("SELECT b, m.k[1], l[0], m.z FROM t ORDER BY s, u DESC");
    let Projection::Columns(columns) = &read.projection else {
        panic!("columns");
    };
    let names: Vec<_> = columns.iter().map(Column::name).collect();
    assert_eq!(names, ["b", "k[1]", "l[0]", "z"]);
    let spans: Vec<_> = columns
        .iter()
        .map(|column| column.span.to_string())
        .collect();
    assert_eq!(spans, ["1:8:1", "1:11:1", "1:19:1", "1:25:1"]);
    let directions: Vec<_> = read.order.iter().map(|key| key.direction).collect();
    assert_eq!(directions, [Direction::Ascending, Direction::Descending]);
}

#[test]
fn comparisons() {
    for (text, printed) in [
        ("a = 'it''s'", "\"a\" = 'it''s'"),
        ("a != 1 ", "\"a\" <> 1"),
        ("n>-5", "\"n\" > -5"),
        ("a <= b.c", "\"a\" <= \"b\".\"c\""),
        ("'x' < a", "'x' < \"a\""),
        (
            "a BETWEEN 1 AND 2 AND b = 3",
            "\"a\" BETWEEN 1 AND 2 AND \"b\" = 3",
        ),
        ("a NOT BETWEEN 1 AND 2", "NOT \"a\" BETWEEN 1 AND 2"),
        ("a IN [1, ?, 'x']", "\"a\" IN [1, ?, 'x']"),
        ("a IN (1)", "\"a\" IN [1]"),
        ("a NOT IN ('x', 'y')", "NOT \"a\" IN ['x', 'y']"),
        ("a IS NULL", "\"a\" IS NULL"),
        ("a IS NOT MISSING", "NOT \"a\" IS MISSING"),
        ("a IS DOUBLE PRECISION", "\"a\" IS DECIMAL"),
        ("a IS character varying (10)", "\"a\" IS STRING"),
        (
            "a IS INT4 OR a IS INT8",
            "\"a\" IS DECIMAL OR \"a\" IS DECIMAL",
        ),
        ("a IS DECIMAL(3, 2)", "\"a\" IS DECIMAL"),
        ("a IS BOOL", "\"a\" IS BOOL"),
        ("a IS TUPLE", "\"a\" IS STRUCT"),
        ("a = MISSING", "\"a\" = MISSING"),
        ("\"size\" = TRUE", "\"size\" = TRUE"),
    ] {
        check_condition(text, printed);
    }
}

#[test]
fn functions_in_any_case() {
    for (text, printed) in [
        ("begins_with(\"sk\", 'p')", "begins_with(\"sk\", 'p')"),
        ("BEGINS_WITH(sk, ?)", "begins_with(\"sk\", ?)"),
        ("contains(a, 1)", "contains(\"a\", 1)"),
        ("Size(a) > 3", "size(\"a\") > 3"),
        ("attribute_type(a, 'SS')", "attribute_type(\"a\", 'SS')"),
        (
            "attribute_exists(a.b[0])",
            "attribute_exists(\"a\".\"b\"[0])",
        ),
        (
            "attribute_not_exists(a) = true",
            "attribute_not_exists(\"a\") = TRUE",
        ),
    ] {
        check_condition(text, printed);
    }
}

#[test]
fn operators_bind_and_chains_are_flat() {
    for (text, printed) in [
        (
            "a = 1 AND b = 2 AND c = 3",
            "\"a\" = 1 AND \"b\" = 2 AND \"c\" = 3",
        ),
        (
            "a = 1 AND (b = 2 AND c = 3)",
            "\"a\" = 1 AND \"b\" = 2 AND \"c\" = 3",
        ),
        ("((a = 1))", "\"a\" = 1"),
        (
            "a = 1 OR b = 2 AND c = 3",
            "\"a\" = 1 OR \"b\" = 2 AND \"c\" = 3",
        ),
        (
            "(a = 1 OR b = 2) AND c = 3",
            "(\"a\" = 1 OR \"b\" = 2) AND \"c\" = 3",
        ),
        (
            "NOT a = 1 AND NOT NOT (b = 2 OR c = 3)",
            "NOT \"a\" = 1 AND NOT NOT (\"b\" = 2 OR \"c\" = 3)",
        ),
        ("(NOT a = 1) = true", "(NOT \"a\" = 1) = TRUE"),
        ("a = (b = 1)", "\"a\" = (\"b\" = 1)"),
        ("(a = b) IS NULL", "\"a\" = \"b\" IS NULL"),
    ] {
        check_condition(text, printed);
    }
    let read = select("SELECT * FROM t WHERE a = 1 AND b = 2 AND c = 3 AND d = 4");
    let filter = read.filter.expect("a filter");
    assert!(matches!(filter.kind, ExprKind::And(parts) if parts.len() == 4));
}

#[test]
fn parameters_are_numbered_as_written() {
    let statement = accepted("SELECT * FROM t WHERE a = ? AND b IN [?, '?', ?]");
    assert_eq!(statement.parameters, 3);
    let StatementKind::Select(read) = statement.kind else {
        panic!("a read");
    };
    let Some(ExprKind::And(parts)) = read.filter.map(|filter| filter.kind) else {
        panic!("a chain");
    };
    let ExprKind::In(_, choices) = &parts[1].kind else {
        panic!("an IN");
    };
    assert_eq!(choices[0].kind, ExprKind::Parameter(1));
    assert_eq!(choices[2].kind, ExprKind::Parameter(2));
    let span = Span {
        line: 1,
        column: 47,
        length: 1,
    };
    assert_eq!(choices[2].span, span);
}
