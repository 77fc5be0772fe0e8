//! TagResource: tags added to a table or stream, or set anew.

use super::resource::{Arn, Tags, change_tags};
use crate::error::Fault;
use crate::limits::RESOURCE_TAGS;
use crate::model::{Checked, Json};
use crate::ops::Context;
use crate::ops::input::text;
use crate::ops::tables::tags::{read_tags, too_many_tags};

/// Answers the request; the reply has no body.
pub async fn run(context: &Context<'_>, request: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let request = request.into_body();
    let sent = text(&request, "ResourceArn").unwrap_or_default().to_owned();
    let arn = Arn::parse(&sent)?;
    let tags = read_tags(request.member("Tags").unwrap_or(&Json::Null))?;
    if tags.is_empty() {
        return Err(Fault::schema(
            "Atleast one Tag needs to be provided as Input.",
        ));
    }
    let missing = move || {
        Fault::not_found(format!(
            "Requested resource not found: ResourcArn: {sent} not found"
        ))
    };
    change_tags(context, &arn, missing, move |known| set(known, tags)).await?;
    Ok(Vec::new())
}

fn set(known: &mut Tags, tags: Tags) -> Result<(), Fault> {
    for (key, value) in tags {
        match known.iter_mut().find(|(known, _)| *known == key) {
            Some(tag) => tag.1 = value,
            None => known.push((key, value)),
        }
    }
    if known.len() > RESOURCE_TAGS {
        return Err(too_many_tags());
    }
    Ok(())
}
