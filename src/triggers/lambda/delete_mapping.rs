//! DeleteEventSourceMapping.

use super::fault::ApiFault;
use super::{Answer, Call, get_mapping, view};

/// The service's words.
const IN_TRANSITION: &str = "Cannot delete the event source mapping because it is in use.";

/// Deletes a mapping.
pub(super) async fn run(call: &Call<'_>, id: &str) -> Answer {
    let mapping = get_mapping::find_settled(call, id, IN_TRANSITION)?;
    let deleted = call.triggers.mappings.delete(&mapping.id).await?;
    let deleted = deleted.ok_or_else(ApiFault::no_mapping)?;
    Ok(view::changed(call, &deleted))
}
