//! Random updates of random items.
//!
//! The reference builds the new item top down out of the old one and all changes, where the engine edits a copy in place.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Doc, items, names, numbers, paths, sets, steps, values};
use crate::expr::{Action, SetValue, Update, UpdateError, UpdateStyle};
use crate::types::{Attr, Item, Path, Step};

/// What becomes of a target.
#[derive(Clone)]
enum Change {
    Write(Doc),
    Remove,
}

/// Targets and what becomes of them.
type Changes = Vec<(Vec<Step>, Change)>;

fn lists() -> impl Strategy<Value = Attr> {
    vec(values(), 0..3).prop_map(Attr::L)
}

fn set_values() -> BoxedStrategy<SetValue> {
    let operand = |constant: BoxedStrategy<Attr>| {
        let constant = constant.prop_map(|value| SetValue::Value(value.into()));
        let simple = prop_oneof![paths().prop_map(SetValue::Path), constant].boxed();
        let fallback = (paths(), simple.clone())
            .prop_map(|(path, otherwise)| SetValue::IfNotExists(path, otherwise.into()));
        prop_oneof![2 => simple, 1 => fallback].boxed()
    };
    let pair = |constant: BoxedStrategy<Attr>| {
        let pair = (operand(constant.clone()), operand(constant));
        pair.prop_map(|(one, two)| Box::new([one, two]))
    };
    let number = || numbers().prop_map(Attr::N).boxed();
    let values = prop_oneof![
        3 => operand(values()),
        1 => pair(number()).prop_map(SetValue::Sum),
        1 => pair(number()).prop_map(SetValue::Difference),
        2 => pair(lists().boxed()).prop_map(SetValue::ListAppend),
    ];
    values.boxed()
}

fn actions() -> BoxedStrategy<Action> {
    let addition = prop_oneof![numbers().prop_map(Attr::N), sets()];
    let actions = prop_oneof![
        4 => (paths(), set_values()).prop_map(|(target, value)| Action::Set { target, value }),
        3 => paths().prop_map(|target| Action::Remove { target }),
        1 => (paths(), addition).prop_map(|(target, value)| Action::Add {
            target,
            value: value.into()
        }),
        1 => (paths(), sets()).prop_map(|(target, value)| Action::Delete {
            target,
            value: value.into()
        }),
    ];
    actions.boxed()
}

/// Elements of one list, so that indices move under each other.
fn element_actions() -> impl Strategy<Value = Action> {
    let target = (names(), 0u32..7).prop_map(|(root, index)| Path {
        root: root.into(),
        steps: vec![Step::Index(index)],
    });
    (target, set_values(), 0..3).prop_map(|(target, value, kind)| match kind {
        0 => Action::Set { target, value },
        1 => Action::Set {
            target,
            value: SetValue::Value(Attr::Null.into()),
        },
        _ => Action::Remove { target },
    })
}

fn updates() -> impl Strategy<Value = Update> {
    let actions = prop_oneof![vec(actions(), 1..5), vec(element_actions(), 1..8)];
    actions.prop_map(|actions| Update {
        actions,
        style: UpdateStyle::Expression,
    })
}

/// The actions whose targets keep clear of those before, as a parser demands of all.
fn apart(update: &Update) -> Update {
    let mut kept = Update::default();
    for action in &update.actions {
        kept.actions.push(action.clone());
        if kept.check_targets_apart().is_err() {
            kept.actions.pop();
        }
    }
    kept
}

fn lists_of(length: usize) -> impl Strategy<Value = Item> {
    vec((names(), vec(values(), 0..length).prop_map(Attr::L)), 1..4)
        .prop_map(|lists| lists.into_iter().collect())
}

fn computed(value: &SetValue, item: &Doc) -> Result<Doc, UpdateError> {
    let both = |pair: &[SetValue; 2]| -> Result<(Doc, Doc), UpdateError> {
        Ok((computed(&pair[0], item)?, computed(&pair[1], item)?))
    };
    let wrong = Err(UpdateError::OperandType);
    match value {
        SetValue::Value(value) => Ok(Doc::of(value)),
        SetValue::Path(path) => {
            let found = item.find(path).cloned();
            found.ok_or(UpdateError::MissingAttribute)
        }
        SetValue::IfNotExists(path, otherwise) => match item.find(path) {
            Some(found) => Ok(found.clone()),
            None => computed(otherwise, item),
        },
        SetValue::Sum(pair) => match both(pair)? {
            (Doc::Number(one), Doc::Number(two)) => Ok(Doc::Number(one + two)),
            _ => wrong,
        },
        SetValue::Difference(pair) => match both(pair)? {
            (Doc::Number(one), Doc::Number(two)) => Ok(Doc::Number(one - two)),
            _ => wrong,
        },
        SetValue::ListAppend(pair) => match both(pair)? {
            (Doc::List(one), Doc::List(two)) => Ok(Doc::List(one.into_iter().chain(two).collect())),
            _ => wrong,
        },
    }
}

/// Whether what is to hold the target is there, and of the right kind.
fn has_place(target: &[Step], item: &Doc) -> Result<(), UpdateError> {
    let (last, before) = target.split_last().expect("a path has a name");
    match (item.at(before), last) {
        (Some(Doc::Map(_)), Step::Name(_)) | (Some(Doc::List(_)), Step::Index(_)) => Ok(()),
        _ => Err(UpdateError::TargetPath),
    }
}

fn is_nothing(item: &Doc) -> bool {
    matches!(item, Doc::Map(map) if map.is_empty())
}

fn change(action: &Action, old: &Doc, readable: &Doc) -> Result<Option<Change>, UpdateError> {
    let target = steps(action.target());
    let present = old.at(&target);
    match action {
        Action::Set { value, .. } => {
            let value = computed(value, readable)?;
            has_place(&target, old)?;
            Ok(Some(Change::Write(value)))
        }
        Action::Remove { .. } | Action::Delete { .. } if is_nothing(old) => Ok(None),
        Action::Remove { .. } => {
            has_place(&target, old)?;
            Ok(present.map(|_| Change::Remove))
        }
        Action::Add { value, .. } => {
            let sum = match (present, Doc::of(value)) {
                (None, value) => value,
                (Some(Doc::Number(one)), Doc::Number(two)) => Doc::Number(one + two),
                (Some(Doc::Texts(one)), Doc::Texts(two)) => Doc::Texts(one | &two),
                (Some(Doc::Numbers(one)), Doc::Numbers(two)) => Doc::Numbers(one | &two),
                (Some(Doc::Blobs(one)), Doc::Blobs(two)) => Doc::Blobs(one | &two),
                _ => return Err(UpdateError::OperandType),
            };
            has_place(&target, old)?;
            Ok(Some(Change::Write(sum)))
        }
        Action::Delete { value, .. } => {
            has_place(&target, old)?;
            let (rest, is_empty) = match (present, Doc::of(value)) {
                (None, _) => return Ok(None),
                (Some(Doc::Texts(one)), Doc::Texts(two)) => {
                    (Doc::Texts(one - &two), one.is_subset(&two))
                }
                (Some(Doc::Numbers(one)), Doc::Numbers(two)) => {
                    (Doc::Numbers(one - &two), one.is_subset(&two))
                }
                (Some(Doc::Blobs(one)), Doc::Blobs(two)) => {
                    (Doc::Blobs(one - &two), one.is_subset(&two))
                }
                _ => return Err(UpdateError::OperandType),
            };
            Ok(Some(if is_empty {
                Change::Remove
            } else {
                Change::Write(rest)
            }))
        }
    }
}

/// What stands at a place after the changes, which are those at the place and within it.
fn rebuilt(old: Option<&Doc>, changes: &Changes) -> Option<Doc> {
    if let Some((_, change)) = changes.iter().find(|(steps, _)| steps.is_empty()) {
        return match change {
            Change::Write(value) => Some(value.clone()),
            Change::Remove => None,
        };
    }
    let within = |step: &Step| -> Changes {
        let within = changes.iter().filter(|(steps, _)| steps[0] == *step);
        within
            .map(|(steps, change)| (steps[1..].to_vec(), change.clone()))
            .collect()
    };
    match old? {
        Doc::Map(map) => {
            let mut names: BTreeSet<&str> = map.keys().map(String::as_str).collect();
            names.extend(changes.iter().filter_map(|(steps, _)| match &steps[0] {
                Step::Name(name) => Some(&**name),
                Step::Index(_) => None,
            }));
            let entries = names.into_iter().filter_map(|name| {
                let value = rebuilt(map.get(name), &within(&Step::Name(name.into())))?;
                Some((name.to_owned(), value))
            });
            Some(Doc::Map(entries.collect::<BTreeMap<_, _>>()))
        }
        Doc::List(list) => {
            let mut indices: BTreeSet<usize> = (0..list.len()).collect();
            indices.extend(changes.iter().filter_map(|(steps, _)| match &steps[0] {
                Step::Index(index) => Some(*index as usize),
                Step::Name(_) => None,
            }));
            let elements = indices.into_iter().filter_map(|index| {
                let step = Step::Index(u32::try_from(index).expect("indices are short"));
                rebuilt(list.get(index), &within(&step))
            });
            Some(Doc::List(elements.collect()))
        }
        other => Some(other.clone()),
    }
}

fn applied(update: &Update, old: &Doc, readable: &Doc) -> Result<Doc, UpdateError> {
    let mut changes = Changes::new();
    for action in &update.actions {
        if let Some(change) = change(action, old, readable)? {
            changes.push((steps(action.target()), change));
        }
    }
    Ok(rebuilt(Some(old), &changes).expect("no change is at the item itself"))
}

fn check(update: &Update, old: &Item) -> Result<(), TestCaseError> {
    // Targets that touch are refused before; an update that has them must still not panic.
    if let Ok(new) = update.apply(old) {
        update.updated_new(&new);
    }
    let update = apart(update);
    let (doc, nothing) = (Doc::of_item(old), Doc::Map(BTreeMap::new()));
    let found = update.apply(old);
    prop_assert_eq!(
        found.map(|item| Doc::of_item(&item)),
        applied(&update, &doc, &doc)
    );
    let created = update.create(old);
    prop_assert_eq!(
        created.map(|item| Doc::of_item(&item)),
        applied(&update, &nothing, &doc)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn updates_make_what_the_reference_makes(old in items(), update in updates()) {
        check(&update, &old)?;
    }

    #[test]
    fn single_changes_make_what_the_reference_makes(old in items(), action in actions()) {
        check(&Update { actions: vec![action], ..Update::default() }, &old)?;
    }

    #[test]
    fn elements_keep_their_order(old in lists_of(5), actions in vec(element_actions(), 1..8)) {
        check(&Update { actions, ..Update::default() }, &old)?;
    }
}
