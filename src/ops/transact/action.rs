//! One action of TransactWriteItems: read and checked without a table, then planned against one.
//!
//! Owns the order of checks inside an action. Faults of reading are the whole request's; those of planning become the
//! action's reason.

use std::sync::Arc;

use super::payload::value_bytes;
use crate::engine::index;
use crate::engine::table::{Table, empty_key_value};
use crate::engine::transaction::Action;
use crate::engine::write::{PutPlan, ReturnOnFailure, Target, UpdatePlan};
use crate::error::{Cause, Fault, ValueError, Voice};
use crate::expr::{Condition, Update};
use crate::limits::ITEM_BYTES;
use crate::model::{Entries, Json};
use crate::ops::Context;
use crate::ops::clauses::{Clauses, Parsed, check_key_paths};
use crate::ops::input::{TableRef, return_on_failure, table_ref};
use crate::ops::items::update_item::check_targets;
use crate::ops::values::{check_key_not_empty, exponent_width, read_item};
use crate::types::{Attr, Item};

const VOICE: Voice = Voice::Older;

/// What an action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Check,
    Put,
    Delete,
    Update,
}

/// The members that say so.
const KINDS: [(&str, Kind); 4] = [
    ("ConditionCheck", Kind::Check),
    ("Put", Kind::Put),
    ("Delete", Kind::Delete),
    ("Update", Kind::Update),
];

/// An action, its values and expressions read.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) kind: Kind,
    pub(super) named: TableRef,
    /// A put's item, or the key of any other action.
    pub(super) item: Item,
    /// Bytes that count against the limit of a transaction.
    pub(super) bytes: usize,
    condition: Option<Condition>,
    update: Option<Update>,
    on_failure: ReturnOnFailure,
}

/// Checks that every action says exactly one thing to do.
pub(super) fn check_kinds(actions: &[Json<'_>]) -> Result<(), Fault> {
    for action in actions {
        match KINDS
            .iter()
            .filter(|(member, _)| action.member(member).is_some())
            .count()
        {
            1 => {}
            0 => {
                return Err(Fault::parameter(
                    "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
                ));
            }
            _ => {
                return Err(Fault::parameter(
                    "TransactItems can only contain one of Check, Put, Update or Delete",
                ));
            }
        }
    }
    Ok(())
}

impl Request {
    /// Reads an action that says one thing to do.
    pub(super) fn read(mut action: Json<'_>) -> Result<Request, Fault> {
        let found = KINDS
            .iter()
            .find_map(|(member, kind)| Some((*kind, action.take(member)?)));
        let (kind, mut part) = found.unwrap_or((Kind::Check, Json::Null));
        let named = table_ref(&part);
        let on_failure = return_on_failure(&part);
        let member = if kind == Kind::Put { "Item" } else { "Key" };
        let sent = part.take(member).map(Json::into_values).unwrap_or_default();
        let values = part.member("ExpressionAttributeValues");
        let bytes = values.map_or(0, |values| value_bytes(values.values()));
        let clauses = Clauses::read(&mut part, &["ConditionExpression"])?;
        let (item, parsed) = if kind == Kind::Put {
            let item = read_item(sent, exponent_width(VOICE))?;
            (item, clauses.parse(VOICE)?)
        } else {
            read_key(sent, clauses)?
        };
        let item_bytes = item.byte_size();
        if kind == Kind::Put && item_bytes > ITEM_BYTES {
            return Err(Fault::schema(
                "Item size has exceeded the maximum allowed size",
            ));
        }
        let bytes = bytes + item_bytes;
        Ok(Request {
            kind,
            named,
            item,
            bytes,
            condition: parsed.condition,
            update: parsed.update,
            on_failure,
        })
    }

    /// Checks that no key value of a put's item is empty, its own key's or an index's; other keys are known to have none.
    pub(super) fn check_keys_not_empty(&self, table: &Table) -> Result<(), Fault> {
        if self.kind != Kind::Put {
            return Ok(());
        }
        for attribute in table.key.attributes() {
            let is_empty = match self.item.get(&attribute.name) {
                Some(Attr::S(text)) => text.is_empty(),
                Some(Attr::B(bytes)) => bytes.is_empty(),
                _ => false,
            };
            if is_empty {
                return Err(empty_key_value(&attribute.name, attribute.kind));
            }
        }
        index::check_keys_not_empty(table, &self.item)
    }

    /// The storage key of the item that the action names.
    pub(super) fn row_key(&self, table: &Table) -> Result<Vec<u8>, Fault> {
        if self.kind == Kind::Put {
            table.row_key_of_item(&self.item)
        } else {
            table.row_key_of(&self.item)
        }
    }

    /// Plans the action; its expressions go into the plan.
    pub(super) fn plan(
        &mut self,
        context: &Context<'_>,
        table: &Arc<Table>,
        row_key: Vec<u8>,
    ) -> Result<Action, Fault> {
        if let Some(update) = &self.update {
            check_targets(table, update)?;
        }
        check_key_paths(table, |visit| {
            if let Some(update) = &self.update {
                update.visit_paths(visit);
            }
            if let Some(condition) = &self.condition {
                condition.visit_paths(visit);
            }
        })?;
        let target = Target {
            table: Arc::clone(table),
            row_key,
            condition: self.condition.take(),
            on_failure: self.on_failure,
            region: Arc::clone(&context.region),
        };
        Ok(match self.kind {
            Kind::Check => Action::Check(target),
            Kind::Delete => Action::Delete(target),
            Kind::Put => Action::Put(PutPlan::new(target, &self.item)?),
            Kind::Update => Action::Update(UpdatePlan {
                target,
                key: self.item.clone(),
                update: self.update.take(),
            }),
        })
    }
}

/// Reads a key and the expressions beside it. Values are looked at first, but a key that is too deep is told behind
/// expressions.
// Observed: fixtures/conformance/transact_write_items/order.json
pub(super) fn read_key(
    sent: Entries<'_>,
    clauses: Clauses<'_, '_>,
) -> Result<(Item, Parsed), Fault> {
    let key = match read_item(sent, exponent_width(VOICE)) {
        Err(fault) if !is_too_deep(&fault) => return Err(fault),
        key => key,
    };
    let parsed = clauses.parse(VOICE)?;
    let key = key?;
    check_key_not_empty(&key)?;
    Ok((key, parsed))
}

fn is_too_deep(fault: &Fault) -> bool {
    matches!(
        fault.cause(),
        Cause::Value {
            error: ValueError::TooDeep,
            ..
        }
    )
}
