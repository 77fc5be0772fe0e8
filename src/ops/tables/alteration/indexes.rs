//! What becomes of a table's global secondary indexes by an UpdateTable.

use super::{Times, alter_units};
use crate::engine::settings::BillingMode;
use crate::engine::table::{Index, IndexKind, KeyAttribute, KeySchema, Phase, Table};
use crate::error::{Fault, Kind};
use crate::limits::GLOBAL_INDEXES;
use crate::ops::tables::changes::{Changes, IndexAction, IndexVerb, too_many_actions};
use crate::ops::tables::schema::check_projected;
use crate::ops::tables::throughput::Subject;
use crate::ops::tables::{Occasion, invalid};

/// Takes the actions of a request in turn; `before` is the table as it was.
pub(super) fn alter_indexes(
    altered: &mut Table,
    before: &Table,
    changes: &Changes,
    times: Times,
) -> Result<(), Fault> {
    for action in &changes.indexes {
        match &action.verb {
            IndexVerb::Create(draft) => create_index(altered, draft, action, times)?,
            IndexVerb::Update => update_index(altered, before, action, times)?,
            IndexVerb::Delete => delete_index(altered, action, times)?,
        }
    }
    Ok(())
}

fn create_index(
    table: &mut Table,
    draft: &Index,
    action: &IndexAction,
    times: Times,
) -> Result<(), Fault> {
    if table.index(&action.name).is_some() {
        return Err(Fault::schema(
            "Attempting to create an index which already exists",
        ));
    }
    check_not_redefined(table, &draft.key)?;
    let asked = action.throughput.of(Subject::Index(&action.name));
    let settings = asked.new_index(&action.name, table.settings.billing, Occasion::Update)?;
    check_no_other_in_flight(table, &action.name, times.now_ms)?;
    if table
        .indexes
        .iter()
        .filter(|known| known.kind == IndexKind::Global)
        .count()
        >= GLOBAL_INDEXES
    {
        return Err(Fault::service(
            Kind::LimitExceeded,
            format!(
                "Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of {GLOBAL_INDEXES}"
            ),
        ));
    }
    let phase = Phase::Creating {
        until: times.settled_ms,
    };
    table.indexes.push(Index {
        settings,
        phase,
        backfilling: true,
        ..draft.clone()
    });
    check_projected(&table.indexes)
}

/// A key attribute keeps the type it has in the table's key and in every index.
fn check_not_redefined(table: &Table, key: &KeySchema) -> Result<(), Fault> {
    let known = std::iter::once(&table.key).chain(table.indexes.iter().map(|index| &index.key));
    for schema in known {
        for attribute in key.attributes() {
            let Some(existing) = schema
                .attribute(&attribute.name)
                .filter(|known| known.kind != attribute.kind)
            else {
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
    let role = if schema.partition.contains(attribute) {
        "HASH"
    } else {
        "RANGE"
    };
    format!(
        "Schema:[SchemaElement: key{{{}:{}:{role}}}]",
        attribute.name,
        attribute.kind.name()
    )
}

fn check_no_other_in_flight(table: &Table, name: &str, now_ms: u64) -> Result<(), Fault> {
    let is_in_flight = |index: &Index| {
        index.backfilling
            || matches!(
                index.phase.at(now_ms),
                Phase::Creating { .. } | Phase::Deleting { .. }
            )
    };
    if table
        .indexes
        .iter()
        .any(|index| index.name != name && is_in_flight(index))
    {
        return Err(too_many_actions());
    }
    Ok(())
}

fn update_index(
    altered: &mut Table,
    before: &Table,
    action: &IndexAction,
    times: Times,
) -> Result<(), Fault> {
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
        (BillingMode::Provisioned, Some(units))
            if before.settings.billing == BillingMode::PayPerRequest =>
        {
            index.settings.throughput = units.into();
        }
        (BillingMode::Provisioned, Some(units)) => {
            alter_units(&mut index.settings.throughput, units, subject, times.now_ms)?;
        }
        (_, None) => {}
    }
    action
        .throughput
        .of(subject)
        .set_limits(&mut index.settings, Occasion::Update)?;
    index.phase = Phase::Updating {
        until: times.settled_ms,
    };
    Ok(())
}

fn delete_index(altered: &mut Table, action: &IndexAction, times: Times) -> Result<(), Fault> {
    check_no_other_in_flight(altered, &action.name, times.now_ms)?;
    let table = altered.name.clone();
    let index = find_global(altered, &action.name, "delete")?;
    if matches!(index.phase, Phase::Deleting { .. }) {
        return Err(index_in_use(&table, &index.name, "deleted"));
    }
    index.phase = Phase::Deleting {
        until: times.settled_ms,
    };
    Ok(())
}

fn find_global<'t>(table: &'t mut Table, name: &str, verb: &str) -> Result<&'t mut Index, Fault> {
    match table.indexes.iter_mut().find(|index| index.name == name) {
        Some(index) if index.kind == IndexKind::Global => Ok(index),
        Some(_) => Err(Fault::schema(format!(
            "Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}"
        ))),
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
