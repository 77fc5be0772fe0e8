//! Error objects: what functions say when they fail, and what is said for those that cannot.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Outcome, RESPONSE_BYTES};

/// The kind of an error that the function's code did not handle; the only kind that runtimes know.
pub(super) const UNHANDLED: &str = "Unhandled";

/// Letters of such a line.
const HEADLINE: usize = 500;

/// An error object.
pub(super) fn object(kind: &str, message: &str) -> Bytes {
    json!({ "errorType": kind, "errorMessage": message })
        .to_string()
        .into()
}

/// A failure that the function did not word itself.
pub(super) fn made(kind: &str, message: &str) -> Outcome {
    unhandled(object(kind, message))
}

/// A failure in the function's words.
pub(super) fn unhandled(payload: Bytes) -> Outcome {
    Outcome::FunctionError {
        kind: UNHANDLED.to_owned(),
        payload,
    }
}

/// The failure of a function whose response is too long.
pub(super) fn too_large() -> Outcome {
    made(
        "Function.ResponseSizeTooLarge",
        &format!(
            "Response payload size exceeded maximum allowed payload size ({RESPONSE_BYTES} bytes)."
        ),
    )
}

/// What a function sent as its error: as it is if it is an object, else in one, with the type that a header told.
pub(super) fn worded(body: Bytes, told: Option<&str>) -> Outcome {
    if is_object(&body) {
        return unhandled(body);
    }
    let message = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::String(text)) => text,
        _ => String::from_utf8_lossy(&body).into_owned(),
    };
    made(told.unwrap_or("Runtime.Unknown"), &message)
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// An error object in one line, for people: `ErrorType: message`, or the text as it is.
pub(in crate::triggers) fn headline(error: &[u8]) -> String {
    let object: Value = serde_json::from_slice(error).unwrap_or_default();
    let told = ["errorType", "errorMessage"].map(|name| object[name].as_str());
    let told: Vec<&str> = told.into_iter().flatten().collect();
    let line = if told.is_empty() {
        // A letter has at most four bytes.
        String::from_utf8_lossy(&error[..error.len().min(4 * HEADLINE)])
    } else {
        told.join(": ").into()
    };
    line.chars().take(HEADLINE).collect()
}

/// The members of an error object. A result that has any other member is no error; reading stops there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ErrorObject {
    error_message: Option<Value>,
    error_type: Option<Value>,
    #[serde(rename = "stackTrace")]
    _stack_trace: Option<IgnoredAny>,
    #[serde(rename = "requestId")]
    _request_id: Option<IgnoredAny>,
    #[serde(rename = "cause")]
    _cause: Option<IgnoredAny>,
    #[serde(rename = "trace")]
    _trace: Option<IgnoredAny>,
}

/// Whether a result is the error object with which the Runtime Interface Emulator tells of a failure.
pub(super) fn is_error(result: &[u8]) -> bool {
    if !result.trim_ascii_start().starts_with(b"{") {
        return false;
    }
    let Ok(object) = serde_json::from_slice::<ErrorObject>(result) else {
        return false;
    };
    let told = [object.error_message, object.error_type];
    told.iter().flatten().any(Value::is_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_a_headline() {
        for (error, expected) in [
            (
                r#"{"errorType":"KeyError","errorMessage":"'pk'"}"#,
                "KeyError: 'pk'",
            ),
            (r#"{"errorMessage":"late"}"#, "late"),
            ("oops", "oops"),
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#"{"errorType":"A","errorMessage":"b"}"#, "A: b"),
            (r#"{"errorType":5}"#, r#"{"errorType":5}"#),
            ("", ""),
        ] {
            assert_eq!(headline(error.as_bytes()), expected);
        }
        assert_eq!(headline(&[b'x'; 9999]).len(), HEADLINE);
    }
}
