//! Conditions against one item with a value of every type.

use crate::expr::{Clause, Comparator, Condition, Operand, Placeholders, parse_condition};
use crate::types::{Attr, ExponentWidth, Item, Number, Path};

pub(super) fn number(text: &str) -> Attr {
    Attr::N(Number::parse(text, ExponentWidth::Bits64).unwrap())
}

fn text(text: &str) -> Attr {
    Attr::S(text.to_owned())
}

fn map(entries: &[(&str, Attr)]) -> Item {
    let entries = entries.iter().cloned();
    entries
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn numbers(members: &[u64]) -> Attr {
    Attr::Ns(members.iter().map(|member| Number::from(*member)).collect())
}

fn item() -> Item {
    map(&[
        ("s", text("hello")),
        ("s2", text("hello")),
        ("n", number("10")),
        ("b", Attr::B(vec![1, 2, 255])),
        ("yes", Attr::Bool(true)),
        ("nil", Attr::Null),
        ("l", Attr::L(vec![number("1"), text("x"), numbers(&[1, 2])])),
        (
            "m",
            Attr::M(map(&[
                ("k", number("1")),
                ("deep", Attr::L(vec![text("y")])),
            ])),
        ),
        ("ss", Attr::Ss(vec!["a".to_owned(), "b".to_owned()])),
        ("ns", numbers(&[2, 4, 7])),
        ("bs", Attr::Bs(vec![vec![1], vec![2]])),
    ])
}

fn holds(condition: &str) -> bool {
    let values = [
        (":hello", text("hello")),
        (":ell", text("ell")),
        (":he", text("he")),
        (":x", text("x")),
        (":a", text("a")),
        (":0", number("0")),
        (":1", number("1")),
        (":2", number("2")),
        (":4", number("4.00")),
        (":5", number("5")),
        (":10", number("1e1")),
        (":yes", Attr::Bool(true)),
        (":nil", Attr::Null),
        (":set", numbers(&[1, 2])),
        (
            ":l",
            Attr::L(vec![number("1"), text("x"), numbers(&[1, 2])]),
        ),
        (":bytes", Attr::B(vec![2, 255])),
        (":byte", Attr::B(vec![1])),
        (":S", text("S")),
        (":NS", text("NS")),
        (":BOOL", text("BOOL")),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value));
    let mut placeholders = Placeholders::new(Vec::new(), values.to_vec());
    let condition = parse_condition(condition, Clause::Condition, &mut placeholders).unwrap();
    condition.holds(&item())
}

#[test]
fn true_and_false() {
    for (condition, expected) in [
        ("s = :hello", true),
        ("s = s2", true),
        ("s <> s2", false),
        ("n = :10", true),
        ("n = :hello", false),
        ("n <> :hello", true),
        ("n < :hello", false),
        ("n > :5 AND n >= :10 AND n <= :10 AND :5 < n", true),
        ("s > :he AND b > :byte", true),
        // Missing attributes
        ("zz = :1", false),
        ("zz <> :1", true),
        ("zz = yy", false),
        ("zz <> yy", true),
        ("zz < :1", false),
        ("NOT zz < :1", true),
        ("zz BETWEEN :1 AND :2", false),
        ("zz IN (yy, :1)", false),
        ("size(zz) <> :1", true),
        ("contains(zz, :1)", false),
        // Documents and sets
        ("l = :l", true),
        ("l[2] = :set", true),
        ("l[3] = :set", false),
        ("m.k = :1 AND m.deep[0] <> :x", true),
        ("m[0] = :1", false),
        ("yes = :yes AND nil = :nil", true),
        // BETWEEN, IN
        ("n BETWEEN :5 AND :10", true),
        ("n BETWEEN :1 AND :2", false),
        ("n BETWEEN s AND :10", false),
        (":5 BETWEEN m.k AND n", true),
        ("n IN (:hello, :1, :10)", true),
        ("s IN (:1, :x)", false),
        // Logic
        ("s = :x OR s = :hello AND n = :1", false),
        ("(s = :x OR s = :hello) AND n = :10", true),
        ("NOT s = :x AND n = :1", false),
        ("NOT (s = :x AND n = :1)", true),
        ("NOT NOT s = :hello", true),
        // Functions
        ("attribute_exists(m.deep[0])", true),
        ("attribute_exists(m.deep[1])", false),
        ("attribute_not_exists(nil)", false),
        ("attribute_type(s, :S)", true),
        (
            "attribute_type(ns, :NS) AND attribute_type(yes, :BOOL)",
            true,
        ),
        ("attribute_type(zz, :S)", false),
        ("begins_with(s, :he)", true),
        ("begins_with(:hello, s)", true),
        ("begins_with(n, :he)", false),
        ("begins_with(b, :byte)", true),
        ("contains(s, :ell)", true),
        ("contains(s, :x)", false),
        ("contains(b, :bytes)", true),
        ("contains(b, :byte)", true),
        ("contains(ns, :4)", true),
        ("contains(ns, :a)", false),
        ("contains(ss, :a)", true),
        ("contains(bs, :byte)", true),
        ("contains(l, :set)", true),
        ("contains(l, :1)", true),
        ("contains(l, size(m.deep))", true),
        ("contains(m, :a)", false),
        ("size(s) = :5", true),
        ("size(b) > :2", true),
        ("size(l) = size(ns)", true),
        ("size(m) = :2 AND size(ss) = :2 AND size(bs) = :2", true),
        ("size(n) = :2", false),
        ("size(nil) = :1", false),
        ("size(s) = m", false),
        ("size(:hello) = :5", true),
        ("size(s) BETWEEN :4 AND size(:hello)", true),
    ] {
        assert_eq!(holds(condition), expected, "{condition}");
    }
}

#[test]
fn a_missing_item_is_empty() {
    let mut none = Placeholders::default();
    let condition =
        parse_condition("attribute_not_exists(pk)", Clause::Condition, &mut none).unwrap();
    assert!(condition.holds(&Item::new()));
}

#[test]
fn bytes_within_bytes() {
    for (bytes, part, expected) in [
        ("", "", true),
        ("a", "", true),
        ("", "a", false),
        ("abab", "ba", true),
        ("aaab", "aab", true),
        ("abcabcabd", "abcabd", true),
        ("aabaabaaa", "aabaaa", true),
        ("abababac", "ababad", false),
        ("abc", "abcd", false),
    ] {
        let found = super::contains_bytes(bytes.as_bytes(), part.as_bytes());
        assert_eq!(found, expected, "{bytes} {part}");
        assert_eq!(found, bytes.contains(part), "{bytes} {part}");
    }
}

#[test]
fn roots_are_visited_in_order() {
    let mut none = Placeholders::default();
    let condition = parse_condition(
        "a.x = b AND (NOT size(c[0]) BETWEEN d AND e OR f IN (g, h)) AND attribute_exists(i.j)",
        Clause::Filter,
        &mut none,
    );
    let mut roots = Vec::new();
    condition
        .unwrap()
        .visit_roots(&mut |root| roots.push(root.to_string()));
    assert_eq!(roots.join(""), "abcdefghi");
}

#[test]
fn a_condition_is_a_boolean_where_it_is_compared() {
    let exists = |name: &str| {
        Box::new(Condition::Exists(Path {
            root: name.into(),
            steps: Vec::new(),
        }))
    };
    for (name, comparator, right, expected) in [
        ("s", Comparator::Equal, Attr::Bool(true), true),
        ("none", Comparator::Equal, Attr::Bool(true), false),
        ("none", Comparator::NotEqual, Attr::Bool(true), true),
        ("none", Comparator::Equal, Attr::Bool(false), true),
        ("s", Comparator::Equal, Attr::Null, false),
        ("s", Comparator::Greater, Attr::Bool(false), false),
    ] {
        let condition = Condition::Compare {
            left: Operand::Truth(exists(name)),
            comparator,
            right: Operand::Value(right.into()),
        };
        assert_eq!(condition.holds(&item()), expected, "{condition:?}");
        let mut roots = Vec::new();
        condition.visit_roots(&mut |root| roots.push(root.to_string()));
        assert_eq!(roots, [name]);
        assert!(
            condition
                .print()
                .text
                .starts_with("(attribute_exists(#0)) ")
        );
    }
}
