//! Statements on one item, held against their table: its key out of the WHERE, and the write that is to be done.

use std::sync::Arc;

use crate::engine::index::check_keys_not_empty;
use crate::engine::table::Table;
use crate::engine::transaction::Action;
use crate::engine::write::{PutPlan, ReturnOnFailure, Target, UpdatePlan, Written};
use crate::error::Fault;
use crate::expr::{Comparator, Condition, Operand, Update};
use crate::ops::Context;
use crate::ops::clauses::check_key_paths;
use crate::ops::items::update_item::check_targets;
use crate::ops::values::check_key_not_empty;
use crate::partiql::{PartiqlError, Returning};
use crate::storage::{StoreError, codec};
use crate::types::wire::write_item;
use crate::types::{Attr, Item, Path};

use super::Work;

/// The one item that a WHERE names.
#[derive(Debug)]
pub(in crate::ops::statements) struct OneItem {
    /// Its key, of whatever types.
    pub(in crate::ops::statements) key: Item,
    /// What else the WHERE asks.
    pub(in crate::ops::statements) rest: Option<Condition>,
}

/// Splits a WHERE into equalities with all key attributes and the rest; nothing when it lacks one.
pub(in crate::ops::statements) fn split_key(
    table: &Table,
    filter: Option<Condition>,
) -> Option<OneItem> {
    let parts = match filter? {
        Condition::And(parts) => parts,
        other => vec![other],
    };
    let (mut key, mut rest) = (Item::new(), Vec::new());
    for part in parts {
        match equality(&part) {
            Some((name, value)) if table.key.contains(name) && !key.contains(name) => {
                key.insert(name.to_owned(), value.clone());
            }
            _ => rest.push(part),
        }
    }
    let rest = if rest.len() > 1 {
        Some(Condition::And(rest))
    } else {
        rest.pop()
    };
    (key.len() == table.key.attributes().count()).then_some(OneItem { key, rest })
}

/// The attribute and the constant of an equality, whichever stands first.
fn equality(condition: &Condition) -> Option<(&str, &Attr)> {
    let Condition::Compare {
        left,
        comparator: Comparator::Equal,
        right,
    } = condition
    else {
        return None;
    };
    match (left, right) {
        (Operand::Path(path), Operand::Value(value))
        | (Operand::Value(value), Operand::Path(path))
            if path.steps.is_empty() =>
        {
            Some((&path.root, value))
        }
        _ => None,
    }
}

/// What is wrong with a write, and whether the statement is to blame or the item that it names.
#[derive(Debug)]
pub(in crate::ops::statements) enum Refusal {
    /// The statement cannot be meant for this table.
    Statement(Fault),
    /// The item does not fit the table.
    Item(Fault),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        let (Refusal::Statement(fault) | Refusal::Item(fault)) = refusal;
        fault
    }
}

impl From<PartiqlError> for Refusal {
    fn from(error: PartiqlError) -> Refusal {
        Refusal::Statement(error.into())
    }
}

/// A write, ready to be done.
#[derive(Debug)]
pub(in crate::ops::statements) struct Write {
    /// What is done.
    pub(in crate::ops::statements) action: Action,
    /// What is answered.
    pub(in crate::ops::statements) returning: Option<Returning>,
}

/// Plans a statement that writes; one that reads is none, except EXISTS, which is a check.
pub(in crate::ops::statements) fn plan_write(
    context: &Context<'_>,
    table: &Arc<Table>,
    work: Work,
    on_failure: ReturnOnFailure,
) -> Result<Write, Refusal> {
    let target = |row_key, condition| Target {
        table: Arc::clone(table),
        row_key,
        condition,
        on_failure,
        region: Arc::clone(&context.region),
    };
    let (action, returning) = match work {
        Work::Insert(item) => {
            check_item(table, &item).map_err(Refusal::Statement)?;
            let row_key = table.row_key_of_item(&item).map_err(Refusal::Item)?;
            let plan = PutPlan::insert(target(row_key, None), &item).map_err(Refusal::Item)?;
            (Action::Put(plan), None)
        }
        Work::Update {
            update,
            filter,
            returning,
        } => {
            let OneItem { key, rest } =
                split_key(table, filter).ok_or(PartiqlError::MissingKeys)?;
            let row_key = row_key(table, &key)?;
            check_targets(table, &update).map_err(Refusal::Item)?;
            check_paths(table, rest.as_ref(), Some(&update))?;
            let plan = UpdatePlan {
                target: target(row_key, Some(present(table, rest))),
                key,
                update: Some(update),
            };
            (Action::Update(plan), returning)
        }
        Work::Delete { filter, returning } => {
            let OneItem { key, rest } =
                split_key(table, filter).ok_or(PartiqlError::MissingKeys)?;
            let row_key = row_key(table, &key)?;
            check_paths(table, rest.as_ref(), None)?;
            (Action::Delete(target(row_key, rest)), returning)
        }
        Work::Exists(rows) | Work::Select(rows) => {
            let one = split_key(table, rows.filter);
            let Some(OneItem {
                key,
                rest: rest @ Some(_),
            }) = one
            else {
                return Err(Refusal::Statement(Fault::schema(
                    "EXISTS() must contain a single item read with additional condition",
                )));
            };
            let row_key = row_key(table, &key)?;
            check_paths(table, rest.as_ref(), None)?;
            let condition = present(table, rest);
            (Action::Check(target(row_key, Some(condition))), None)
        }
    };
    Ok(Write { action, returning })
}

/// The row key of a statement's key. An empty value is the statement's fault.
fn row_key(table: &Table, key: &Item) -> Result<Vec<u8>, Refusal> {
    check_key_not_empty(key).map_err(Refusal::Statement)?;
    table.row_key_of(key).map_err(Refusal::Item)
}

/// Tests that nothing looks into a key attribute.
fn check_paths(
    table: &Table,
    condition: Option<&Condition>,
    update: Option<&Update>,
) -> Result<(), Refusal> {
    let checked = check_key_paths(table, |visit| {
        if let Some(update) = update {
            update.visit_paths(visit);
        }
        if let Some(condition) = condition {
            condition.visit_paths(visit);
        }
    });
    checked.map_err(Refusal::Statement)
}

/// Checks that no key value of an item is empty, its own key's or an index's.
fn check_item(table: &Table, item: &Item) -> Result<(), Fault> {
    let attributes = table.key.attributes();
    let key = attributes
        .filter_map(|attribute| Some((attribute.name.clone(), item.get(&attribute.name)?.clone())));
    check_key_not_empty(&key.collect())?;
    check_keys_not_empty(table, item)
}

/// The condition that the item is there and meets another one.
fn present(table: &Table, rest: Option<Condition>) -> Condition {
    let exists = Condition::Exists(Path {
        root: table.partition_attribute().name.as_str().into(),
        steps: Vec::new(),
    });
    let parts = [exists].into_iter().chain(rest);
    Condition::And(parts.collect())
}

impl Write {
    /// The JSON of what RETURNING asks for; nothing where there is nothing.
    pub(in crate::ops::statements) fn returned(
        &self,
        written: &Written,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let update = match &self.action {
            Action::Update(plan) => plan.update.as_ref(),
            _ => None,
        };
        match self.returning {
            None => Ok(None),
            Some(Returning::AllOld) => whole(written.old.as_deref()),
            Some(Returning::AllNew) => whole(written.new.as_deref()),
            Some(Returning::ModifiedOld) => modified(update, written.old.as_deref()),
            Some(Returning::ModifiedNew) => modified(update, written.new.as_deref()),
        }
    }
}

fn whole(item: Option<&[u8]>) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(item) = item else {
        return Ok(None);
    };
    let mut out = Vec::with_capacity(item.len() * 2);
    codec::write_json(item, &mut out)?;
    Ok(Some(out))
}

/// What an item has at the targets of an update, list indices being taken as they are written.
// Observed: fixtures/conformance/execute_statement/returning.json
fn modified(update: Option<&Update>, item: Option<&[u8]>) -> Result<Option<Vec<u8>>, StoreError> {
    let (Some(update), Some(item)) = (update, item) else {
        return Ok(None);
    };
    let parts = update.at_targets(&codec::decode_item(item)?);
    if parts.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    write_item(&mut out, &parts);
    Ok(Some(out))
}
