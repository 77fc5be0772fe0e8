//! CreateTable: a table with its key, its indexes, its stream and its settings.

use super::description::{Figures, write_description};
use super::schema::{TableSchema, read_table};
use super::specifications::{Encryption, KeyNaming, StreamChange, read_encryption, read_stream};
use super::tags::read_tags;
use super::throughput::{Subject, Throughputs, read_new_table};
use super::{Occasion, check_supported};
use crate::engine::settings::{Settings, TableClass};
use crate::engine::table::{Index, IndexKind, Phase, Table};
use crate::engine::tables;
use crate::error::{Fault, Form, Rule, Violation};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{flag, table_ref, text};
use crate::ops::output::ObjectWriter;
use crate::storage::keys::Space;

const UNSUPPORTED: &[&str] = &[
    "VectorIndexes",
    "ResourcePolicy",
    "GlobalTableSourceArn",
    "GlobalTableSettingsReplicationMode",
];

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let name = read_name(&request)?;
    check_supported(&request, UNSUPPORTED)?;
    let now_ms = context.engine.now_ms();
    let settings = read_settings(&request, context, now_ms)?;
    let mut schema = read_table(&request)?;
    read_index_settings(&request, &mut schema, &settings)?;
    let stream = match read_stream(&request, Occasion::Create)? {
        Some(StreamChange::Enable(view)) => Some(view),
        Some(StreamChange::Disable) | None => None,
    };

    let phase = Phase::Creating {
        until: now_ms.saturating_add(context.engine.status_delay_ms()),
    };
    for index in &mut schema.indexes {
        index.phase = phase;
    }
    let draft = Table {
        name,
        scope: context.scope.clone(),
        id: uuid::Uuid::new_v4().to_string(),
        space: Space(0),
        created_ms: now_ms,
        region: context.region.to_string(),
        key: schema.key,
        indexes: schema.indexes,
        stream: None,
        ttl: None,
        settings,
        phase,
    };
    let table = context
        .engine
        .commit(move |txn| tables::create(txn, draft, stream))
        .await?;

    let shown = in_creation(&table);
    let mut reply = ObjectWriter::new();
    reply.object("TableDescription", |out| {
        write_description(out, &shown, &Figures::default(), context);
    });
    Ok(reply.finish())
}

/// The table's name; an ARN names one too, but not every ARN does.
fn read_name(request: &Json<'_>) -> Result<String, Fault> {
    let named = table_ref(request);
    if named.name().starts_with("arn:") {
        return Err(Fault::constraints(vec![Violation {
            form: Form::Echoed,
            path: "tableName".to_owned(),
            echo: Some(named.sent.clone()),
            rule: Rule::Pattern("[a-zA-Z0-9_.-]+"),
        }]));
    }
    Ok(named.name().to_owned())
}

fn read_settings(
    request: &Json<'_>,
    context: &Context<'_>,
    now_ms: u64,
) -> Result<Settings, Fault> {
    let encryption = read_encryption(
        request,
        &KeyNaming {
            region: &context.region,
            account: context.account(),
        },
    )?;
    Ok(Settings {
        deletion_protection: flag(request, "DeletionProtectionEnabled"),
        table_class: text(request, "TableClass")
            .filter(|class| *class != "STANDARD")
            .map(|class| TableClass {
                name: class.to_owned(),
                updated_ms: now_ms,
            }),
        encryption_key: match encryption {
            Some(Encryption::Key(key)) => Some(key),
            Some(Encryption::Default) | None => None,
        },
        tags: request.member("Tags").map_or(Ok(Vec::new()), read_tags)?,
        ..read_new_table(request, now_ms)?
    })
}

/// Only global indexes have throughput of their own.
fn read_index_settings(
    request: &Json<'_>,
    schema: &mut TableSchema,
    table: &Settings,
) -> Result<(), Fault> {
    let sent = request
        .member("GlobalSecondaryIndexes")
        .map_or(&[][..], Json::elements);
    let global = schema
        .indexes
        .iter_mut()
        .filter(|index| index.kind == IndexKind::Global);
    for (index, sent) in global.zip(sent) {
        let subject = Subject::Index(&index.name);
        let asked = Throughputs::read(sent, subject)?.of(subject);
        index.settings = asked.new_index(&index.name, table.billing, Occasion::Create)?;
    }
    Ok(())
}

/// The table as the reply shows it, however short the statuses are.
fn in_creation(table: &Table) -> Table {
    let phase = Phase::Creating { until: u64::MAX };
    let indexes = table.indexes.iter().map(|index| Index {
        phase,
        ..index.clone()
    });
    Table {
        phase,
        indexes: indexes.collect(),
        ..table.clone()
    }
}
