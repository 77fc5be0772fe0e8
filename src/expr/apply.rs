//! An update applied to an item.
//!
//! Everything read, and every list index, refers to the item before the update. So all values are computed first;
//! then writes happen in path order, which appends list elements in index order, and removals in reverse path order,
//! which never moves an element that is still to be reached. Key attributes are the engine's to protect.

use std::borrow::Cow;
use std::fmt;

use crate::expr::ast::{Action, SetValue, Update, UpdateStyle};
use crate::expr::check::order_of_paths;
use crate::expr::outline::outline;
use crate::limits::NESTING_LEVELS;
use crate::types::{Attr, Item, Number, NumberError, Path, Step};

/// What is wrong with an update, given the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateError {
    /// A value that is read is not there.
    MissingAttribute,
    /// A value in the item is of the wrong type.
    OperandType,
    /// The same, for an update that is no expression.
    AttributeType,
    /// There is nothing at the parent of a target that could hold it.
    TargetPath,
    /// A number leaves the range or has too many digits.
    NumberOverflow,
    /// The item would be nested too deep.
    Nesting,
}

impl std::error::Error for UpdateError {}

impl fmt::Display for UpdateError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::MissingAttribute => {
                "The provided expression refers to an attribute that does not exist in the item"
            }
            Self::OperandType => {
                "An operand in the update expression has an incorrect data type"
            }
            Self::AttributeType => "Type mismatch for attribute to update",
            Self::TargetPath => {
                "The document path provided in the update expression is invalid for update"
            }
            Self::NumberOverflow => {
                "Number overflow. Attempting to store a number with magnitude larger than supported range"
            }
            Self::Nesting => {
                "Nesting Levels have exceeded supported limits: \
                 Attributes in the item have nested levels beyond supported limit"
            }
        })
    }
}

/// What an action does to its target.
enum Change {
    Write(Attr),
    Remove,
    Keep,
}

impl Update {
    /// The item after the update.
    pub fn apply(&self, old: &Item) -> Result<Item, UpdateError> {
        self.applied(old, old)
    }

    /// The item that the update makes where there is none. Its values may read the key; there is nothing to remove.
    pub fn create(&self, key: &Item) -> Result<Item, UpdateError> {
        self.applied(&Item::new(), key)
    }

    fn applied(&self, old: &Item, readable: &Item) -> Result<Item, UpdateError> {
        let mut writes = Vec::new();
        let mut removals = Vec::new();
        for (target, change) in self.changes(old, readable)? {
            match change {
                Change::Write(value) => writes.push((target, value)),
                Change::Remove => removals.push(target),
                Change::Keep => {}
            }
        }
        writes.sort_by(|one, two| order_of_paths(one.0, two.0));
        removals.sort_by(|one, two| order_of_paths(two, one));
        let mut item = old.clone();
        for (target, value) in writes {
            write(&mut item, target, value);
        }
        for target in removals {
            remove(&mut item, target);
        }
        Ok(item)
    }

    /// The `UPDATED_OLD` reply: what was at the targets before.
    pub fn updated_old(&self, old: &Item) -> Item {
        self.at_targets(old)
    }

    /// What an item has at the targets.
    pub fn at_targets(&self, item: &Item) -> Item {
        outline(self.targets(), item)
    }

    /// The `UPDATED_NEW` reply: what is at the targets now. A list index means the element that has it now, which is
    /// another one if elements before it went, and none if a value was written past the end.
    pub fn updated_new(&self, new: &Item) -> Item {
        self.at_targets(new)
    }

    /// What each action does, in written order; the first that cannot be done is reported.
    fn changes(&self, old: &Item, readable: &Item) -> Result<Vec<(&Path, Change)>, UpdateError> {
        self.actions
            .iter()
            .map(|action| {
                let target = action.target();
                let change = change(action, old, readable).map_err(|error| self.in_style(error))?;
                if let Change::Write(value) = &change {
                    check_nesting(target, value)?;
                }
                Ok((target, change))
            })
            .collect()
    }

    fn in_style(&self, error: UpdateError) -> UpdateError {
        match (self.style, error) {
            (UpdateStyle::Attributes, UpdateError::OperandType) => UpdateError::AttributeType,
            _ => error,
        }
    }
}

fn change(action: &Action, old: &Item, readable: &Item) -> Result<Change, UpdateError> {
    match action {
        Action::Set { target, value } => {
            let value = value.compute(readable)?.into_owned();
            check_parent(target, old)?;
            Ok(Change::Write(value))
        }
        Action::Remove { target } => {
            check_parent_to_remove(target, old)?;
            Ok(target.get(old).map_or(Change::Keep, |_| Change::Remove))
        }
        Action::Add { target, value } => {
            let sum = match target.get(old) {
                Some(present) => added(present, value)?,
                None => value.as_ref().clone(),
            };
            check_parent(target, old)?;
            Ok(Change::Write(sum))
        }
        Action::Delete { target, value } => {
            check_parent_to_remove(target, old)?;
            match target.get(old) {
                Some(present) => without(present, value),
                None => Ok(Change::Keep),
            }
        }
    }
}

impl SetValue {
    /// The value for an item. Recursion is bounded by the size of an expression.
    fn compute<'a>(&'a self, old: &'a Item) -> Result<Cow<'a, Attr>, UpdateError> {
        match self {
            SetValue::Value(value) => Ok(Cow::Borrowed(value)),
            SetValue::Path(path) => path
                .get(old)
                .map(Cow::Borrowed)
                .ok_or(UpdateError::MissingAttribute),
            SetValue::IfNotExists(path, otherwise) => match path.get(old) {
                Some(present) => Ok(Cow::Borrowed(present)),
                None => otherwise.compute(old),
            },
            SetValue::Sum(operands) => arithmetic(operands, old, Number::plus),
            SetValue::Difference(operands) => arithmetic(operands, old, Number::minus),
            SetValue::ListAppend(operands) => {
                let [first, second] = operands.as_ref();
                let (first, second) = (first.compute(old)?, second.compute(old)?);
                match (first.as_ref(), second.as_ref()) {
                    (Attr::L(first), Attr::L(second)) => {
                        Ok(Cow::Owned(Attr::L([first.as_slice(), second].concat())))
                    }
                    _ => Err(UpdateError::OperandType),
                }
            }
        }
    }
}

fn arithmetic<'a>(
    operands: &[SetValue; 2],
    old: &Item,
    operate: fn(Number, Number) -> Result<Number, NumberError>,
) -> Result<Cow<'a, Attr>, UpdateError> {
    let (first, second) = (operands[0].compute(old)?, operands[1].compute(old)?);
    let (Attr::N(first), Attr::N(second)) = (first.as_ref(), second.as_ref()) else {
        return Err(UpdateError::OperandType);
    };
    Ok(Cow::Owned(Attr::N(checked(operate(*first, *second))?)))
}

/// Every result that cannot be stored is an overflow to the service, lost digits included.
fn checked(result: Result<Number, NumberError>) -> Result<Number, UpdateError> {
    result.map_err(|_| UpdateError::NumberOverflow)
}

fn added(present: &Attr, value: &Attr) -> Result<Attr, UpdateError> {
    Ok(match (present, value) {
        (Attr::N(one), Attr::N(two)) => Attr::N(checked(one.plus(*two))?),
        (Attr::Ss(one), Attr::Ss(two)) => Attr::Ss(union(one, two)),
        (Attr::Ns(one), Attr::Ns(two)) => Attr::Ns(union(one, two)),
        (Attr::Bs(one), Attr::Bs(two)) => Attr::Bs(union(one, two)),
        (Attr::L(one), Attr::L(two)) => Attr::L([one.as_slice(), two].concat()),
        _ => return Err(UpdateError::OperandType),
    })
}

fn without(present: &Attr, value: &Attr) -> Result<Change, UpdateError> {
    fn rest<T: Clone + Ord>(one: &[T], two: &[T], wrap: fn(Vec<T>) -> Attr) -> Change {
        let kept = one
            .iter()
            .filter(|member| two.binary_search(member).is_err());
        let kept: Vec<T> = kept.cloned().collect();
        if kept.is_empty() {
            Change::Remove
        } else {
            Change::Write(wrap(kept))
        }
    }
    Ok(match (present, value) {
        (Attr::Ss(one), Attr::Ss(two)) => rest(one, two, Attr::Ss),
        (Attr::Ns(one), Attr::Ns(two)) => rest(one, two, Attr::Ns),
        (Attr::Bs(one), Attr::Bs(two)) => rest(one, two, Attr::Bs),
        _ => return Err(UpdateError::OperandType),
    })
}

fn union<T: Clone + Ord>(one: &[T], two: &[T]) -> Vec<T> {
    let mut members = [one, two].concat();
    members.sort();
    members.dedup();
    members
}

fn check_nesting(target: &Path, value: &Attr) -> Result<(), UpdateError> {
    if target.steps.len() + value.depth() > NESTING_LEVELS {
        return Err(UpdateError::Nesting);
    }
    Ok(())
}

/// Tests that what would hold the target is there, and is a map or list as the target needs it.
fn check_parent(target: &Path, old: &Item) -> Result<(), UpdateError> {
    let Some((last, before)) = target.steps.split_last() else {
        return Ok(());
    };
    let root = old.get(&target.root);
    let parent = before
        .iter()
        .try_fold(root, |value, step| value.map(|value| child(value, step)));
    match (parent.flatten(), last) {
        (Some(Attr::M(_)), Step::Name(_)) | (Some(Attr::L(_)), Step::Index(_)) => Ok(()),
        _ => Err(UpdateError::TargetPath),
    }
}

/// Nothing can be removed from a missing item, and that is no error.
fn check_parent_to_remove(target: &Path, old: &Item) -> Result<(), UpdateError> {
    if old.is_empty() {
        return Ok(());
    }
    check_parent(target, old)
}

fn child<'i>(value: &'i Attr, step: &Step) -> Option<&'i Attr> {
    match (value, step) {
        (Attr::M(map), Step::Name(name)) => map.get(name),
        (Attr::L(list), Step::Index(index)) => list.get(*index as usize),
        _ => None,
    }
}

/// What holds the target of a path that has steps.
fn parent_of<'i>(item: &'i mut Item, target: &Path) -> Option<(&'i mut Attr, Step)> {
    let (leaf, before) = target.steps.split_last()?;
    let mut parent = item.get_mut(&target.root)?;
    for step in before {
        parent = match (parent, step) {
            (Attr::M(map), Step::Name(name)) => map.get_mut(name)?,
            (Attr::L(list), Step::Index(index)) => list.get_mut(*index as usize)?,
            _ => return None,
        };
    }
    Some((parent, leaf.clone()))
}

fn write(item: &mut Item, target: &Path, value: Attr) {
    match parent_of(item, target) {
        Some((Attr::M(map), Step::Name(name))) => {
            map.insert(name.to_string(), value);
        }
        Some((Attr::L(list), Step::Index(index))) => match list.get_mut(index as usize) {
            Some(element) => *element = value,
            None => list.push(value),
        },
        // A parent that does not fit was refused before.
        Some(_) => {}
        None => {
            item.insert(target.root.to_string(), value);
        }
    }
}

fn remove(item: &mut Item, target: &Path) {
    match parent_of(item, target) {
        Some((Attr::M(map), Step::Name(name))) => {
            map.remove(&name);
        }
        Some((Attr::L(list), Step::Index(index))) => {
            // An element of the old list, and still where it was.
            if (index as usize) < list.len() {
                list.remove(index as usize);
            }
        }
        Some(_) => {}
        None => {
            item.remove(&target.root);
        }
    }
}

#[cfg(test)]
mod tests;
