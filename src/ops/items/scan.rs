//! Scan: every item of a table or an index, or of one segment of it.

use crate::engine::cursor::{Segment, start_of_scan};
use crate::engine::page::ReadPlan;
use crate::error::{Fault, Voice};
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::clauses::Clauses;
use crate::ops::input::integer;
use crate::ops::items::reading::{ItemsMember, Options};
use crate::ops::values::{exponent_width, read_item};
use crate::storage::{Order, keys};

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let voice = request.voice(Voice::Older);
    let mut request = request.into_body();
    let mut options = Options::read(&mut request);
    let segment = read_segment(&request)?;
    let clauses = Clauses::read(&mut request, &["FilterExpression"])?;
    options.check_select(clauses.projection_parameter())?;
    let start = options
        .start
        .take()
        .map(|start| read_item(start, exponent_width(voice)))
        .transpose()?;
    let parsed = clauses.parse(voice)?;

    let table = context.engine.table(&context.scope, options.named.name())?;
    let source = options.source(&table)?;
    parsed.check_key_paths(&table)?;
    let (output, fetch) = options.output(&table, source, parsed.projection)?;
    let space = source.space(&table);
    let range = match segment {
        Some(Segment { number, total }) => keys::segment(space, number, total),
        None => keys::whole_space(space),
    };
    let range = match &start {
        Some(start) => {
            let row = start_of_scan(&table, source, &range, segment, start)?;
            range.resumed(Order::Forward, &row)
        }
        None => range,
    };
    let items = ItemsMember::of(&output);
    let plan = ReadPlan {
        table: table.clone(),
        source,
        ranges: vec![range],
        order: Order::Forward,
        limit: options.limit,
        consistency: options.consistency,
        filter: parsed.filter,
        output,
        fetch,
    };
    let page = context.engine.page(plan).await?;

    Ok(options.reply(&table, &page, items))
}

/// Segment and TotalSegments come together.
fn read_segment(request: &Json<'_>) -> Result<Option<Segment>, Fault> {
    let member = |name| integer(request, name).and_then(|number| u32::try_from(number).ok());
    match (member("Segment"), member("TotalSegments")) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(Fault::parameter(
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
        )),
        (None, Some(_)) => Err(Fault::parameter(
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
        )),
        (Some(number), Some(total)) if number >= total => Err(Fault::parameter(format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {number} is not less than TotalSegments: {total}"
        ))),
        (Some(number), Some(total)) => Ok(Some(Segment { number, total })),
    }
}
