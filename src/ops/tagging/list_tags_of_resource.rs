//! ListTagsOfResource: the tags of a table or stream in the order of their keys, a page at a time.

use super::resource::{Arn, Resource};
use crate::error::{Fault, Kind};
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::text;
use crate::ops::output::ObjectWriter;

/// Tags of a page.
const PAGE_TAGS: usize = 10;

/// Answers the request. A token is the last key of the page before, so it stays good when tags come and go.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let sent = text(&request, "ResourceArn").unwrap_or_default();
    let arn = Arn::parse(sent)?;
    let resource = context
        .engine
        .with_catalog(|catalog| arn.find(catalog, &context.scope))
        .ok_or_else(|| missing(&arn, sent, context))?;
    let mut tags = after(&resource, text(&request, "NextToken"));
    let has_more = tags.len() > PAGE_TAGS;
    tags.truncate(PAGE_TAGS);
    let mut reply = ObjectWriter::new();
    reply.objects("Tags", &tags, |out, (key, value)| {
        out.text("Key", key);
        out.text("Value", value);
    });
    if let Some((last, _)) = tags.last().filter(|_| has_more) {
        reply.text("NextToken", last);
    }
    Ok(reply.finish())
}

fn after<'r>(resource: &'r Resource, start: Option<&str>) -> Vec<&'r (String, String)> {
    let mut tags: Vec<_> = resource
        .tags()
        .iter()
        .filter(|(key, _)| start.is_none_or(|start| key.as_str() > start))
        .collect();
    tags.sort_unstable();
    tags
}

fn missing(arn: &Arn, sent: &str, context: &Context<'_>) -> Fault {
    // Observed: fixtures/conformance/list_tags_of_resource/refusals.json
    if arn.is_foreign(context) {
        return Fault::service(Kind::AccessDenied, "Access is denied");
    }
    Fault::not_found(format!(
        "Requested resource not found: ResourcArn: {sent} not found"
    ))
}
