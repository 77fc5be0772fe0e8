//! Exact messages.

use super::{check_malformed, check_refused};
use crate::partiql::parse_statement;

#[test]
fn malformed_statements() {
    for (text, detail) in [
        (
            "SELECT * FROM t WHERE pk = 1 foo",
            "Unexpected token after expression",
        ),
        (
            "SELECT * FROM t WHERE pk = 1 e5",
            "Unexpected token after expression",
        ),
        (
            "SELECT * FROM t WHERE pk = 1)",
            "Unexpected token after expression",
        ),
        (
            "SELECT * FROM t ORDER BY pk WHERE pk = 1",
            "Unexpected token after expression",
        ),
        (
            "SELECT * FROM my-table",
            "Unexpected token after expression",
        ),
        ("SELECT * FROM t, u", "Unexpected token after expression"),
        (
            "SELECT pk FROM t; SELECT pk FROM t",
            "Unexpected token after expression",
        ),
        (
            "INSERT INTO t VALUE {'pk': 7} foo",
            "Unexpected token after expression",
        ),
        (
            "INSERT INTO t x VALUE {'pk': 'x'}",
            "Unexpected token after expression",
        ),
        (
            "INSERT INTO t VALUE {'pk': 1} RETURNING ALL OLD *",
            "Unexpected token after expression",
        ),
        (
            "UPDATE t SET a = 9 WHERE pk = 1 foo",
            "Unexpected token after expression",
        ),
        ("UPDATE t REMOVE a, b", "Unexpected token after expression"),
        (
            "DELETE FROM t WHERE pk = 1 foo",
            "Unexpected token after expression",
        ),
        (
            "DELETE FROM t WHERE pk = 1 ORDER BY pk",
            "Unexpected token after expression",
        ),
        (
            "FROM t SET c = 1 WHERE pk = 'x'",
            "Unexpected token after expression",
        ),
        (
            "FROM t SET c = 1 WHERE pk = 'x' SET d = 2",
            "Unexpected token after expression",
        ),
        ("SELECTT * FROMM \"t\"", "Unexpected token after expression"),
        ("SELECT * FROM t WHERE pk = 1e2147483648", ""),
        ("SELECT * FROM t WHERE pk = 1.5e-2147483647", ""),
        ("SELECT * FROM t WHERE pk = 1 # note", ""),
        ("WHERE '", ""),
        ("SELECT * FROM t WHERE pk = 1 /* note", ""),
        ("SELECT * FROM t WHERE pk = \"a", ""),
        ("SELECT a", ""),
        ("SELECT *, a FROM t", ""),
        ("INSERT INTO t VALUE ?", ""),
        ("INSERT INTO t <<{'pk': 1}>>", ""),
        ("INSERT INTO t VALUE {pk: 1}", ""),
        ("UPDATE t SET a 1", ""),
        (
            "SLECT * FROM \"t\" WHERE pk = 'x'",
            "Expected data manipulation",
        ),
        ("SELECT FROM t", "Expected data manipulation"),
        ("FROM t", "Expected data manipulation"),
        ("UPDATE t WHERE pk = 1", "Expected data manipulation"),
        ("SELECT * FROM t WHERE", "Unexpected term"),
        ("SELECT * FROM t WHERE;", "Unexpected term"),
        ("SELECT * FROM t WHERE   ", "Unexpected term"),
        ("UPDATE t SET a = 1 WHERE", "Unexpected term"),
        ("DELETE FROM t WHERE", "Unexpected term"),
        ("SELECT * FROM t WHERE NOT", "Unexpected term"),
        ("SELECT * FROM t WHERE (", "Unexpected term"),
        ("SELECT * FROM t WHERE a IN ()", "Unexpected term"),
        ("SELECT * FROM", "Unexpected term"),
        ("INSERT INTO t AS x VALUE {'pk': 1}", "Unexpected term"),
        ("", "Unexpected term"),
        (
            "SELECT * FROM t WHERE pk = 'p1' AND",
            "Missing right-hand side expression of infix operator",
        ),
        (
            "SELECT * FROM t WHERE pk = 'p1' OR",
            "Missing right-hand side expression of infix operator",
        ),
        (
            "SELECT * FROM t WHERE pk =",
            "Missing right-hand side expression of infix operator",
        ),
        ("SELECT * FROM t WHERE ORDER BY pk", "Unexpected keyword"),
        ("SELECT * FROM t WHERE pad = 'none'", "Unexpected keyword"),
        ("SELECT * FROM user", "Unexpected keyword"),
        ("SELECT DISTINCT a FROM t", "Unexpected keyword"),
        ("INSERT t VALUE {'a': 1}", "Unexpected keyword"),
        ("SELECT * FROM t WHERE IS NULL", "Unexpected operator"),
        ("SELECT * FROM t WHERE pk = LIKE", "Unexpected operator"),
        (
            "SELECT * FROM t WHERE pk = 'a' AND x IS FOO",
            "Expected type name",
        ),
        ("SELECT * FROM t WHERE x IS", "Expected type name"),
        ("x IS FOO", "Expected type name"),
        ("DELETE FROM", "Expected identifier for simple path"),
        ("DELETE FROM;", "Expected identifier for simple path"),
        (
            "DELETE FROM WHERE pk = 'a'",
            "Expected identifier for simple path",
        ),
        (
            "UPDATE t SET size = 1",
            "Expected identifier for simple path",
        ),
        (
            "SELECT * FROM t WHERE attribute_exists(m.inner)",
            "Invalid path dot component",
        ),
        (
            "UPDATE t SET m.inner = set_add(m.inner, <<'y'>>)",
            "Invalid path dot component",
        ),
        ("SELECT * FROM t x WHERE", "Unexpected term"),
    ] {
        check_malformed(text, detail);
    }
}

#[test]
fn what_the_service_does_not_have() {
    for (text, message) in [
        (
            "SELECT * FROM t x WHERE pk = 'x'",
            "Aliasing is not supported",
        ),
        (
            "SELECT * FROM t AS x WHERE pk = 'x'",
            "Aliasing is not supported",
        ),
        ("SELECT a AS b FROM t", "Aliasing is not supported"),
        ("SELECT a b FROM t", "Aliasing is not supported"),
        (
            "UPDATE t x SET a = 3 WHERE pk = 'x'",
            "Aliasing is not supported",
        ),
        (
            "DELETE FROM t x WHERE pk = 'x'",
            "Aliasing is not supported",
        ),
        ("FROM t AS x SET a = 1", "Aliasing is not supported"),
        ("x IS INT4", "Unsupported operation: IsType"),
        ("x IS CHARACTER VARYING", "Unsupported operation: IsType"),
        (
            "SELECT * FROM t WHERE a LIKE 'x'",
            "Unsupported operation: Like",
        ),
        (
            "SELECT * FROM t WHERE a * 2 = 4",
            "Unsupported operation: Times",
        ),
        (
            "SELECT * FROM t WHERE a + 2 = 4",
            "Unsupported operation: Plus",
        ),
        (
            "SELECT a FROM t WHERE b = 1 LIMIT 25",
            "Unsupported clause: LIMIT at @25",
        ),
        (
            "SELECT attribute_exists(ss) FROM t",
            "Unexpected path component at @attribute_exists",
        ),
        (
            "SELECT COUNT(*) FROM t",
            "Unexpected path component at @COUNT",
        ),
        ("SELECT 'x' FROM t", "Unexpected path component at @'x'"),
        ("SELECT a, ? FROM t", "Unexpected path component at @?"),
        ("SELECT a.* FROM t", "Unexpected path component at @*"),
        ("SELECT a[b] FROM t", "Unexpected path component at @b"),
        ("SELECT * FROM ?", "Unexpected path component at @?"),
        (
            "SELECT l[-1] FROM t",
            "List index is not within the allowable range; index: [-1] at @1",
        ),
        (
            "SELECT s, a.s FROM t",
            "Duplicate identifiers in select clause: s",
        ),
        (
            "SELECT * FROM t.i.x WHERE pk = 'p'",
            "A path may contain at most 2 components in the FROM clause",
        ),
        (
            "SELECT * FROM \"\" WHERE pk = 'p'",
            "Path component cannot be an empty string",
        ),
        (
            "SELECT * FROM t.\"\" WHERE pk = 'p'",
            "Path component cannot be an empty string",
        ),
        (
            "INSERT INTO \"t\".\"i\" VALUE {'pk': 'w'}",
            "FROM clause may only contain a single table name in data manipulation statements at @\"t\"",
        ),
        (
            "DELETE FROM t WHERE pk = 'a' RETURNING MODIFIED OLD *",
            "Invalid returning clause: RETURNING MODIFIED OLD *. \
             Only RETURNING ALL OLD * is allowed in DELETE statements.",
        ),
    ] {
        check_refused(text, message);
    }
}

#[test]
fn functions_of_conditions() {
    let needs_path = "Operator or function requires a document path; operator or function: ";
    let count = "Incorrect number of operands for operator or function; operator or function: ";
    let kind = "Incorrect operand type for operator or function; operator or function: ";
    for (condition, message) in [
        (
            "attribute_exists('ss')",
            format!("{needs_path}attribute_exists"),
        ),
        (
            "ATTRIBUTE_EXISTS(?)",
            format!("{needs_path}attribute_exists"),
        ),
        (
            "attribute_exists()",
            format!("{count}attribute_exists, number of operands: 0"),
        ),
        (
            "attribute_exists(ss, ns)",
            format!("{count}attribute_exists, number of operands: 2"),
        ),
        (
            "size(a, b) = 1",
            format!("{count}size, number of operands: 2"),
        ),
        (
            "EXISTS(ss)",
            "Unrecognized function: exists at @EXISTS".into(),
        ),
        (
            "set_add(ss, <<'x'>>) = ss",
            "Unrecognized function: set_add at @set_add".into(),
        ),
        (
            "upper(a) = 'A'",
            "Unrecognized function: upper at @upper".into(),
        ),
        (
            "\"Foo\"(a) = 'A'",
            "Unrecognized function: foo at @\"Foo\"".into(),
        ),
        ("a < TRUE", format!("{kind}<, operand type: BOOL")),
        ("a >= [1]", format!("{kind}>=, operand type: L")),
        (
            "a BETWEEN 1 AND NULL",
            format!("{kind}BETWEEN, operand type: NULL"),
        ),
        ("a > <<'a'>>", format!("{kind}>, operand type: SS")),
        (
            "begins_with(a, 1)",
            format!("{kind}begins_with, operand type: N"),
        ),
        (
            "attribute_type(a, 1)",
            format!("{kind}attribute_type, operand type: N"),
        ),
        (
            "attribute_type(a, true)",
            format!("{kind}attribute_type, operand type: BOOL"),
        ),
    ] {
        check_refused(
            &format!("SELECT * FROM t WHERE pk = 'x' AND {condition}"),
            &message,
        );
    }
}

#[test]
fn functions_of_updates() {
    for (change, message) in [
        (
            "t = set_add(ss, <<'x'>>)",
            "The first argument to SET_ADD must equal the assignment value at @set_add",
        ),
        (
            "ss = set_add(<<'a'>>, <<'b'>>)",
            "The first argument to SET_ADD must equal the assignment value at @set_add",
        ),
        (
            "ss = set_add(ss, 'x')",
            "The second argument to SET_ADD must be a value with type SET at @2@ss",
        ),
        (
            "\"ss\" = set_delete(\"ss\", ['x'])",
            "The second argument to SET_DELETE must be a value with type SET at @2@\"ss\"",
        ),
        (
            "ss = set_add(ss)",
            "SET_ADD must have exactly two arguments at @set_add",
        ),
        (
            "ss = set_add(ss, <<'x'>>, <<'y'>>)",
            "SET_ADD must have exactly two arguments at @set_add",
        ),
        ("ss = set_add(ss, <<>>)", "Empty bags are not supported"),
        (
            "ss = if_not_exists(ss, set_add(ss, <<1>>))",
            "Unrecognized function: set_add at @set_add",
        ),
        ("n = size(a)", "Unrecognized function: size at @size"),
        (
            "n = if_not_exists('a', 1)",
            "Operator or function requires a document path; operator or function: if_not_exists",
        ),
        (
            "n = list_append(a)",
            "Incorrect number of operands for operator or function; \
             operator or function: list_append, number of operands: 1",
        ),
        ("n = a AND b", "Unsupported operation: And"),
    ] {
        check_refused(&format!("UPDATE t1 SET {change} WHERE pk = 'k'"), message);
    }
    let error =
        parse_statement("UPDATE \"t\"\nSET Members = set_add(Members, 'x')\nWHERE pk = 'a'");
    assert_eq!(
        error.expect_err("no set").to_string(),
        "The second argument to SET_ADD must be a value with type SET at 2:23:7"
    );
}
