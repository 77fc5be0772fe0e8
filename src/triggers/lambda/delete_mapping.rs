//! DeleteEventSourceMapping.

use super::fault::ApiFault;
use super::{Answer, Call, get_mapping, view};

/// Deletes a mapping.
pub(super) async fn run(call: &Call<'_>, id: &str) -> Answer {
    let mapping = get_mapping::find(call, id)?;
    let deleted = call.triggers.mappings.delete(&mapping.id).await?;
    let deleted = deleted.ok_or_else(ApiFault::no_mapping)?;
    Ok(view::changed(call, &deleted))
}
