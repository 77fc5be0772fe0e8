//! GetEventSourceMapping.

use std::sync::Arc;

use hyper::StatusCode;

use super::fault::{ApiFault, Exception};
use super::{Answer, Call, respond, sent, view};
use crate::triggers::mapping::Mapping;

/// Shows a mapping.
pub(super) fn run(call: &Call<'_>, id: &str) -> Answer {
    let mapping = find(call, id)?;
    Ok(respond(StatusCode::OK, &view::current(call, &mapping)))
}

/// The mapping of an id that is not in transition, in which nothing else can be done to it; `refusal` says so.
pub(super) fn find_settled(
    call: &Call<'_>,
    id: &str,
    refusal: &str,
) -> Result<Arc<Mapping>, ApiFault> {
    let mapping = find(call, id)?;
    let engine = &call.triggers.engine;
    if mapping.is_in_transition(engine.now_ms(), engine.status_delay_ms()) {
        return Err(ApiFault::new(Exception::ResourceInUse, refusal));
    }
    Ok(mapping)
}

/// The mapping of an id, as a request names it.
pub(super) fn find(call: &Call<'_>, id: &str) -> Result<Arc<Mapping>, ApiFault> {
    let id = sent::mapping_id(id)?;
    let mut shown = call.triggers.mappings.shown().into_iter();
    shown
        .find(|mapping| mapping.id == id && view::is_visible(call, mapping))
        .ok_or_else(ApiFault::no_mapping)
}
