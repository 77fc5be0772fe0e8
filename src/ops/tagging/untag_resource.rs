//! UntagResource: tags taken away from a table or stream; keys that it does not have are no mistake.

use super::resource::{Arn, change_tags};
use crate::error::Fault;
use crate::limits::RESOURCE_TAGS;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::text;
use crate::ops::tables::tags::too_many_tags;

/// Answers the request; the reply has no body.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let arn = Arn::parse(text(&request, "ResourceArn").unwrap_or_default())?;
    let keys: Vec<String> = request
        .member("TagKeys")
        .map_or(&[][..], Json::elements)
        .iter()
        .filter_map(|key| key.text().map(str::to_owned))
        .collect();
    if keys.is_empty() {
        return Err(Fault::schema(
            "Atleast one Tag Key needs to be provided as Input.",
        ));
    }
    if keys.len() > RESOURCE_TAGS {
        return Err(too_many_tags());
    }
    let missing = || Fault::not_found("Requested resource not found");
    change_tags(context, &arn, missing, move |tags| {
        tags.retain(|(key, _)| !keys.contains(key));
        Ok(())
    })
    .await?;
    Ok(Vec::new())
}
