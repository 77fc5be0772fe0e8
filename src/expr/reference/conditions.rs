//! Random conditions on random items.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Doc, items, paths, texts, values};
use crate::expr::{Comparator, Condition, Operand};
use crate::types::{Attr, AttrType, Item};

fn operands() -> BoxedStrategy<Operand> {
    let operand = prop_oneof![
        4 => paths().prop_map(Operand::Path),
        3 => values().prop_map(|value| Operand::Value(value.into())),
    ]
    .boxed();
    let operands = prop_oneof![
        6 => operand.clone(),
        2 => operand.prop_map(|inner| Operand::Size(Box::new(inner))),
        // Statements only.
        1 => paths().prop_map(|path| Operand::Truth(Box::new(Condition::Exists(path)))),
    ];
    operands.boxed()
}

fn comparators() -> impl Strategy<Value = Comparator> {
    select(vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
    ])
}

fn types() -> impl Strategy<Value = AttrType> {
    select(vec![
        AttrType::S,
        AttrType::N,
        AttrType::B,
        AttrType::Bool,
        AttrType::Null,
        AttrType::L,
        AttrType::M,
        AttrType::Ss,
        AttrType::Ns,
        AttrType::Bs,
    ])
}

fn tests() -> BoxedStrategy<Condition> {
    let pair = || (operands(), operands());
    let tests = prop_oneof![
        (operands(), comparators(), operands()).prop_map(|(left, comparator, right)| {
            Condition::Compare {
                left,
                comparator,
                right,
            }
        }),
        (operands(), operands(), operands()).prop_map(|(operand, lower, upper)| {
            Condition::Between {
                operand,
                lower,
                upper,
            }
        }),
        (operands(), vec(operands(), 1..5))
            .prop_map(|(operand, choices)| Condition::In { operand, choices }),
        paths().prop_map(Condition::Exists),
        paths().prop_map(Condition::Missing),
        (operands(), types()).prop_map(|(operand, kind)| Condition::TypeIs { operand, kind }),
        pair().prop_map(|(operand, prefix)| Condition::BeginsWith { operand, prefix }),
        pair().prop_map(|(container, member)| Condition::Contains { container, member }),
    ];
    tests.boxed()
}

fn conditions() -> impl Strategy<Value = Condition> {
    tests().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::And),
            vec(inner.clone(), 0..4).prop_map(Condition::Or),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn holds(condition: &Condition, item: &Doc) -> bool {
    let find = |operand| value(operand, item);
    match condition {
        Condition::And(parts) => !parts.iter().any(|part| !holds(part, item)),
        Condition::Or(parts) => parts.iter().filter(|part| holds(part, item)).count() > 0,
        Condition::Not(inner) => !holds(inner, item),
        Condition::Compare {
            left,
            comparator,
            right,
        } => {
            let (left, right) = (find(left), find(right));
            let (same, less, more) = (
                left.is_some() && left == right,
                is_less(left.as_ref(), right.as_ref()),
                is_less(right.as_ref(), left.as_ref()),
            );
            let ordered = less || more || is_tied(left.as_ref(), right.as_ref());
            match comparator {
                Comparator::Equal => same,
                Comparator::NotEqual => !same,
                Comparator::Less => less,
                Comparator::LessOrEqual => ordered && !more,
                Comparator::Greater => more,
                Comparator::GreaterOrEqual => ordered && !less,
            }
        }
        Condition::Between {
            operand,
            lower,
            upper,
        } => [(lower, operand), (operand, upper)]
            .into_iter()
            .all(|(one, two)| {
                let (one, two) = (find(one), find(two));
                is_less(one.as_ref(), two.as_ref()) || is_tied(one.as_ref(), two.as_ref())
            }),
        Condition::In { operand, choices } => find(operand).is_some_and(|value| {
            choices
                .iter()
                .any(|choice| find(choice) == Some(value.clone()))
        }),
        Condition::Exists(path) => item.find(path).is_some(),
        Condition::Missing(path) => item.find(path).is_none(),
        Condition::TypeIs { operand, kind } => {
            find(operand).is_some_and(|value| value.kind() == *kind)
        }
        Condition::BeginsWith { operand, prefix } => match (find(operand), find(prefix)) {
            (Some(Doc::Text(text)), Some(Doc::Text(start))) => {
                text.chars().take(start.chars().count()).eq(start.chars())
            }
            (Some(Doc::Bytes(bytes)), Some(Doc::Bytes(start))) => {
                bytes.get(..start.len()) == Some(&start[..])
            }
            _ => false,
        },
        Condition::Contains { container, member } => match (find(container), find(member)) {
            (Some(container), Some(member)) => contains(&container, &member),
            _ => false,
        },
    }
}

fn value(operand: &Operand, item: &Doc) -> Option<Doc> {
    match operand {
        Operand::Path(path) => item.find(path).cloned(),
        Operand::Value(value) => Some(Doc::of(value)),
        Operand::Size(inner) => {
            let size = match value(inner, item)? {
                // Units of UTF-16: one, or two beyond the basic plane.
                Doc::Text(text) => text.chars().map(|c| 1 + usize::from(c > '\u{FFFF}')).sum(),
                Doc::Bytes(bytes) => bytes.len(),
                Doc::List(list) => list.len(),
                Doc::Map(map) => map.len(),
                Doc::Texts(set) => set.len(),
                Doc::Numbers(set) => set.len(),
                Doc::Blobs(set) => set.len(),
                Doc::Number(_) | Doc::Bool(_) | Doc::Null => return None,
            };
            Some(Doc::Number(size as i128))
        }
        Operand::Truth(condition) => Some(Doc::Bool(holds(condition, item))),
    }
}

fn is_less(one: Option<&Doc>, two: Option<&Doc>) -> bool {
    match (one, two) {
        (Some(Doc::Number(one)), Some(Doc::Number(two))) => one < two,
        (Some(Doc::Text(one)), Some(Doc::Text(two))) => one.bytes().lt(two.bytes()),
        (Some(Doc::Bytes(one)), Some(Doc::Bytes(two))) => one.iter().lt(two),
        _ => false,
    }
}

/// Whether both have an order and the same place in it.
fn is_tied(one: Option<&Doc>, two: Option<&Doc>) -> bool {
    let has_order = |value| matches!(value, Doc::Number(_) | Doc::Text(_) | Doc::Bytes(_));
    one == two && one.cloned().is_some_and(has_order)
}

fn contains(container: &Doc, member: &Doc) -> bool {
    match (container, member) {
        (Doc::Text(text), Doc::Text(part)) => {
            part.is_empty() || text.match_indices(part.as_str()).count() > 0
        }
        (Doc::Bytes(bytes), Doc::Bytes(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
        }
        (Doc::List(list), member) => list.iter().any(|element| element == member),
        (Doc::Texts(set), Doc::Text(member)) => set.contains(member),
        (Doc::Numbers(set), Doc::Number(member)) => set.contains(member),
        (Doc::Blobs(set), Doc::Bytes(member)) => set.contains(member),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_test_holds_as_in_the_reference(item in items(), condition in tests()) {
        let expected = holds(&condition, &Doc::of_item(&item));
        prop_assert_eq!(condition.holds(&item), expected);
    }

    #[test]
    fn trees_hold_as_in_the_reference(item in items(), condition in conditions()) {
        let expected = holds(&condition, &Doc::of_item(&item));
        prop_assert_eq!(condition.holds(&item), expected);
    }

    #[test]
    fn sizes_are_those_of_the_reference(
        value in prop_oneof![texts().prop_map(Attr::S), values()],
        comparator in comparators(),
    ) {
        let left = Operand::Size(Box::new(Operand::Value(value.into())));
        for size in 0u64..8 {
            let (left, right) = (left.clone(), Operand::Value(Attr::N(size.into()).into()));
            let condition = Condition::Compare { left, comparator, right };
            let expected = holds(&condition, &Doc::Map(BTreeMap::new()));
            prop_assert_eq!(condition.holds(&Item::new()), expected);
        }
    }

    #[test]
    fn parts_are_found_as_in_the_reference(bytes in vec(0u8..2, 0..30), part in vec(0u8..2, 0..8)) {
        let letters = |bytes: &[u8]| bytes.iter().map(|byte| ['é', 'a'][usize::from(*byte)]).collect();
        let constant = |value: Attr| Operand::Value(value.into());
        let pairs = [
            (Attr::S(letters(&bytes)), Attr::S(letters(&part))),
            (Attr::B(bytes), Attr::B(part)),
        ];
        for (container, member) in pairs {
            let (container, member) = (constant(container), constant(member));
            let (operand, prefix) = (container.clone(), member.clone());
            for condition in [
                Condition::Contains { container, member },
                Condition::BeginsWith { operand, prefix },
            ] {
                let expected = holds(&condition, &Doc::Map(BTreeMap::new()));
                prop_assert_eq!(condition.holds(&Item::new()), expected);
            }
        }
    }
}
