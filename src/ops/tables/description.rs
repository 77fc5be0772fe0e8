//! TableDescription: a table as CreateTable, DescribeTable, UpdateTable and DeleteTable show it.
//!
//! Statuses are those of the table's own phases: who wants to show a transient status hands in a table that is in one.

use super::throughput::warm_throughput;
use crate::engine::Engine;
use crate::engine::commit::Statistics;
use crate::engine::settings::{OnDemandThroughput, Settings, Throughput};
use crate::engine::table::{Index, IndexKind, KeyAttribute, KeySchema, Phase, Projection, Table};
use crate::error::Fault;
use crate::ops::Context;
use crate::ops::output::ObjectWriter;

/// Item counts and sizes of a table and its indexes.
#[derive(Debug, Default)]
pub struct Figures {
    table: Statistics,
    /// In the order of the table's indexes.
    indexes: Vec<Statistics>,
}

impl Figures {
    /// Reads them as they are now; what has no space yet has none.
    pub fn read(engine: &Engine, table: &Table) -> Result<Figures, Fault> {
        let indexes = table
            .indexes
            .iter()
            .map(|index| engine.statistics(index.space));
        Ok(Figures {
            table: engine.statistics(table.space)?,
            indexes: indexes.collect::<Result<_, _>>()?,
        })
    }
}

/// Writes the members of a table's description.
pub fn write_description(
    out: &mut ObjectWriter,
    table: &Table,
    figures: &Figures,
    context: &Context<'_>,
) {
    let now_ms = context.engine.now_ms();
    let arn = table.arn(&context.region, context.account());
    write_identity(out, table, figures, &arn, now_ms);
    out.time("CreationDateTime", table.created_ms);
    out.objects(
        "AttributeDefinitions",
        definitions(table),
        |out, attribute| {
            out.text("AttributeName", &attribute.name);
            out.text("AttributeType", attribute.kind.name());
        },
    );
    write_key_schema(out, &table.key);
    write_settings(out, &table.settings);
    write_stream(out, table, &arn);
    write_indexes(
        out,
        table,
        figures,
        IndexKind::Global,
        |out, index, statistics| {
            write_index(out, index, statistics, &arn);
            write_life_cycle(out, index, now_ms);
        },
    );
    write_indexes(
        out,
        table,
        figures,
        IndexKind::Local,
        |out, index, statistics| {
            write_index(out, index, statistics, &arn);
        },
    );
}

/// Writes the members of the description of a table that is being deleted, which are fewer.
pub fn write_deleted(
    out: &mut ObjectWriter,
    table: &Table,
    figures: &Figures,
    context: &Context<'_>,
) {
    let arn = table.arn(&context.region, context.account());
    write_identity(out, table, figures, &arn, context.engine.now_ms());
}

fn write_identity(
    out: &mut ObjectWriter,
    table: &Table,
    figures: &Figures,
    arn: &str,
    now_ms: u64,
) {
    let settings = &table.settings;
    out.text("TableName", &table.name);
    out.text("TableStatus", table.phase.name(now_ms));
    out.text("TableArn", arn);
    out.text("TableId", &table.id);
    out.number("ItemCount", figures.table.rows);
    out.number("TableSizeBytes", figures.table.bytes);
    write_throughput(out, &settings.throughput);
    if let Some(since_ms) = settings.on_demand_since_ms {
        out.object("BillingModeSummary", |out| {
            out.text("BillingMode", settings.billing.name());
            out.time("LastUpdateToPayPerRequestDateTime", since_ms);
        });
    }
    out.flag("DeletionProtectionEnabled", settings.deletion_protection);
}

/// The attributes of all keys, each once.
fn definitions(table: &Table) -> Vec<&KeyAttribute> {
    let mut definitions: Vec<&KeyAttribute> = Vec::new();
    for attribute in table.key.attributes().chain(
        table
            .indexes
            .iter()
            .flat_map(|index| index.key.attributes()),
    ) {
        if !definitions.iter().any(|known| known.name == attribute.name) {
            definitions.push(attribute);
        }
    }
    definitions
}

/// Writes a KeySchema, HASH attributes first.
pub fn write_key_schema(out: &mut ObjectWriter, key: &KeySchema) {
    let partition = key.partition.iter().map(|attribute| (attribute, "HASH"));
    let sort = key.sort.iter().map(|attribute| (attribute, "RANGE"));
    out.objects(
        "KeySchema",
        partition.chain(sort),
        |out, (attribute, role)| {
            out.text("AttributeName", &attribute.name);
            out.text("KeyType", role);
        },
    );
}

fn write_throughput(out: &mut ObjectWriter, throughput: &Throughput) {
    out.object("ProvisionedThroughput", |out| {
        if let Some(ms) = throughput.increased_ms {
            out.time("LastIncreaseDateTime", ms);
        }
        if let Some(ms) = throughput.decreased_ms {
            out.time("LastDecreaseDateTime", ms);
        }
        out.number("NumberOfDecreasesToday", 0);
        out.number("ReadCapacityUnits", throughput.read);
        out.number("WriteCapacityUnits", throughput.write);
    });
}

fn write_settings(out: &mut ObjectWriter, settings: &Settings) {
    if let Some(class) = &settings.table_class {
        out.object("TableClassSummary", |out| {
            out.text("TableClass", &class.name);
            out.time("LastUpdateDateTime", class.updated_ms);
        });
    }
    if let Some(key) = &settings.encryption_key {
        out.object("SSEDescription", |out| {
            out.text("Status", "ENABLED");
            out.text("SSEType", "KMS");
            out.text("KMSMasterKeyArn", key);
        });
    }
    write_limits(out, settings);
}

/// What a table and a global index show alike.
fn write_limits(out: &mut ObjectWriter, settings: &Settings) {
    if let Some(OnDemandThroughput { read, write }) = settings.on_demand {
        out.object("OnDemandThroughput", |out| {
            for (name, units) in [
                ("MaxReadRequestUnits", read),
                ("MaxWriteRequestUnits", write),
            ] {
                if let Some(units) = units {
                    out.number(name, units);
                }
            }
        });
    }
    let warm = warm_throughput(settings);
    out.object("WarmThroughput", |out| {
        out.number("ReadUnitsPerSecond", warm.read);
        out.number("WriteUnitsPerSecond", warm.write);
        out.text("Status", "ACTIVE");
    });
}

/// The latest stream stays named when it is disabled.
fn write_stream(out: &mut ObjectWriter, table: &Table, arn: &str) {
    let Some(stream) = &table.stream else { return };
    if stream.enabled {
        out.object("StreamSpecification", |out| {
            out.flag("StreamEnabled", true);
            out.text("StreamViewType", stream.view.name());
        });
    }
    out.text("LatestStreamLabel", &stream.label);
    out.text("LatestStreamArn", &format!("{arn}/stream/{}", stream.label));
}

fn write_indexes(
    out: &mut ObjectWriter,
    table: &Table,
    figures: &Figures,
    kind: IndexKind,
    mut write: impl FnMut(&mut ObjectWriter, &Index, Statistics),
) {
    let figures = figures
        .indexes
        .iter()
        .copied()
        .chain(std::iter::repeat(Statistics::default()));
    let mut indexes = table
        .indexes
        .iter()
        .zip(figures)
        .filter(|(index, _)| index.kind == kind)
        .peekable();
    if indexes.peek().is_some() {
        let name = if kind == IndexKind::Global {
            "GlobalSecondaryIndexes"
        } else {
            "LocalSecondaryIndexes"
        };
        out.objects(name, indexes, |out, (index, statistics)| {
            write(out, index, statistics);
        });
    }
}

fn write_index(out: &mut ObjectWriter, index: &Index, statistics: Statistics, table_arn: &str) {
    out.text("IndexName", &index.name);
    write_key_schema(out, &index.key);
    out.object("Projection", |out| match &index.projection {
        Projection::All => out.text("ProjectionType", "ALL"),
        Projection::KeysOnly => out.text("ProjectionType", "KEYS_ONLY"),
        Projection::Include(names) => {
            out.text("ProjectionType", "INCLUDE");
            out.texts("NonKeyAttributes", names.iter().map(String::as_str));
        }
    });
    out.number("IndexSizeBytes", statistics.bytes);
    out.number("ItemCount", statistics.rows);
    out.text("IndexArn", &format!("{table_arn}/index/{}", index.name));
}

fn write_life_cycle(out: &mut ObjectWriter, index: &Index, now_ms: u64) {
    out.text("IndexStatus", index.status(now_ms));
    if index.backfilling && !matches!(index.phase, Phase::Deleting { .. }) {
        out.flag("Backfilling", index.phase.at(now_ms) == Phase::Active);
    }
    write_throughput(out, &index.settings.throughput);
    write_limits(out, &index.settings);
}
