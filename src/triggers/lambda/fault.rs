//! Refusals of Lambda's API: name, status and body of each, and the words for what the rest of the crate refuses.
//!
//! Exceptions of Lambda's model carry a `Type` and spell their text `message` or `Message`, each in its way; those of the
//! framework before it carry the text only.

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::error::{Cause, Fault, Form, Kind, Rule, Violation, Voice};
use crate::triggers::settings::{SettingFault, WrongType};

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exception {
    InvalidParameterValue,
    InvalidRequestContent,
    RequestTooLarge,
    ResourceConflict,
    ResourceInUse,
    ResourceNotFound,
    TooManyRequests,
    Service,
    /// Nobody runs the function: the same exception, as a failure of what lies behind.
    Unreachable,
    Validation,
    Serialization,
    MissingAuthenticationToken,
    IncompleteSignature,
    InvalidSignature,
    UnknownOperation,
}

/// Wire name, status, `Type`, and the member that holds the text.
type Row = (&'static str, StatusCode, Option<&'static str>, &'static str);

impl Exception {
    fn row(self) -> Row {
        const USER: Option<&str> = Some("User");
        const SERVICE: Option<&str> = Some("Service");
        let bad = StatusCode::BAD_REQUEST;
        let forbidden = StatusCode::FORBIDDEN;
        match self {
            Exception::InvalidParameterValue => {
                ("InvalidParameterValueException", bad, USER, "message")
            }
            Exception::InvalidRequestContent => {
                ("InvalidRequestContentException", bad, USER, "message")
            }
            Exception::RequestTooLarge => (
                "RequestTooLargeException",
                StatusCode::PAYLOAD_TOO_LARGE,
                USER,
                "message",
            ),
            Exception::ResourceConflict => (
                "ResourceConflictException",
                StatusCode::CONFLICT,
                USER,
                "message",
            ),
            Exception::ResourceInUse => ("ResourceInUseException", bad, USER, "Message"),
            Exception::ResourceNotFound => (
                "ResourceNotFoundException",
                StatusCode::NOT_FOUND,
                USER,
                "Message",
            ),
            Exception::TooManyRequests => (
                "TooManyRequestsException",
                StatusCode::TOO_MANY_REQUESTS,
                USER,
                "message",
            ),
            Exception::Service => (
                "ServiceException",
                StatusCode::INTERNAL_SERVER_ERROR,
                SERVICE,
                "Message",
            ),
            Exception::Unreachable => (
                "ServiceException",
                StatusCode::BAD_GATEWAY,
                SERVICE,
                "Message",
            ),
            Exception::Validation => ("ValidationException", bad, None, "message"),
            Exception::Serialization => ("SerializationException", bad, None, "Message"),
            Exception::MissingAuthenticationToken => (
                "MissingAuthenticationTokenException",
                forbidden,
                None,
                "message",
            ),
            Exception::IncompleteSignature => {
                ("IncompleteSignatureException", forbidden, None, "message")
            }
            Exception::InvalidSignature => {
                ("InvalidSignatureException", forbidden, None, "message")
            }
            Exception::UnknownOperation => (
                "UnknownOperationException",
                StatusCode::NOT_FOUND,
                None,
                "Message",
            ),
        }
    }
}

/// A refusal: boxed, since successes are common and small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiFault(Box<(Exception, String)>);

impl ApiFault {
    pub(super) fn new(exception: Exception, message: impl Into<String>) -> ApiFault {
        ApiFault(Box::new((exception, message.into())))
    }

    pub(super) fn parameter(message: impl Into<String>) -> ApiFault {
        ApiFault::new(Exception::InvalidParameterValue, message)
    }

    pub(super) fn serialization(message: impl Into<String>) -> ApiFault {
        ApiFault::new(Exception::Serialization, message)
    }

    pub(super) fn no_mapping() -> ApiFault {
        let words = "The resource you requested does not exist.";
        ApiFault::new(Exception::ResourceNotFound, words)
    }

    pub(super) fn unknown_operation(method: &str, path: &str) -> ApiFault {
        let words = format!(
            "{method} {path} is no operation that is served here: of Lambda there are event source mappings and Invoke"
        );
        ApiFault::new(Exception::UnknownOperation, words)
    }

    /// Broken constraints, told together.
    pub(super) fn violations(violations: Vec<Violation>) -> ApiFault {
        let (_, text) = Voice::Bare.message(&Fault::constraints(violations));
        ApiFault::new(Exception::Validation, text.unwrap_or_default())
    }

    #[cfg(test)]
    pub(super) fn exception(&self) -> Exception {
        self.0.0
    }

    pub(super) fn message(&self) -> &str {
        &self.0.1
    }

    /// The response.
    pub(super) fn render(&self) -> Response<Bytes> {
        let (name, status, kind, member) = self.0.0.row();
        let mut body = Map::new();
        if let Some(kind) = kind {
            body.insert("Type".to_owned(), kind.into());
        }
        body.insert(member.to_owned(), self.message().into());
        let mut response = super::respond(status, &Value::Object(body));
        let headers = response.headers_mut();
        headers.insert(ERROR_TYPE, HeaderValue::from_static(name));
        response
    }
}

/// A broken constraint of a member; `echo` is its value, none for one that is missing.
pub(super) fn violation(path: &str, echo: Option<&str>, rule: Rule) -> Violation {
    Violation {
        form: Form::Echoed,
        path: path.to_owned(),
        echo: echo.map(str::to_owned),
        rule,
    }
}

impl From<SettingFault> for ApiFault {
    fn from(fault: SettingFault) -> ApiFault {
        match fault {
            SettingFault::Type(fault) => fault.into(),
            SettingFault::Ranges(violations) => ApiFault::violations(violations),
            fault @ SettingFault::Pattern { .. } => {
                // The API does not say what is wrong with it.
                tracing::info!("a mapping was refused: {fault}");
                ApiFault::parameter("Invalid filter pattern definition.")
            }
            SettingFault::Other(sentence) => ApiFault::parameter(sentence),
        }
    }
}

impl From<WrongType> for ApiFault {
    fn from(fault: WrongType) -> ApiFault {
        ApiFault::serialization(fault.api_text())
    }
}

impl From<Fault> for ApiFault {
    fn from(fault: Fault) -> ApiFault {
        let (kind, text) = Voice::Bare.message(&fault);
        let text = text.unwrap_or_default();
        match (fault.cause(), kind) {
            (_, Kind::MissingAuthenticationToken) => ApiFault::new(
                Exception::MissingAuthenticationToken,
                "Missing Authentication Token",
            ),
            (_, Kind::IncompleteSignature) => ApiFault::new(Exception::IncompleteSignature, text),
            (_, Kind::InvalidSignature) => ApiFault::new(Exception::InvalidSignature, text),
            (_, Kind::ResourceNotFound) => ApiFault::no_mapping(),
            (_, Kind::Validation) => ApiFault::new(Exception::Validation, text),
            (Cause::Internal(_), _) => ApiFault::new(Exception::Service, text),
            (cause, _) => {
                tracing::error!(?cause, "a request of Lambda's API failed");
                ApiFault::new(Exception::Service, "Internal server error")
            }
        }
    }
}
