//! Conditions: grammar, functions, operand types.

use super::*;

#[test]
fn conditions_accepted() {
    for text in [
        "a = :s",
        " a  =\n:s\t",
        "a=:s AND b<>:s oR NOT c<:n",
        "NOT NOT a = b",
        "NOT (a = b)",
        "(a) = (b)",
        "(a = b AND c = d)",
        "(a = b) AND (c = d)",
        "(a = b AND (c = d))",
        "((a = b) AND c = d)",
        "(a).b = (:s)",
        "((a).b[0]) = :s",
        "a.b[0][1].#dot = #three",
        "a BETWEEN :n AND :m AND b BETWEEN :s AND :t",
        "(a)between(b.c.d)and(c)",
        ":n between a and b",
        "a BETWEEN :s AND b",
        "a in (:n, :s, (b), size(c))",
        "a IN ((b))",
        "attribute_exists(a) AND attribute_not_exists((b.c))",
        "(attribute_exists(a)) OR ((attribute_exists(b)) AND NOT (attribute_exists(c)))",
        "attribute_type(a, :SS) OR attribute_type(:n, :SS)",
        "begins_with(:s, a) OR begins_with(a, b)",
        "contains(a, :map) OR contains(:s, size(b))",
        "size(a) > :n AND size(:s) = size(b)",
        ":s > :s",
        "size(a) = size(a)",
        "pk = sk",
        "a <> :map AND b = :null",
    ] {
        condition(text, "");
    }
}

#[test]
fn condition_syntax() {
    for (text, token, near) in [
        ("(", "<EOF>", "("),
        ("a = = b", "=", "= = b"),
        ("!!", "!", "!!"),
        ("whatever", "<EOF>", "whatever"),
        ("things are not", "are", "things are not"),
        ("a > 4", "4", "> 4"),
        ("a > :s )", ")", ":s )"),
        ("(a = b", "<EOF>", "b"),
        ("a = b = c", "=", "b = c"),
        ("(a = b) = c", "=", ") = c"),
        ("a AND b = c", "AND", "a AND b"),
        ("(a) AND b = c", "AND", ") AND b"),
        ("a = b AND", "<EOF>", "AND"),
        ("a = b c", "c", "b c"),
        ("NOT", "<EOF>", "NOT"),
        ("a IN ()", ")", "()"),
        ("a IN (b,)", ")", ",)"),
        ("a IN b, c", "b", "IN b,"),
        ("a > between", "between", "> between"),
        ("remove = :s", "remove", "remove ="),
        ("a.Set = :s", "Set", ".Set ="),
        ("size(delete) = :n", "delete", "(delete)"),
        ("a BETWEEN b OR c", "OR", "b OR c"),
        ("size()", ")", "()"),
        ("size(a).b > a", ".", ").b"),
        ("(size(a))[0] > a", "[", ")[0"),
        ("a[:s] = b", ":s", "[:s]"),
        ("a[#b] = b", "#b", "[#b]"),
        ("a[b] = b", "b", "[b]"),
        ("a[-1] = b", "-", "[-1"),
        ("a[] = b", "]", "[] ="),
        ("a[4.5] = b", ".", "4.5"),
        ("a..b = c", ".", "..b"),
        ("b.(c.d) = a", "(", ".(c"),
        ("a-b = c", "-", "a-b"),
        ("\"a\" = b", "\"", "\"a"),
        ("#$ = b", "#", "#$"),
        ("_a = b", "_", "_a"),
        ("a = 1x", "1", "= 1x"),
        ("ü > a", "ü", "ü >"),
        ("a > :s.b", ".", ":s.b"),
        (":s", "<EOF>", ":s"),
        (") = a", ")", ") ="),
    ] {
        condition(text, &syntax(token, near));
    }
    // Syntax comes before everything else.
    condition(
        "#x = :x AND size(a) AND data = f((( :s))) OR",
        &syntax("<EOF>", "OR"),
    );
}

#[test]
fn condition_parentheses() {
    for text in [
        "((a = b))",
        "a = ((b))",
        "((a)) = b",
        "NOT ((a = b))",
        "a = b AND ((c = d AND (a = d AND c = b)))",
        "a IN (((b)))",
        "f(((a)))",
        "((attribute_exists(a)))",
        "((b.c)).d = a",
    ] {
        condition(text, REDUNDANT);
    }
}

#[test]
fn condition_functions() {
    for (text, expected) in [
        ("f(a) AND ((((size(a)))))", REDUNDANT.to_owned()),
        ("f(a)", "Invalid function name; function: f".to_owned()),
        (
            "a = f(data)",
            "Invalid function name; function: f".to_owned(),
        ),
        (
            "attRIbute_exIsts((a), #x)",
            "Invalid function name; function: attRIbute_exIsts".to_owned(),
        ),
        ("size(a)", misused("size")),
        ("NOT (size(a))", misused("size")),
        ("attribute_exists(a) < b", misused("attribute_exists")),
        (
            "a IN (b, attribute_exists(data))",
            misused("attribute_exists"),
        ),
        ("a between b and contains(a, b)", misused("contains")),
        ("size(contains(a, b)) > a", misused("contains")),
        ("a = if_not_exists(a, b)", misused("if_not_exists")),
        ("list_append(a, b)", misused("list_append")),
        ("attribute_exists(data, #x)", reserved("data")),
        ("a.abOrT = :x", reserved("abOrT")),
        ("a = :x AND Year = b", reserved("Year")),
        ("attribute_exists(#x.a, :s) AND a = a", undefined_name("#x")),
        ("begins_with(a.#x)", undefined_name("#x")),
        ("begins_with(:x, #a, #x)", undefined_value(":x")),
        (":x < :y", undefined_value(":x")),
        (
            "attribute_exists(a, b) AND a = a",
            operand_count("attribute_exists", 2),
        ),
        (
            "begins_with(a, size(b), c)",
            operand_count("begins_with", 3),
        ),
        ("contains(a)", operand_count("contains", 1)),
        ("size(a, b) > c", operand_count("size", 2)),
        (
            "attribute_exists(:s)",
            "Operator or function requires a document path; operator or function: attribute_exists"
                .to_owned(),
        ),
        (
            "attribute_not_exists(size(:s))",
            "Operator or function requires a document path; \
             operator or function: attribute_not_exists"
                .to_owned(),
        ),
        ("attribute_not_exists(size(:n))", operand_type("size", "N")),
    ] {
        condition(text, &expected);
    }
}

#[test]
fn condition_operand_types() {
    for (value, kind) in [
        (":bool", "BOOL"),
        (":null", "NULL"),
        (":l", "L"),
        (":map", "M"),
        (":ss", "SS"),
        (":ns", "NS"),
        (":bs", "BS"),
    ] {
        for operator in ["<", "<=", ">", ">="] {
            condition(
                &format!("a {operator} {value}"),
                &operand_type(operator, kind),
            );
            condition(
                &format!("{value} {operator} a"),
                &operand_type(operator, kind),
            );
        }
        condition(
            &format!("a BETWEEN {value} AND b"),
            &operand_type("BETWEEN", kind),
        );
        condition(
            &format!("begins_with({value}, a)"),
            &operand_type("begins_with", kind),
        );
        condition(&format!("a = {value}"), "");
        condition(&format!("a IN ({value})"), "");
    }
    for (text, expected) in [
        ("begins_with(a, :n)", operand_type("begins_with", "N")),
        ("begins_with(a, size(b)) AND a = :x", operand_type("begins_with", "N")),
        ("size(:n) > a", operand_type("size", "N")),
        ("size(:bool) > a", operand_type("size", "BOOL")),
        ("size(size(size(a))) > a", operand_type("size", "N")),
        ("attribute_type(a, :n)", operand_type("attribute_type", "N")),
        (
            "attribute_type(a, b)",
            operand_type("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        ),
        (
            "attribute_type(a, :DOG)",
            "Invalid attribute type name found; \
             type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
                .to_owned(),
        ),
        (
            "a BETWEEN :n AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; \
             lower bound operand: AttributeValue: {N:1}, \
             upper bound operand: AttributeValue: {S:a}"
                .to_owned(),
        ),
        (
            "a BETWEEN :m AND :n",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; \
             lower bound operand: AttributeValue: {N:5}, \
             upper bound operand: AttributeValue: {N:1}"
                .to_owned(),
        ),
        (
            "a BETWEEN :b AND :s",
            "The BETWEEN operator requires same data type for lower and upper bounds; \
             lower bound operand: AttributeValue: {B:AQ==}, \
             upper bound operand: AttributeValue: {S:a}"
                .to_owned(),
        ),
    ] {
        condition(text, &expected);
    }
}

#[test]
fn condition_distinct_operands() {
    for (text, operator, operand) in [
        ("a = a AND a = :x", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        (
            "contains(a.b[1].c, #a.#b[1].c)",
            "contains",
            "[a, b, [1], c]",
        ),
        ("begins_with(a, a)", "begins_with", "[a]"),
        ("attribute_type(a, a)", "attribute_type", "[a]"),
    ] {
        let expected = format!(
            "The first operand must be distinct from the remaining operands for this operator or \
             function; operator: {operator}, first operand: {operand}"
        );
        condition(text, &expected);
    }
}
