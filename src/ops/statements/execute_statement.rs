//! ExecuteStatement: one statement. A SELECT comes in pages like a Query or a Scan.

use std::sync::Arc;

use super::lower::select::plan_select;
use super::lower::{Lowered, Work, plan_write};
use super::{Sent, page_token};
use crate::engine::capacity::{Consistency, ReturnCapacity};
use crate::engine::page::{Output, Page, PageEnd, ReadPlan};
use crate::engine::table::Table;
use crate::engine::write::ReturnOnFailure;
use crate::error::Fault;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{TableRef, consistency, integer, return_capacity, return_on_failure, text};
use crate::ops::output::ObjectWriter;
use crate::partiql::PartiqlError;

/// The members beside the statement.
struct Options {
    consistency: Consistency,
    limit: Option<usize>,
    token: Option<String>,
    on_failure: ReturnOnFailure,
    detail: ReturnCapacity,
}

impl Options {
    fn read(request: &Json<'_>) -> Options {
        Options {
            consistency: consistency(request),
            limit: integer(request, "Limit").and_then(|limit| usize::try_from(limit).ok()),
            token: text(request, "NextToken").map(str::to_owned),
            on_failure: return_on_failure(request),
            detail: return_capacity(request),
        }
    }
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let options = Options::read(&request);
    let sent = Sent::read(&mut request)?;
    let Lowered { named, work } = sent.lower(context)?;

    match work {
        Work::Select(rows) => {
            let table = context.engine.table(&context.scope, named.name())?;
            let plan = plan_select(&table, rows, options.consistency, options.limit)?;
            select(context, &sent, &table, &named, plan, &options).await
        }
        Work::Exists(_) => Err(PartiqlError::UnsupportedOperation("Exists").into()),
        work => {
            let table = context.engine.table(&context.scope, named.name())?;
            write(context, &table, &named, work, &options).await
        }
    }
}

async fn select(
    context: &Context<'_>,
    sent: &Sent,
    table: &Arc<Table>,
    named: &TableRef,
    mut plan: ReadPlan,
    options: &Options,
) -> Result<Vec<u8>, Fault> {
    let digest = page_token::digest(sent, plan.source.space(table).0);
    let first = plan.ranges.len();
    if let Some(token) = &options.token {
        page_token::resume(&mut plan, token, digest)?;
    }
    // Ranges are counted from the first of the whole SELECT.
    let skipped = first - plan.ranges.len();
    let mut rest = ReadPlan {
        table: Arc::clone(table),
        ranges: plan.ranges.clone(),
        filter: None,
        output: Output::Count,
        limit: Some(1),
        ..plan
    };
    let mut page = context.engine.page(plan).await?;
    let mut token = None;
    if let Some(end) = page.end.take() {
        page_token::skip(&mut rest, &end);
        if context.engine.page(rest).await?.scanned > 0 {
            let end = PageEnd {
                range: end.range + skipped,
                ..end
            };
            token = Some(page_token::encode_token(digest, &end));
        }
    }
    Ok(reply_with_page(table, named, &page, token, options.detail))
}

fn reply_with_page(
    table: &Table,
    named: &TableRef,
    page: &Page,
    token: Option<String>,
    detail: ReturnCapacity,
) -> Vec<u8> {
    let mut reply = ObjectWriter::with_capacity(page.items.len() + 256);
    let out = reply.member("Items");
    out.push(b'[');
    out.extend_from_slice(&page.items);
    out.push(b']');
    if let Some(token) = token {
        reply.text("NextToken", &token);
        if let Some(key) = &page.last_key {
            reply.member("LastEvaluatedKey").extend_from_slice(key);
        }
    }
    reply.consumed(&page.consumed, table, named, detail);
    reply.finish()
}

async fn write(
    context: &Context<'_>,
    table: &Arc<Table>,
    named: &TableRef,
    work: Work,
    options: &Options,
) -> Result<Vec<u8>, Fault> {
    let write = Arc::new(plan_write(context, table, work, options.on_failure)?);
    context.engine.check_free(write.action.row_key())?;
    let job = Arc::clone(&write);
    let written = context
        .engine
        .commit(move |txn| job.action.apply(txn))
        .await?;

    let mut reply = ObjectWriter::new();
    let out = reply.member("Items");
    out.push(b'[');
    out.extend_from_slice(&write.returned(&written)?.unwrap_or_default());
    out.push(b']');
    reply.consumed(&written.consumed, table, named, options.detail);
    Ok(reply.finish())
}
