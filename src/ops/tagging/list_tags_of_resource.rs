//! ListTagsOfResource: the tags of a table or stream in the order of their keys. All of them fit one page: there are 50 at
//! most, and tests that were run on AWS read as many in one.

use super::resource::Arn;
use crate::error::{Fault, Kind};
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::input::text;
use crate::ops::output::ObjectWriter;

/// Answers the request.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let sent = text(&request, "ResourceArn").unwrap_or_default();
    let arn = Arn::parse(sent)?;
    let resource = context
        .engine
        .with_catalog(|catalog| arn.find(catalog, &context.scope))
        .ok_or_else(missing)?;
    let mut tags: Vec<_> = resource.tags().iter().collect();
    tags.sort_unstable();
    let mut reply = ObjectWriter::new();
    reply.objects("Tags", &tags, |out, (key, value)| {
        out.text("Key", key);
        out.text("Value", value);
    });
    Ok(reply.finish())
}

/// Unlike the other operations on tags this one does not tell whether the resource exists.
fn missing() -> Fault {
    // Observed: fixtures/conformance/list_tags_of_resource/refusals.json
    Fault::service(Kind::AccessDenied, "Access is denied")
}
