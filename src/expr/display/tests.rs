//! Printing a tree and parsing it gives the tree again, and no text makes a parser fail otherwise than by an error.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::expr::ast::*;
use crate::expr::display::Printed;
use crate::expr::{
    Clause, Placeholders, parse_condition, parse_key_condition, parse_projection, parse_update,
};
use crate::types::{Attr, AttrType, Item, Path, Step};

fn check_condition(condition: &Condition) {
    let printed = condition.print();
    let parsed = parse_condition(&printed.text, Clause::Filter, &mut printed.placeholders());
    assert_eq!(parsed.as_ref(), Ok(condition), "{}", printed.text);
}

fn check_update(update: &Update) {
    let printed = update.print();
    let parsed = parse_update(&printed.text, &mut printed.placeholders());
    assert_eq!(parsed.as_ref(), Ok(update), "{}", printed.text);
}

fn paths() -> impl Strategy<Value = Path> {
    let steps = prop_oneof![
        select(vec!["x", "y.z", "data"]).prop_map(|name| Step::Name(name.into())),
        (0u32..3).prop_map(Step::Index),
    ];
    (select(vec!["a", "b c", "name", ""]), vec(steps, 0..4)).prop_map(|(root, steps)| Path {
        root: root.into(),
        steps,
    })
}

fn values() -> impl Strategy<Value = Attr> {
    let scalar = prop_oneof![
        "[a-c]{0,3}".prop_map(Attr::S),
        any::<i64>().prop_map(|number| Attr::N(number.into())),
        vec(any::<u8>(), 0..4).prop_map(Attr::B),
    ];
    prop_oneof![
        scalar,
        Just(Attr::Null),
        Just(Attr::L(Vec::new())),
        Just(Attr::M(Item::new()))
    ]
}

fn texts() -> impl Strategy<Value = Operand> {
    prop_oneof![
        paths().prop_map(Operand::Path),
        "[a-c]{0,3}".prop_map(|text| Operand::Value(Attr::S(text).into())),
    ]
}

fn operands() -> impl Strategy<Value = Operand> {
    prop_oneof![
        texts(),
        paths().prop_map(|path| Operand::Size(Box::new(Operand::Path(path)))),
        any::<i64>().prop_map(|number| Operand::Value(Attr::N(number.into()).into())),
    ]
}

fn simple_conditions() -> impl Strategy<Value = Condition> {
    let comparators = vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ];
    let types = vec![
        AttrType::S,
        AttrType::Bool,
        AttrType::Null,
        AttrType::Ss,
        AttrType::M,
    ];
    prop_oneof![
        (operands(), select(comparators), operands())
            .prop_filter("the same path twice", |(left, _, right)| left != right)
            .prop_map(|(left, comparator, right)| Condition::Compare {
                left,
                comparator,
                right
            }),
        (operands(), paths().prop_map(Operand::Path), operands())
            .prop_filter("the same path twice", |(operand, lower, upper)| operand
                != lower
                && operand != upper)
            .prop_map(|(operand, lower, upper)| Condition::Between {
                operand,
                lower,
                upper
            }),
        (operands(), vec(operands(), 1..4))
            .prop_filter("the same path twice", |(operand, choices)| !choices
                .contains(operand))
            .prop_map(|(operand, choices)| Condition::In { operand, choices }),
        paths().prop_map(Condition::Exists),
        paths().prop_map(Condition::Missing),
        (operands(), select(types)).prop_map(|(operand, kind)| Condition::TypeIs { operand, kind }),
        (texts(), texts())
            .prop_filter("the same path twice", |(one, two)| one != two)
            .prop_map(|(operand, prefix)| Condition::BeginsWith { operand, prefix }),
        (texts(), operands())
            .prop_filter("the same path twice", |(one, two)| one != two)
            .prop_map(|(container, member)| Condition::Contains { container, member }),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    simple_conditions().prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Condition::And),
            // A chain of OR within another is kept apart by parentheses, like one of AND within AND.
            vec(inner.clone(), 2..4).prop_map(Condition::Or),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn plain_set_values() -> impl Strategy<Value = SetValue> {
    let simple = prop_oneof![
        paths().prop_map(SetValue::Path),
        any::<i64>().prop_map(|number| SetValue::Value(Attr::N(number.into()).into())),
    ];
    simple.prop_recursive(3, 6, 1, |inner| {
        (paths(), inner)
            .prop_filter("the same path twice", |(path, otherwise)| {
                *otherwise != SetValue::Path(path.clone())
            })
            .prop_map(|(path, otherwise)| SetValue::IfNotExists(path, otherwise.into()))
    })
}

fn set_values() -> impl Strategy<Value = SetValue> {
    let pair = || [plain_set_values(), plain_set_values()];
    let not_number = |operand: &SetValue| !matches!(operand, SetValue::Value(_));
    prop_oneof![
        plain_set_values(),
        values().prop_map(|value| SetValue::Value(value.into())),
        pair().prop_map(|pair| SetValue::Sum(pair.into())),
        pair().prop_map(|pair| SetValue::Difference(pair.into())),
        pair()
            .prop_filter("a number is no list", move |pair| pair
                .iter()
                .all(not_number))
            .prop_map(|pair| SetValue::ListAppend(pair.into())),
    ]
}

fn updates() -> impl Strategy<Value = Update> {
    let target = |place: usize| Path {
        root: format!("target {place}").into(),
        steps: vec![Step::Index(0), Step::Name("n".into())],
    };
    let set = || Attr::Ss(vec!["a".to_owned()]);
    (vec(set_values(), 0..4), 1usize..3, 0usize..3, 0usize..3).prop_map(
        move |(sets, removals, additions, deletions)| {
            let mut actions: Vec<Action> = Vec::new();
            for value in sets {
                let target = target(actions.len());
                actions.push(Action::Set { target, value });
            }
            for _ in 0..removals {
                let target = target(actions.len());
                actions.push(Action::Remove { target });
            }
            for _ in 0..additions {
                let target = target(actions.len());
                actions.push(Action::Add {
                    target,
                    value: set().into(),
                });
            }
            for _ in 0..deletions {
                let target = target(actions.len());
                actions.push(Action::Delete {
                    target,
                    value: set().into(),
                });
            }
            let style = UpdateStyle::Expression;
            Update { actions, style }
        },
    )
}

/// Text made of pieces that mean something, so that parsers get far.
fn near_expressions() -> impl Strategy<Value = String> {
    let pieces = vec![
        "(",
        ")",
        "a",
        "b.c",
        "[0]",
        "#a",
        ":v",
        "=",
        "<",
        "<>",
        "+",
        "-",
        ",",
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "SET",
        "REMOVE",
        "ADD",
        "DELETE",
        "size(",
        "attribute_exists(",
        "f(",
        "if_not_exists(",
        "list_append(",
        "contains(",
        ".",
        "_",
        "é",
        "12",
        "data",
        "#x",
        ":x",
    ];
    vec(select(pieces), 0..24).prop_map(|pieces| pieces.join(" "))
}

fn placeholders() -> Placeholders {
    let names = vec![("#a".to_owned(), "a".to_owned())];
    Placeholders::new(names, vec![(":v".to_owned(), Attr::N(1u64.into()))])
}

fn check_text(text: &str) {
    for clause in [Clause::Condition, Clause::Filter] {
        if let Ok(condition) = parse_condition(text, clause, &mut placeholders()) {
            condition.holds(&Item::new());
            check_condition(&condition);
        }
    }
    if let Ok(update) = parse_update(text, &mut placeholders()) {
        check_update(&update);
        if let Ok(new) = update.apply(&Item::new()) {
            update.updated_new(&new);
        }
    }
    let again = |printed: Printed| (printed.text.clone(), printed.placeholders());
    if let Ok(projection) = parse_projection(text, &mut placeholders()) {
        let (text, mut placeholders) = again(projection.print());
        assert_eq!(parse_projection(&text, &mut placeholders), Ok(projection));
    }
    if let Ok(condition) = parse_key_condition(text, &mut placeholders()) {
        let (text, mut placeholders) = again(condition.print());
        assert_eq!(parse_key_condition(&text, &mut placeholders), Ok(condition));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_round_trip(condition in conditions()) {
        check_condition(&condition);
    }

    #[test]
    fn updates_round_trip(update in updates()) {
        check_update(&update);
    }

    #[test]
    fn near_expressions_are_parsed_or_refused(text in near_expressions()) {
        check_text(&text);
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in any::<String>()) {
        check_text(&text);
    }
}

#[test]
fn the_deepest_trees_print_and_drop() {
    let nots = format!("{}a=b", "NOT ".repeat(299));
    let chain = format!("a<b {}{}", "or (a<b ".repeat(149), ")".repeat(149));
    for text in [nots, chain] {
        let condition = parse_condition(&text, Clause::Filter, &mut Placeholders::default());
        check_condition(&condition.unwrap());
    }
}
