//! What becomes of a table by the changes of an UpdateTable.
//!
//! A pure step from one [`Table`] to the next, so that it can be taken on the commit thread, against the table as it is
//! then. Spaces of new indexes, streams and the rows of what is gone are the operation's business.

use super::changes::{Changes, IndexAction, IndexVerb, too_many_actions};
use super::schema::check_projected;
use super::specifications::{Encryption, StreamChange};
use super::throughput::{Subject, Units};
use super::{Occasion, invalid};
use crate::engine::settings::{BillingMode, Settings, TableClass, Throughput};
use crate::engine::table::{Index, IndexKind, KeyAttribute, KeySchema, Phase, Table};
use crate::error::{Fault, Kind};
use crate::limits::GLOBAL_INDEXES;

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
        altered.phase = Phase::Updating { until: times.settled_ms };
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
    shown.settings.table_class.clone_from(&before.settings.table_class);
    for action in &changes.indexes {
        let Some(index) = shown.indexes.iter_mut().find(|index| index.name == action.name) else { continue };
        index.phase = match action.verb {
            IndexVerb::Create(_) => Phase::Creating { until: u64::MAX },
            IndexVerb::Update => Phase::Updating { until: u64::MAX },
            IndexVerb::Delete => Phase::Deleting { until: u64::MAX },
        };
        if let Some(old) = before.index(&action.name).filter(|old| old.settings.billing == index.settings.billing) {
            index.settings.throughput = old.settings.throughput;
        }
    }
    shown
}

fn check_stream(table: &Table, changes: &Changes) -> Result<(), Fault> {
    match (changes.stream, table.open_stream()) {
        (Some(StreamChange::Enable(_)), Some(_)) => {
            Err(Fault::schema(format!("Table already has an enabled stream: TableName: {}", table.name)))
        }
        (Some(StreamChange::Disable), None) => {
            Err(Fault::schema(format!("Table has no stream to disable: TableName: {}", table.name)))
        }
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
                alter_units(&mut table.settings.throughput, units, Subject::Table, times.now_ms)?;
            }
        }
    }
    Ok(())
}

fn settings_of_all(table: &mut Table) -> impl Iterator<Item = &mut Settings> {
    let global = table.indexes.iter_mut().filter(|index| index.kind == IndexKind::Global);
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
    let mut global = table.indexes.iter().filter(|index| index.kind == IndexKind::Global);
    match global.find(|index| !has_units(index) && !matches!(index.phase, Phase::Deleting { .. })) {
        Some(index) => {
            Err(invalid(format_args!("ProvisionedThroughput must be specified for index: {}", index.name)))
        }
        None => Ok(()),
    }
}

fn alter_units(throughput: &mut Throughput, units: Units, subject: Subject<'_>, now_ms: u64) -> Result<(), Fault> {
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

fn alter_indexes(altered: &mut Table, before: &Table, changes: &Changes, times: Times) -> Result<(), Fault> {
    for action in &changes.indexes {
        match &action.verb {
            IndexVerb::Create(draft) => create_index(altered, draft, action, times)?,
            IndexVerb::Update => update_index(altered, before, action, times)?,
            IndexVerb::Delete => delete_index(altered, action, times)?,
        }
    }
    Ok(())
}

fn create_index(table: &mut Table, draft: &Index, action: &IndexAction, times: Times) -> Result<(), Fault> {
    if table.index(&action.name).is_some() {
        return Err(Fault::schema("Attempting to create an index which already exists"));
    }
    check_not_redefined(table, &draft.key)?;
    let asked = action.throughput.of(Subject::Index(&action.name));
    let settings = asked.new_index(&action.name, table.settings.billing, Occasion::Update)?;
    check_no_other_in_flight(table, &action.name, times.now_ms)?;
    if table.indexes.iter().filter(|known| known.kind == IndexKind::Global).count() >= GLOBAL_INDEXES {
        return Err(Fault::service(
            Kind::LimitExceeded,
            format!("Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES}"),
        ));
    }
    let phase = Phase::Creating { until: times.settled_ms };
    table.indexes.push(Index { settings, phase, backfilling: true, ..draft.clone() });
    check_projected(&table.indexes)
}

/// A key attribute keeps the type it has in the table's key and in every index.
fn check_not_redefined(table: &Table, key: &KeySchema) -> Result<(), Fault> {
    let known = std::iter::once(&table.key).chain(table.indexes.iter().map(|index| &index.key));
    for schema in known {
        for attribute in key.attributes() {
            let Some(existing) = schema.attribute(&attribute.name).filter(|known| known.kind != attribute.kind) else {
                continue;
            };
            return Err(invalid(format_args!(
                "Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. \
                 Existing schema: {} New schema: {}",
                schema_element(schema, existing),
                schema_element(key, attribute)
            )));
        }
    }
    Ok(())
}

fn schema_element(schema: &KeySchema, attribute: &KeyAttribute) -> String {
    let role = if schema.partition.contains(attribute) { "HASH" } else { "RANGE" };
    format!("Schema:[SchemaElement: key{{{}:{}:{role}}}]", attribute.name, attribute.kind.name())
}

fn check_no_other_in_flight(table: &Table, name: &str, now_ms: u64) -> Result<(), Fault> {
    let is_in_flight = |index: &Index| {
        index.backfilling || matches!(index.phase.at(now_ms), Phase::Creating { .. } | Phase::Deleting { .. })
    };
    if table.indexes.iter().any(|index| index.name != name && is_in_flight(index)) {
        return Err(too_many_actions());
    }
    Ok(())
}

fn update_index(altered: &mut Table, before: &Table, action: &IndexAction, times: Times) -> Result<(), Fault> {
    let index = find_global(altered, &action.name, "update")?;
    check_index_settled(index, before, times.now_ms)?;
    let subject = Subject::Index(&action.name);
    match (index.settings.billing, action.throughput.units) {
        (BillingMode::PayPerRequest, Some(_)) => {
            return Err(invalid(format_args!(
                "The only Updates for index: {} when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput",
                action.name
            )));
        }
        (BillingMode::Provisioned, Some(units)) if before.settings.billing == BillingMode::PayPerRequest => {
            index.settings.throughput = units.into();
        }
        (BillingMode::Provisioned, Some(units)) => {
            alter_units(&mut index.settings.throughput, units, subject, times.now_ms)?;
        }
        (_, None) => {}
    }
    action.throughput.of(subject).set_limits(&mut index.settings, Occasion::Update)?;
    index.phase = Phase::Updating { until: times.settled_ms };
    Ok(())
}

fn delete_index(altered: &mut Table, action: &IndexAction, times: Times) -> Result<(), Fault> {
    check_no_other_in_flight(altered, &action.name, times.now_ms)?;
    let table = altered.name.clone();
    let index = find_global(altered, &action.name, "delete")?;
    if matches!(index.phase, Phase::Deleting { .. }) {
        return Err(index_in_use(&table, &index.name, "deleted"));
    }
    index.phase = Phase::Deleting { until: times.settled_ms };
    Ok(())
}

fn find_global<'t>(table: &'t mut Table, name: &str, verb: &str) -> Result<&'t mut Index, Fault> {
    match table.indexes.iter_mut().find(|index| index.name == name) {
        Some(index) if index.kind == IndexKind::Global => Ok(index),
        Some(_) => Err(Fault::schema(format!("Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}"))),
        None => Err(Fault::not_found("Requested resource not found")),
    }
}

fn check_index_settled(index: &Index, table: &Table, now_ms: u64) -> Result<(), Fault> {
    let state = match index.phase.at(now_ms) {
        Phase::Active if !index.backfilling => return Ok(()),
        Phase::Active | Phase::Creating { .. } => "created",
        Phase::Updating { .. } => "updated",
        Phase::Deleting { .. } => "deleted",
    };
    Err(index_in_use(&table.name, &index.name, state))
}

fn index_in_use(table: &str, index: &str, state: &str) -> Fault {
    Fault::in_use(format!(
        "Attempt to change a resource which is still in use: Index is being {state}.  Table: {table} Index: {index}"
    ))
}

fn alter_settings(table: &mut Table, changes: &Changes, now_ms: u64) -> Result<(), Fault> {
    let settings = &mut table.settings;
    changes.throughput.of(Subject::Table).set_limits(settings, Occasion::Update)?;
    if let Some(protection) = changes.deletion_protection {
        settings.deletion_protection = protection;
    }
    if let Some(name) = &changes.table_class {
        let current = settings.table_class.as_ref().map_or("STANDARD", |class| class.name.as_str());
        if name != current {
            settings.table_class = Some(TableClass { name: name.clone(), updated_ms: now_ms });
        }
    }
    match (&changes.encryption, &settings.encryption_key) {
        (None, _) => {}
        (Some(Encryption::Default), None) => return Err(invalid("Table is already encrypted by default")),
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
