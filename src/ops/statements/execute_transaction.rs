//! ExecuteTransaction: up to 100 statements on one item each, all of them reads or all of them writes, all done or none.

use super::lower::{Lowered, OneItem, Refusal, Work, plan_write, split_key};
use super::{Sent, VOICE, View};
use crate::engine::capacity::ReturnCapacity;
use crate::engine::tokens::Token;
use crate::engine::transaction::Read;
use crate::engine::write::ReturnOnFailure;
use crate::error::{Fault, Kind};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{TableRef, return_capacity, return_on_failure, text};
use crate::ops::output::ObjectWriter;
use crate::ops::transact::{
    Named, canceled_at, check_bytes, check_distinct, payload, read_and_reply, write_consumed,
};
use crate::partiql::{StatementKind, parse_statement};

const NO_RETURNING: &str = "RETURNING clause is not supported in ExecuteTransaction.";
const NO_INDEXES: &str = "Reads on indices are not supported within transactions.";
const KEY_REQUIRED: &str =
    "Select statements within ExecuteTransaction must specify the primary key in the where clause.";
const ONE_KIND: &str =
    "A transaction holds statements that read or statements that write, not both.";

/// A statement without its table.
struct Member {
    named: TableRef,
    work: Work,
    on_failure: ReturnOnFailure,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let mut request = request.into_body();
    let detail = return_capacity(&request);
    let statements = request
        .take("TransactStatements")
        .map(Json::into_elements)
        .unwrap_or_default();
    let token = text(&request, "ClientRequestToken")
        .map(|token| Token::new(&context.scope, token, payload::digest(&statements)));
    let mut sent = Vec::with_capacity(statements.len());
    for mut statement in statements {
        sent.push((return_on_failure(&statement), Sent::read(&mut statement)?));
    }
    let mut members = Vec::with_capacity(sent.len());
    for (place, (on_failure, sent)) in sent.iter().enumerate() {
        let Lowered { named, work } = lower(sent).map_err(|fault| in_statement(place, fault))?;
        members.push(Member {
            named,
            work,
            on_failure: *on_failure,
        });
    }
    let reads = members
        .iter()
        .filter(|member| matches!(member.work, Work::Select(_)))
        .count();
    if reads > 0 && reads < members.len() {
        return Err(Fault::parameter(ONE_KIND));
    }
    let mut tables = Vec::with_capacity(members.len());
    for member in &members {
        tables.push(Named {
            table: context.engine.table(&context.scope, member.named.name())?,
            named: member.named.clone(),
        });
    }
    if reads > 0 {
        read(context, members, &tables, detail).await
    } else {
        write(context, members, &tables, token, detail).await
    }
}

/// A statement with the rules of a transaction that need no table.
fn lower(sent: &Sent) -> Result<Lowered, Fault> {
    let statement = parse_statement(&sent.text)?;
    let refusal = match &statement.kind {
        StatementKind::Update(update) if update.returning.is_some() => Some(NO_RETURNING),
        StatementKind::Delete(delete) if delete.returning.is_some() => Some(NO_RETURNING),
        StatementKind::Select(select) | StatementKind::Exists(select)
            if select.source.index.is_some() =>
        {
            Some(NO_INDEXES)
        }
        _ => None,
    };
    match refusal {
        Some(text) => Err(Fault::schema(text)),
        None => super::lower::lower(&statement, &sent.parameters),
    }
}

/// What is wrong with a statement is told with its place.
fn in_statement(place: usize, fault: Fault) -> Fault {
    match VOICE.message(&fault) {
        (Kind::Validation, Some(text)) => Fault::schema(format!(
            "Validation failed in TransactStatements[{place}]: {text}"
        )),
        _ => fault,
    }
}

async fn read(
    context: &Context<'_>,
    members: Vec<Member>,
    tables: &[Named],
    detail: ReturnCapacity,
) -> Result<Vec<u8>, Fault> {
    let count = members.len();
    let (mut row_keys, mut views) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for (place, member) in members.into_iter().enumerate() {
        let table = &tables[place].table;
        let Work::Select(rows) = member.work else {
            return Err(Fault::internal("a write among the reads of a transaction"));
        };
        rows.check_key_paths(table)
            .map_err(|fault| in_statement(place, fault))?;
        let Some(OneItem { key, rest }) = split_key(table, rows.filter) else {
            return Err(in_statement(place, Fault::schema(KEY_REQUIRED)));
        };
        row_keys.push(table.row_key_of(&key));
        views.push(View {
            filter: rest,
            columns: rows.columns,
        });
    }
    check_distinct(&row_keys)?;
    let mut reads = Vec::with_capacity(count);
    for (place, row_key) in row_keys.into_iter().enumerate() {
        reads.push(Read {
            table: tables[place].table.clone(),
            row_key: row_key.map_err(|fault| canceled_at(place, count, fault))?,
        });
    }
    read_and_reply(context, reads, tables, detail, |place, item, response| {
        let view = &views[place];
        if view.shows(item)? {
            view.write(item, response.member("Item"))?;
        }
        Ok(())
    })
    .await
}

async fn write(
    context: &Context<'_>,
    members: Vec<Member>,
    tables: &[Named],
    token: Option<Token>,
    detail: ReturnCapacity,
) -> Result<Vec<u8>, Fault> {
    let count = members.len();
    let mut bytes = 0;
    let mut planned = Vec::with_capacity(count);
    for (place, member) in members.into_iter().enumerate() {
        if let Work::Insert(item) = &member.work {
            bytes += item.byte_size();
        }
        let table = &tables[place].table;
        match plan_write(context, table, member.work, member.on_failure) {
            Ok(write) => planned.push(Ok(write.action)),
            Err(Refusal::Statement(fault)) => return Err(in_statement(place, fault)),
            Err(Refusal::Item(fault)) => planned.push(Err(fault)),
        }
    }
    check_bytes(bytes)?;
    let row_keys = planned.iter().map(|planned| match planned {
        Ok(action) => Ok(action.row_key().to_vec()),
        // The fault itself is told below.
        Err(_) => Err(Fault::schema("")),
    });
    check_distinct(&row_keys.collect::<Vec<_>>())?;
    let mut actions = Vec::with_capacity(count);
    for (place, action) in planned.into_iter().enumerate() {
        actions.push(action.map_err(|fault| canceled_at(place, count, fault))?);
    }
    let outcome = context.engine.transact(actions, token).await?;

    let mut reply = ObjectWriter::new();
    reply.member("Responses").extend_from_slice(b"[]");
    let share = Some(outcome.share);
    write_consumed(&mut reply, tables, &outcome.consumed, detail, share);
    Ok(reply.finish())
}
