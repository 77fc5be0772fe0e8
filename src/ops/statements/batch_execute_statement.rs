//! BatchExecuteStatement: up to 25 statements on one item each. One that fails says so in its place and stops no other.
//!
//! All writes go to the commit thread as one job, in the order in which they were sent. A write that is refused has changed
//! nothing, so the job goes on behind it.

use std::sync::Arc;

use super::lower::select::resolve_source;
use super::lower::{Lowered, OneItem, Work, Write, plan_write, split_key};
use super::{Sent, VOICE, View};
use crate::engine::capacity::{Consistency, Consumed, read_units};
use crate::engine::transaction::byte_size;
use crate::engine::write::{ReturnOnFailure, Written};
use crate::error::{Cause, Fault, Kind};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{consistency, return_capacity};
use crate::ops::output::ObjectWriter;
use crate::ops::transact::{Named, write_consumed};
use crate::partiql::PartiqlError;

const KEY_REQUIRED: &str = "Select statements within BatchExecuteStatement must specify the primary key in the where clause.";

/// A statement that fits its table.
struct Planned {
    named: Named,
    step: Step,
}

/// What is done for a statement.
enum Step {
    Read {
        row_key: Vec<u8>,
        view: View,
        consistency: Consistency,
    },
    Write(Arc<Write>),
}

/// What a statement came to: the JSON of an item, where there is one to return.
struct Done {
    item: Option<Vec<u8>>,
    consumed: Consumed,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let statements = request
        .take("Statements")
        .map(Json::into_elements)
        .unwrap_or_default();
    let members: Vec<_> = statements
        .into_iter()
        .map(|statement| plan(context, statement))
        .collect();
    let mut written = write_all(context, &members).await?.into_iter();

    let (mut reply, mut tables, mut consumed) = (ObjectWriter::new(), Vec::new(), Vec::new());
    let mut outcomes = Vec::with_capacity(members.len());
    for member in members {
        let outcome = match member {
            Err(fault) => (None, Err(fault)),
            Ok(Planned { named, step }) => {
                let done = match step {
                    Step::Read {
                        row_key,
                        view,
                        consistency,
                    } => read(context, &row_key, &view, consistency),
                    Step::Write(write) => match written.next() {
                        Some(Ok(written)) => answer(&write, written),
                        Some(Err(fault)) => Err(fault),
                        None => Err(Fault::internal("a write of a batch has no outcome")),
                    },
                };
                (Some(named), done)
            }
        };
        outcomes.push(outcome);
    }
    reply.objects("Responses", &outcomes, |object, (named, outcome)| {
        if let Err(fault) = outcome {
            write_error(object, fault);
        }
        if let Some(named) = named {
            object.text("TableName", &named.table.name);
        }
        if let Ok(Done {
            item: Some(item), ..
        }) = outcome
        {
            object.member("Item").extend_from_slice(item);
        }
    });
    for (named, outcome) in outcomes {
        if let (Some(named), Ok(done)) = (named, outcome) {
            tables.push(named);
            consumed.push(done.consumed);
        }
    }
    write_consumed(&mut reply, &tables, &consumed, detail, None);
    Ok(reply.finish())
}

fn plan(context: &Context<'_>, mut statement: Json<'_>) -> Result<Planned, Fault> {
    let consistency = consistency(&statement);
    let Lowered { named, work } = Sent::read(&mut statement)?.lower(context)?;
    let table = context.engine.table(&context.scope, named.name())?;
    let step = match work {
        Work::Select(rows) => {
            resolve_source(&table, rows.index.as_deref())?;
            rows.check_key_paths(&table)?;
            let one = split_key(&table, rows.filter).filter(|_| rows.index.is_none());
            let Some(OneItem { key, rest }) = one else {
                return Err(Fault::schema(KEY_REQUIRED));
            };
            Step::Read {
                row_key: table.row_key_of(&key)?,
                view: View {
                    filter: rest,
                    columns: rows.columns,
                },
                consistency,
            }
        }
        Work::Exists(_) => return Err(PartiqlError::UnsupportedOperation("Exists").into()),
        work => {
            // Observed: a batch hands no item back. fixtures/conformance/batch_execute_statement/errors.json
            let write = plan_write(context, &table, work, ReturnOnFailure::Nothing)?;
            context.engine.check_free(write.action.row_key())?;
            Step::Write(Arc::new(write))
        }
    };
    Ok(Planned {
        named: Named { named, table },
        step,
    })
}

/// Does the writes, each for itself; a failure that is not the client's fails them all.
async fn write_all(
    context: &Context<'_>,
    members: &[Result<Planned, Fault>],
) -> Result<Vec<Result<Written, Fault>>, Fault> {
    let writes = members
        .iter()
        .flatten()
        .filter_map(|member| match &member.step {
            Step::Write(write) => Some(Arc::clone(write)),
            Step::Read { .. } => None,
        });
    let writes: Vec<_> = writes.collect();
    if writes.is_empty() {
        return Ok(Vec::new());
    }
    context
        .engine
        .commit(move |txn| {
            let mut outcomes = Vec::with_capacity(writes.len());
            for write in &writes {
                outcomes.push(match write.action.apply(txn) {
                    Err(fault) if matches!(fault.cause(), Cause::Internal(_)) => return Err(fault),
                    outcome => outcome,
                });
            }
            Ok(outcomes)
        })
        .await
}

fn read(
    context: &Context<'_>,
    row_key: &[u8],
    view: &View,
    consistency: Consistency,
) -> Result<Done, Fault> {
    let found = context.engine.row(row_key)?;
    let units = read_units(byte_size(found.as_ref())?, consistency);
    let mut item = None;
    if let Some(found) = found
        && view.shows(&found)?
    {
        view.write(&found, item.get_or_insert_default())?;
    }
    Ok(Done {
        item,
        consumed: Consumed::of_table(units),
    })
}

fn answer(write: &Write, written: Written) -> Result<Done, Fault> {
    Ok(Done {
        item: write.returned(&written)?,
        consumed: written.consumed,
    })
}

fn write_error(object: &mut ObjectWriter, fault: &Fault) {
    let (kind, text) = VOICE.message(fault);
    object.object("Error", |error| {
        error.text("Code", short_code(kind));
        error.text("Message", &text.unwrap_or_default());
    });
}

/// What a batch calls an exception.
fn short_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Validation => "ValidationError",
        Kind::Throttling => "ThrottlingError",
        other => other
            .name()
            .strip_suffix("Exception")
            .unwrap_or(other.name()),
    }
}
