//! UpdateTimeToLive: whether items expire, and by which attribute.

use std::sync::Arc;

use crate::engine::catalog::TableName;
use crate::engine::commit::Txn;
use crate::engine::expiry::TimeToLive;
use crate::engine::table::Table;
use crate::engine::tables;
use crate::error::Fault;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::{flag, table_ref, text};
use crate::ops::output::ObjectWriter;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    On,
    Off,
}

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let name = TableName {
        scope: context.scope.clone(),
        name: table_ref(&request).name().to_owned(),
    };
    let specification = request
        .member("TimeToLiveSpecification")
        .unwrap_or(&Json::Null);
    let attribute = text(specification, "AttributeName").unwrap_or_default();
    let wanted = if flag(specification, "Enabled") {
        Wanted::On
    } else {
        Wanted::Off
    };
    let (delay_ms, asked) = (context.engine.status_delay_ms(), attribute.to_owned());
    let table = context
        .engine
        .commit(move |txn| change(txn, &name, wanted, asked, delay_ms))
        .await?;
    context.engine.fill_expiry(&table);
    let mut reply = ObjectWriter::new();
    reply.object("TimeToLiveSpecification", |out| {
        out.flag("Enabled", wanted == Wanted::On);
        out.text("AttributeName", attribute);
    });
    Ok(reply.finish())
}

fn change(
    txn: &mut Txn<'_>,
    name: &TableName,
    wanted: Wanted,
    attribute: String,
    delay_ms: u64,
) -> Result<Arc<Table>, Fault> {
    let before = tables::resolve(txn, name)?;
    tables::check_settled(&before, txn.now_ms)?;
    let refusal = match (wanted, before.time_to_live()) {
        (Wanted::Off, None) => Some("TimeToLive is already disabled".to_owned()),
        (_, Some(current)) if current.attribute != attribute => Some(format!(
            "TimeToLive is active on a different AttributeName: current AttributeName is {}",
            current.attribute
        )),
        (Wanted::On, Some(_)) => Some("TimeToLive is already enabled".to_owned()),
        (Wanted::On, None) | (Wanted::Off, Some(_)) => None,
    };
    if let Some(refusal) = refusal {
        return Err(Fault::schema(refusal));
    }
    let mut after = (*before).clone();
    after.ttl = Some(TimeToLive {
        number: txn.next_sequence(),
        attribute,
        enabled: wanted == Wanted::On,
        settled_ms: txn.now_ms.saturating_add(delay_ms),
        backfilling: wanted == Wanted::On,
    });
    txn.put_table(after)
}
