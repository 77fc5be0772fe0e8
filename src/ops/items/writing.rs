//! What PutItem, UpdateItem and DeleteItem share: their options, and the parts of their replies.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::capacity::ReturnCapacity;
use crate::engine::table::Table;
use crate::engine::write::{ReturnOnFailure, Target, Written};
use crate::error::Fault;
use crate::expr::Condition;
use crate::model::Json;
use crate::ops::Context;
use crate::ops::input::{TableRef, return_capacity, return_on_failure, table_ref, text};
use crate::ops::output::{ObjectWriter, write_collection_metrics};
use crate::storage::{StoreError, codec};
use crate::types::Item;

/// The members that all three have.
pub(super) struct Options {
    pub(super) named: TableRef,
    pub(super) returns: ReturnValues,
    on_failure: ReturnOnFailure,
    detail: ReturnCapacity,
    metrics: bool,
}

/// ReturnValues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReturnValues {
    Nothing,
    AllOld,
    AllNew,
    UpdatedOld,
    UpdatedNew,
}

impl Options {
    pub(super) fn read(request: &Json<'_>) -> Options {
        Options {
            named: table_ref(request),
            returns: match text(request, "ReturnValues") {
                Some("ALL_OLD") => ReturnValues::AllOld,
                Some("ALL_NEW") => ReturnValues::AllNew,
                Some("UPDATED_OLD") => ReturnValues::UpdatedOld,
                Some("UPDATED_NEW") => ReturnValues::UpdatedNew,
                _ => ReturnValues::Nothing,
            },
            on_failure: return_on_failure(request),
            detail: return_capacity(request),
            metrics: text(request, "ReturnItemCollectionMetrics") == Some("SIZE"),
        }
    }

    /// Only the item before can be handed back by a put or a delete.
    pub(super) fn check_returns_old(&self) -> Result<(), Fault> {
        match self.returns {
            ReturnValues::Nothing | ReturnValues::AllOld => Ok(()),
            _ => Err(Fault::parameter("ReturnValues can only be ALL_OLD or NONE")),
        }
    }

    pub(super) fn target(
        &self,
        context: &Context<'_>,
        table: &Arc<Table>,
        row_key: Vec<u8>,
        condition: Option<Condition>,
    ) -> Target {
        Target {
            table: Arc::clone(table),
            row_key,
            condition,
            on_failure: self.on_failure,
            region: Arc::clone(&context.region),
        }
    }

    /// The reply of a write: attributes where there are any to return, capacity, metrics.
    pub(super) fn reply(
        &self,
        table: &Table,
        written: &Written,
        key: &Item,
        attributes: Option<Attributes<'_>>,
    ) -> Result<Vec<u8>, Fault> {
        let mut reply = ObjectWriter::new();
        match attributes {
            None => {}
            Some(Attributes::Stored(bytes)) => {
                codec::write_json(bytes, reply.member("Attributes")).map_err(StoreError::from)?;
            }
            Some(Attributes::Parts(item)) => {
                crate::types::wire::write_item(reply.member("Attributes"), &item);
            }
        }
        reply.consumed(&written.consumed, table, &self.named, self.detail);
        if self.metrics && table.has_local_index() {
            write_collection_metrics(reply.member("ItemCollectionMetrics"), table, key);
        }
        Ok(reply.finish())
    }
}

/// The Attributes member of a reply.
pub(super) enum Attributes<'w> {
    /// A whole item in stored form.
    Stored(&'w Bytes),
    /// Some paths of one.
    Parts(Item),
}

/// The item before, for ALL_OLD.
pub(super) fn old_attributes(written: &Written, returns: ReturnValues) -> Option<Attributes<'_>> {
    if returns == ReturnValues::AllOld {
        written.old.as_ref().map(Attributes::Stored)
    } else {
        None
    }
}
