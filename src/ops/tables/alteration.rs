//! What becomes of a table by the changes of an UpdateTable.
//!
//! A pure step from one [`Table`] to the next, so that it can be taken on the commit thread, against the table as it is
//! then. Spaces of new indexes, streams and the rows of what is gone are the operation's business.

mod indexes;

use super::changes::{Changes, IndexVerb};
use super::specifications::{Encryption, StreamChange};
use super::throughput::{Subject, Units};
use super::{Occasion, invalid};
use crate::engine::settings::{BillingMode, Settings, TableClass, Throughput};
use crate::engine::table::{Index, IndexKind, Phase, Table};
use crate::error::Fault;
use indexes::alter_indexes;

/// The times of a change, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// Now.
    pub(super) now_ms: u64,
    /// When the statuses of a change are over.
    pub(super) settled_ms: u64,
}

/// The table after the changes. An index that is deleted is still in it, in phase DELETING; a new one has no space yet.
pub(super) fn alter(table: &Table, changes: &Changes, times: Times) -> Result<Table, Fault> {
    check_stream(table, changes)?;
    let mut altered = table.clone();
    alter_billing(&mut altered, changes, times)?;
    alter_indexes(&mut altered, table, changes, times)?;
    alter_settings(&mut altered, changes, times.now_ms)?;
    if !changes.is_protection_alone() {
        altered.phase = Phase::Updating {
            until: times.settled_ms,
        };
    }
    Ok(altered)
}

/// The table as the reply shows it: in the midst of the change, units and table class not changed yet.
pub(super) fn in_transition(before: &Table, after: &Table, changes: &Changes) -> Table {
    let mut shown = after.clone();
    if !changes.is_protection_alone() {
        shown.phase = Phase::Updating { until: u64::MAX };
    }
    if before.settings.billing == after.settings.billing {
        shown.settings.throughput = before.settings.throughput;
    }
    shown
        .settings
        .table_class
        .clone_from(&before.settings.table_class);
    for action in &changes.indexes {
        let Some(index) = shown
            .indexes
            .iter_mut()
            .find(|index| index.name == action.name)
        else {
            continue;
        };
        index.phase = match action.verb {
            IndexVerb::Create(_) => Phase::Creating { until: u64::MAX },
            IndexVerb::Update => Phase::Updating { until: u64::MAX },
            IndexVerb::Delete => Phase::Deleting { until: u64::MAX },
        };
        if let Some(old) = before
            .index(&action.name)
            .filter(|old| old.settings.billing == index.settings.billing)
        {
            index.settings.throughput = old.settings.throughput;
        }
    }
    shown
}

fn check_stream(table: &Table, changes: &Changes) -> Result<(), Fault> {
    match (changes.stream, table.open_stream()) {
        (Some(StreamChange::Enable(_)), Some(_)) => Err(Fault::schema(format!(
            "Table already has an enabled stream: TableName: {}",
            table.name
        ))),
        (Some(StreamChange::Disable), None) => Err(Fault::schema(format!(
            "Table has no stream to disable: TableName: {}",
            table.name
        ))),
        _ => Ok(()),
    }
}

fn alter_billing(table: &mut Table, changes: &Changes, times: Times) -> Result<(), Fault> {
    match (changes.billing, table.settings.billing) {
        (Some(BillingMode::PayPerRequest), BillingMode::Provisioned) => {
            table.settings.on_demand_since_ms = Some(times.now_ms);
            for settings in settings_of_all(table) {
                settings.billing = BillingMode::PayPerRequest;
                settings.throughput = Throughput::default();
            }
        }
        (Some(BillingMode::Provisioned), BillingMode::PayPerRequest) => {
            check_units_of_all_indexes(table, changes)?;
            for settings in settings_of_all(table) {
                settings.billing = BillingMode::Provisioned;
                settings.on_demand = None;
            }
            if let Some(units) = changes.throughput.units {
                table.settings.throughput = units.into();
            }
        }
        (_, BillingMode::PayPerRequest) if changes.throughput.units.is_some() => {
            return Err(invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        (_, BillingMode::PayPerRequest) => {}
        (_, BillingMode::Provisioned) => {
            if let Some(units) = changes.throughput.units {
                alter_units(
                    &mut table.settings.throughput,
                    units,
                    Subject::Table,
                    times.now_ms,
                )?;
            }
        }
    }
    Ok(())
}

fn settings_of_all(table: &mut Table) -> impl Iterator<Item = &mut Settings> {
    let global = table
        .indexes
        .iter_mut()
        .filter(|index| index.kind == IndexKind::Global);
    std::iter::once(&mut table.settings).chain(global.map(|index| &mut index.settings))
}

/// A table that leaves on-demand billing needs units for each of its global indexes.
fn check_units_of_all_indexes(table: &Table, changes: &Changes) -> Result<(), Fault> {
    let has_units = |index: &&Index| {
        changes.indexes.iter().any(|action| {
            action.name == index.name
                && (matches!(action.verb, IndexVerb::Delete) || action.throughput.units.is_some())
        })
    };
    let mut global = table
        .indexes
        .iter()
        .filter(|index| index.kind == IndexKind::Global);
    match global.find(|index| !has_units(index) && !matches!(index.phase, Phase::Deleting { .. })) {
        Some(index) => Err(invalid(format_args!(
            "ProvisionedThroughput must be specified for index: {}",
            index.name
        ))),
        None => Ok(()),
    }
}

fn alter_units(
    throughput: &mut Throughput,
    units: Units,
    subject: Subject<'_>,
    now_ms: u64,
) -> Result<(), Fault> {
    let Throughput { read, write, .. } = *throughput;
    if (read, write) == (units.read, units.write) {
        return Err(Fault::schema(format!(
            "The provisioned throughput for the {subject} will not change. The requested value equals the current value. \
             Current ReadCapacityUnits provisioned for the {subject}: {read}. Requested ReadCapacityUnits: {read}. \
             Current WriteCapacityUnits provisioned for the {subject}: {write}. Requested WriteCapacityUnits: {write}. \
             Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
        )));
    }
    if units.read > read || units.write > write {
        throughput.increased_ms = Some(now_ms);
    }
    if units.read < read || units.write < write {
        throughput.decreased_ms = Some(now_ms);
    }
    (throughput.read, throughput.write) = (units.read, units.write);
    Ok(())
}

fn alter_settings(table: &mut Table, changes: &Changes, now_ms: u64) -> Result<(), Fault> {
    let settings = &mut table.settings;
    changes
        .throughput
        .of(Subject::Table)
        .set_limits(settings, Occasion::Update)?;
    if let Some(protection) = changes.deletion_protection {
        settings.deletion_protection = protection;
    }
    if let Some(name) = &changes.table_class {
        let current = settings
            .table_class
            .as_ref()
            .map_or("STANDARD", |class| class.name.as_str());
        if name != current {
            settings.table_class = Some(TableClass {
                name: name.clone(),
                updated_ms: now_ms,
            });
        }
    }
    match (&changes.encryption, &settings.encryption_key) {
        (None, _) => {}
        (Some(Encryption::Default), None) => {
            return Err(invalid("Table is already encrypted by default"));
        }
        (Some(Encryption::Key(key)), Some(current)) if key == current => {
            return Err(invalid(
                "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key",
            ));
        }
        (Some(Encryption::Default), Some(_)) => settings.encryption_key = None,
        (Some(Encryption::Key(key)), _) => settings.encryption_key = Some(key.clone()),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
