//! UpdateEventSourceMapping.

use super::fault::ApiFault;
use super::{Answer, Call, create_mapping, get_mapping, sent, view};
use crate::triggers::mapping::Mapping;
use crate::triggers::settings::Changes;

/// The service's words, odd as they are.
const IN_TRANSITION: &str = "Cannot update the event source mapping because it is not in use.";

/// Changes a mapping.
pub(super) async fn run(call: &Call<'_>, id: &str) -> Answer {
    let body = sent::read(call.request.body())?;
    let mut violations = Vec::new();
    let function = sent::function(&body, &mut violations)?;
    let changes = Changes::from_json(&body)?;
    violations.extend(changes.violations());
    if !violations.is_empty() {
        return Err(ApiFault::violations(violations));
    }
    sent::refuse_other_sources(&body)?;
    let mapping = get_mapping::find_settled(call, id, IN_TRANSITION)?;
    let settings = changes.apply(&mapping.settings)?;
    if changes.on_failure.is_some() {
        settings.check_destination(call.triggers.sqs_endpoint.as_deref())?;
    }
    if let Some(function) = &function {
        if call.triggers.functions.find(&function.name).is_none() {
            return Err(ApiFault::parameter("Function does not exist"));
        }
        refuse_duplicate(call, &mapping, &function.name)?;
    }
    let function = function.map(|function| (function.name, function.qualifier));
    let mappings = &call.triggers.mappings;
    let mapping = mappings.update(&mapping.id, function, settings).await?;
    Ok(view::changed(call, &mapping))
}

/// Two mappings of one stream have different functions.
fn refuse_duplicate(call: &Call<'_>, mapping: &Mapping, function: &str) -> Result<(), ApiFault> {
    let mappings = call.triggers.mappings.list();
    let twin = mappings.iter().find(|other| {
        other.id != mapping.id && other.function == function && other.source == mapping.source
    });
    match twin {
        None => Ok(()),
        Some(twin) => {
            let source = view::source_arn(call, mapping).unwrap_or_default();
            Err(create_mapping::exists(&source, function, &twin.id))
        }
    }
}
