//! Projections and key conditions.

use super::*;

#[test]
fn projections() {
    for (text, expected) in [
        ("a, b.c[0] ,#dot.#three[2147483647],pk", String::new()),
        ("l[2], l[0], m.a, m.b", String::new()),
        ("INVALID SYNTAX", syntax("SYNTAX", "INVALID SYNTAX")),
        ("!!", syntax("!", "!!")),
        ("!!!", syntax("!", "!!")),
        ("a,", syntax("<EOF>", ",")),
        ("a,,b", syntax(",", ",,b")),
        ("(a)", syntax("(", "(a")),
        (":s", syntax(":s", ":s")),
        ("f(a)", syntax("(", "f(a")),
        ("a[-1]", syntax("-", "[-1")),
        ("a.abORt, #x", reserved("abORt")),
        ("a, b, a, #x", undefined_name("#x")),
        ("a, b, #a", two_paths("overlap", "[a]", "[a]")),
        ("a, #a[1]", two_paths("overlap", "[a]", "[a, [1]]")),
        ("b[1], b.a, #a.b, a", two_paths("overlap", "[a, b]", "[a]")),
        (
            "a.b, #a[1], #b",
            two_paths("conflict", "[a, b]", "[a, [1]]"),
        ),
        (
            "a[3].b, #a.#three.b",
            two_paths("conflict", "[a, [3], b]", "[a, [3], b]"),
        ),
        (
            "a[2147483648]",
            "List index is not within the allowable range; index: [2147483648]".to_owned(),
        ),
        (
            "a[99999999999999]",
            "List index is not within the allowable range; index: [99999999999999]".to_owned(),
        ),
    ] {
        projection(text, &expected);
    }
    projection(&format!("a{}", ".b".repeat(31)), "");
    projection(
        &format!("a{}", "[0]".repeat(32)),
        "The document path has too many nesting levels; nesting levels: 33",
    );
    // Many paths take the sorted way to the same answer.
    let many: Vec<String> = (0..500).map(|n| format!("p{n}.x")).collect();
    projection(&many.join(","), "");
    projection(
        &format!("{},p7", many.join(",")),
        &two_paths("overlap", "[p7, x]", "[p7]"),
    );
    projection(
        &format!("{},p7[0]", many.join(",")),
        &two_paths("conflict", "[p7, x]", "[p7, [0]]"),
    );
}

#[test]
fn key_conditions() {
    let operator = |name| format!("Invalid operator used in KeyConditionExpression: {name}");
    let not_first = |name| {
        format!(
            "Invalid condition in KeyConditionExpression: \
             {name} operator must have the key attribute as its first operand"
        )
    };
    let several = "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition";
    let none = "Invalid condition in KeyConditionExpression: No key attribute specified";
    let nested = "KeyConditionExpressions cannot have conditions on nested attributes";
    let operation = "KeyConditionExpressions cannot contain nested operations";
    let repeated = "KeyConditionExpressions must only contain one condition per key";
    for (text, expected) in [
        ("pk = :s", String::new()),
        ("(pk = :s) AND (sk BETWEEN :n AND :m)", String::new()),
        (
            "begins_with(sk, :s) AND pk = :s AND #dot <= :b",
            String::new(),
        ),
        ("a > b and size(b) > c or a > c", operator("OR")),
        ("a in (b, size(c), d)", operator("IN")),
        ("attribute_exists(a)", operator("attribute_exists")),
        ("attribute_not_exists(a)", operator("attribute_not_exists")),
        ("attribute_type(a, :SS)", operator("attribute_type")),
        ("contains(a.d, b)", operator("contains")),
        ("not a > b", operator("NOT")),
        ("a <> b", operator("<>")),
        (
            ":s between size(b) and size(a) and b > :n",
            not_first("BETWEEN"),
        ),
        ("begins_with(:s, b) and a > :n", not_first("begins_with")),
        ("size(b) > a AND a.b > b AND b > c", operation.to_owned()),
        ("a > size(b.d)", operation.to_owned()),
        ("a between size(b) and size(a)", operation.to_owned()),
        ("b > a.b", several.to_owned()),
        ("b between c[1] and d", several.to_owned()),
        ("a between b and size(a)", several.to_owned()),
        ("begins_with(a, b)", several.to_owned()),
        ("b.d > a AND c.d > e.f", nested.to_owned()),
        ("b[0] > :n", nested.to_owned()),
        (":n > :m AND a < :n", none.to_owned()),
        ("a = :n AND a < :m", repeated.to_owned()),
        (
            "(a > :n and b > :n) and (b > :n and c > :n)",
            repeated.to_owned(),
        ),
        // Operands and references come before the form, left to right.
        ("a = :n OR b < :bool", operand_type("<", "BOOL")),
        (
            "a = :n AND a BETWEEN :bool AND :n",
            operand_type("BETWEEN", "BOOL"),
        ),
        (
            "begins_with(b, :n) AND a = :x",
            operand_type("begins_with", "N"),
        ),
        ("a = :x AND begins_with(b, :n)", undefined_value(":x")),
        (":null <= a", operand_type("<=", "NULL")),
        ("a = :bool", String::new()),
    ] {
        key_condition(text, &expected);
    }
}

#[test]
fn key_conditions_are_turned_to_face_the_attribute() {
    let parsed = parse_key_condition(":n <= sk AND :s = pk", &mut placeholders()).unwrap();
    let names: Vec<_> = parsed.clauses.iter().map(|clause| &*clause.name).collect();
    assert_eq!(names, ["sk", "pk"]);
    assert!(matches!(parsed.clauses[0].test, KeyTest::GreaterOrEqual(_)));
    assert!(matches!(parsed.clauses[1].test, KeyTest::Equal(_)));
}
