//! Updates: grammar and static rules.

use super::*;

#[test]
fn updates_accepted() {
    for text in [
        "SET a = :s",
        "set a=:s,b=c remove d[0] , d[1].x ADD e :n,f :ss DELETE g :bs",
        "SET c = (c - :n)",
        "SET c = ((c) - (:n)), d = (e)",
        "SET c = (c) + :n",
        "SET c = :n + :n",
        "SET a = if_not_exists(a, :n) + if_not_exists(b, if_not_exists(c, :n))",
        "SET a = list_append(if_not_exists(l, :l), :l), b = list_append((l), k)",
        "SET a = list_append(l, k) + :n",
        "SET a = a, b = a",
        "SET setting = :s, remoVed = :s",
    ] {
        update(text, "");
    }
}

#[test]
fn update_syntax() {
    for (text, token, near) in [
        ("INVALID SYNTAX", "INVALID", "INVALID SYNTAX"),
        ("SET _123 = :s", "_", "SET _123"),
        ("SET a", "<EOF>", "a"),
        ("SET a b", "b", "a b"),
        ("SET a=set", "set", "=set"),
        ("SET and = :s", "and", "SET and ="),
        ("REMOVE a, b.In", "In", ".In"),
        ("SET", "<EOF>", "SET"),
        ("SET a = :s,", "<EOF>", ","),
        ("SET :s = b", ":s", "SET :s ="),
        ("SET a = b + c + d", "+", "c + d"),
        ("SET a = (b + c) + d", "+", ") + d"),
        ("SET a = f(x + y)", "+", "x + y"),
        ("SET a = (b.c).d + e", ".", ").d"),
        ("SET (a = b)", "(", "SET (a"),
        ("SET a = (b", "<EOF>", "b"),
        ("SET a = b)", ")", "b)"),
        ("SET a = _f(b)", "_", "= _f"),
        ("SET a = non@sense", "@", "non@sense"),
        ("SET a = \"x\"", "\"", "= \"x"),
        ("SET a = 1", "1", "= 1"),
        ("SET a[:n] = b", ":n", "[:n]"),
        ("SET a[#a] = b", "#a", "[#a]"),
        ("REMOVE a b", "b", "a b"),
        ("REMOVE a = b", "=", "a = b"),
        ("REMOVE :s", ":s", "REMOVE :s"),
        ("ADD a b", "b", "a b"),
        ("ADD a", "<EOF>", "a"),
        (
            "DELETE a if_not_exists(b)",
            "if_not_exists",
            "a if_not_exists(",
        ),
        ("REMOVE a, SET b = c", "SET", ", SET b"),
    ] {
        update(text, &syntax(token, near));
    }
}

#[test]
fn update_rules() {
    let section =
        |name| format!("The \"{name}\" section can only be used once in an update expression;");
    let unknown = |name| format!("Invalid function name; function: {name}");
    let action = |operator, kind| {
        format!(
            "Incorrect operand type for operator or function; \
             operator: {operator}, operand type: {kind}"
        )
    };
    let needs_path =
        "Operator or function requires a document path; operator or function: if_not_exists";
    for (text, expected) in [
        ("SET #x = f(:x) SET abOrt = b", reserved("abOrt")),
        ("SET #x = f(:x) SET c = d", unknown("f")),
        ("SET a = LIST_APPEND(:l, :l)", unknown("LIST_APPEND")),
        ("SET a = size(b)", misused("size")),
        (
            "SET a = list_append(list_append(:l, :l), :l)",
            misused("list_append"),
        ),
        (
            "SET a = if_not_exists(b, list_append(:l, :l))",
            misused("list_append"),
        ),
        ("SET a = #x set c = :x", section("SET")),
        ("REMOVE #x SET a = b remove e", section("REMOVE")),
        ("ADD #x :x SET a = b ADD e :x", section("ADD")),
        ("DELETE a :x SET b = c DELETE e :x", section("DELETE")),
        ("SET #x = if_not_exists(:x)", undefined_name("#x")),
        ("SET #a = if_not_exists(:x)", undefined_value(":x")),
        (
            "SET a = if_not_exists(:x, :y), b = #x",
            undefined_value(":x"),
        ),
        ("ADD a :x", undefined_value(":x")),
        (
            "SET d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)",
            two_paths("overlap", "[c, [1], a]", "[c]"),
        ),
        ("SET a = b REMOVE a", two_paths("overlap", "[a]", "[a]")),
        (
            "SET a.b = b REMOVE a",
            two_paths("overlap", "[a, b]", "[a]"),
        ),
        (
            "REMOVE a.b SET a[1] = #d",
            two_paths("conflict", "[a, b]", "[a, [1]]"),
        ),
        (
            "SET b = list_append(:s, a), c = if_not_exists(a) ADD a.b :s",
            action("ADD", "STRING"),
        ),
        ("ADD a :l", action("ADD", "LIST")),
        ("ADD a :map", action("ADD", "MAP")),
        ("ADD a :bool", action("ADD", "BOOLEAN")),
        ("ADD a :null", action("ADD", "NULL")),
        ("ADD a :b", action("ADD", "BINARY")),
        ("DELETE a :n", action("DELETE", "NUMBER")),
        ("DELETE a :s", action("DELETE", "STRING")),
        (
            "SET a = if_not_exists(c)",
            operand_count("if_not_exists", 1),
        ),
        (
            "SET a = list_append(a, b, c)",
            operand_count("list_append", 3),
        ),
        ("SET a = if_not_exists(:s, c)", needs_path.to_owned()),
        (
            "SET a = if_not_exists(if_not_exists(a, b), c)",
            needs_path.to_owned(),
        ),
        (
            "SET a = list_append(:s, a)",
            operand_type("list_append", "S"),
        ),
        (
            "SET a = list_append(a, :map)",
            operand_type("list_append", "M"),
        ),
        ("SET a = a + :s", operand_type("+", "S")),
        ("SET a = (:ss - a)", operand_type("-", "SS")),
        ("SET a = ((b + c))", REDUNDANT.to_owned()),
    ] {
        update(text, &expected);
    }
}
