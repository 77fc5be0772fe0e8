//! How an operation words a fault, and the JSON of an error reply.
//!
//! Owns every envelope, wrapper and constraint sentence: the service validates some operations in a current layer and some
//! in an older one, and both word the same fault differently. Invariant: this is the only place that builds an error body.

use super::fault::{Cause, Fault};
use super::kind::Kind;
use super::reason::Reason;
use super::value::{SetKind, ValueError};
use super::violation::{Form, Rule, Violation};
use crate::limits::ATTRIBUTE_NAME_BYTES;
use crate::types::wire::write_str;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeSet;

/// The layer that validates an operation, as far as its wording goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Current layer, single-item writes: value, expression and parameter faults are enveloped.
    Enveloped,
    /// Current layer, reads: no envelope, no wrapper.
    Bare,
    /// Older layer, data plane: no envelope; expression values are wrapped.
    Older,
    /// Older layer, tables and streams.
    ControlPlane,
}

/// A rendered error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Vec<u8>,
    /// The exception.
    pub kind: Kind,
}

impl Voice {
    /// The voice of a request nested so deeply that the service reads it in its older layer.
    #[must_use]
    pub fn lowered(self) -> Self {
        match self {
            Self::Enveloped => Self::Older,
            other => other,
        }
    }

    /// The reply for a fault.
    pub fn render(self, fault: &Fault) -> Reply {
        let (kind, text) = self.message(fault);
        let item = match fault.cause() {
            Cause::ConditionFailed { item } => item.as_deref(),
            _ => None,
        };
        let mut body = b"{\"__type\":\"".to_vec();
        body.extend_from_slice(kind.namespace().prefix().as_bytes());
        body.extend_from_slice(kind.name().as_bytes());
        body.push(b'"');
        if let Some(text) = text {
            body.extend_from_slice(b",\"");
            body.extend_from_slice(kind.message_member().as_bytes());
            body.extend_from_slice(b"\":");
            write_str(&mut body, &text);
        }
        if let Some(item) = item {
            body.extend_from_slice(b",\"Item\":");
            body.extend_from_slice(item);
        }
        if let Cause::TransactionCanceled(reasons) = fault.cause() {
            body.extend_from_slice(b",\"CancellationReasons\":");
            push_reasons(&mut body, reasons);
        }
        body.push(b'}');
        let status = kind.status();
        Reply { status, body, kind }
    }

    /// The exception and its text, for replies that carry errors inside a larger body.
    pub fn message(self, fault: &Fault) -> (Kind, Option<String>) {
        match fault.cause() {
            Cause::UnknownOperation => (Kind::UnknownOperation, None),
            Cause::Serialization(text) => (Kind::Serialization, text.clone()),
            Cause::Service { kind, message } => (*kind, Some(message.clone())),
            Cause::ConditionFailed { .. } => (
                Kind::ConditionalCheckFailed,
                Some(CONDITION_FAILED.to_owned()),
            ),
            Cause::TransactionCanceled(reasons) => {
                let codes: Vec<&str> = reasons
                    .iter()
                    .map(|reason| reason_words(reason).0)
                    .collect();
                let codes = codes.join(", ");
                let text = format!(
                    "Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
                );
                (Kind::TransactionCanceled, Some(text))
            }
            Cause::Internal(_) => {
                let text = "Internal server error".to_owned();
                (Kind::InternalServerError, Some(text))
            }
            Cause::Constraints(violations) => (Kind::Validation, Some(envelope(violations))),
            Cause::Lone(violation) => (Kind::Validation, Some(sentence(violation))),
            Cause::Schema(text) => (Kind::Validation, Some(text.clone())),
            Cause::Selection(text) if self == Self::Bare => (Kind::Validation, Some(one(text))),
            Cause::Parameter(text) | Cause::Selection(text) => {
                (Kind::Validation, Some(self.enveloped(text.clone())))
            }
            Cause::Expression(error) => (Kind::Validation, Some(self.enveloped(error.to_string()))),
            Cause::Value { error, of } => {
                let text = self.value(error, of.as_deref());
                (Kind::Validation, Some(self.enveloped(text)))
            }
        }
    }

    fn enveloped(self, text: String) -> String {
        match self {
            Self::Enveloped => one(&text),
            Self::Bare | Self::Older | Self::ControlPlane => text,
        }
    }

    fn value(self, error: &ValueError, of: Option<&str>) -> String {
        match (self, of) {
            (Self::Enveloped | Self::Bare, _) => current(error),
            (Self::Older | Self::ControlPlane, None) => older(error),
            (Self::Older | Self::ControlPlane, Some(name)) => {
                let text = older(error);
                let map = if name.starts_with('#') {
                    "ExpressionAttributeNames"
                } else {
                    "ExpressionAttributeValues"
                };
                format!("{map} contains invalid value: {text} for key {name}")
            }
        }
    }
}

/// The code and the text of a cancellation reason.
fn reason_words(reason: &Reason) -> (&'static str, Option<&str>) {
    match reason {
        Reason::None => ("None", None),
        Reason::ConditionFailed { .. } => ("ConditionalCheckFailed", Some(CONDITION_FAILED)),
        Reason::Validation(text) => ("ValidationError", Some(text)),
        Reason::Conflict => ("TransactionConflict", Some(CONFLICT)),
        Reason::Duplicate => ("DuplicateItem", Some(DUPLICATE)),
    }
}

fn push_reasons(body: &mut Vec<u8>, reasons: &[Reason]) {
    body.push(b'[');
    for (at, reason) in reasons.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        let (code, text) = reason_words(reason);
        body.extend_from_slice(b"{\"Code\":");
        write_str(body, code);
        if let Some(text) = text {
            body.extend_from_slice(b",\"Message\":");
            write_str(body, text);
        }
        if let Reason::ConditionFailed { item: Some(item) } = reason {
            body.extend_from_slice(b",\"Item\":");
            body.extend_from_slice(item);
        }
        body.push(b'}');
    }
    body.push(b']');
}

fn one(text: &str) -> String {
    format!("1 validation error detected: {text}")
}

fn envelope(violations: &[Violation]) -> String {
    let plural = if violations.len() == 1 { "" } else { "s" };
    let mut text = format!("{} validation error{plural} detected: ", violations.len());
    for (at, violation) in violations.iter().enumerate() {
        if at > 0 {
            text.push_str("; ");
        }
        text.push_str(&sentence(violation));
    }
    text
}

fn sentence(violation: &Violation) -> String {
    let Violation {
        form,
        path,
        echo,
        rule,
    } = violation;
    let rule = constraint(rule);
    match (form, echo) {
        (Form::Echoed, Some(echo)) => {
            format!("Value '{echo}' at '{path}' failed to satisfy constraint: {rule}")
        }
        (Form::Echoed, None) => {
            format!("Value null at '{path}' failed to satisfy constraint: {rule}")
        }
        (Form::Located, _) => {
            format!("Value at '{path}' failed to satisfy constraint: {rule}")
        }
        (Form::Plain, _) => format!("Failed to satisfy constraint: {rule}"),
    }
}

fn constraint(rule: &Rule) -> String {
    match rule {
        Rule::NotNull => "Member must not be null".to_owned(),
        Rule::MinLength(least) => {
            format!("Member must have length greater than or equal to {least}")
        }
        Rule::MaxLength(most) => format!("Member must have length less than or equal to {most}"),
        Rule::MinValue(least) => format!("Member must have value greater than or equal to {least}"),
        Rule::MaxValue(most) => format!("Member must have value less than or equal to {most}"),
        Rule::Pattern(pattern) => {
            format!("Member must satisfy regular expression pattern: {pattern}")
        }
        Rule::Words(words) => {
            format!("Member must satisfy enum value set: [{}]", words.join(", "))
        }
        Rule::Elements(rules) => {
            format!("Member must satisfy constraint: [{}]", constraints(rules))
        }
        Rule::Keys(rules) => format!("Map keys must satisfy constraint: [{}]", constraints(rules)),
        Rule::Values(rules) => format!(
            "Map value must satisfy constraint: [{}]",
            constraints(rules)
        ),
    }
}

fn constraints(rules: &[Rule]) -> String {
    let rules: Vec<String> = rules.iter().map(constraint).collect();
    rules.join(", ")
}

/// A value fault in the words of the current layer.
fn current(error: &ValueError) -> String {
    match error {
        ValueError::NotANumber(text) => {
            format!("The parameter cannot be converted to a numeric value: {text}")
        }
        ValueError::DuplicateInSet { kind, members } => match kind {
            SetKind::Text => invalid(&format!(
                "Input collection [{}] contains duplicates.",
                repeats_first(members, quoted_text, ", ")
            )),
            // Observed: no blank behind the commas and none in front of `of`.
            SetKind::Binary => invalid(&format!(
                "Input collection [{}]of type BS contains duplicates.",
                repeats_first(members, quoted_base64, ",")
            )),
            SetKind::Number => invalid("Input collection contains duplicates."),
        },
        other => shared(other),
    }
}

/// A value fault in the words of the older layer.
fn older(error: &ValueError) -> String {
    match error {
        ValueError::NotANumber(text) if text.is_empty() => {
            "The parameter cannot be converted to a numeric value".to_owned()
        }
        ValueError::NotANumber(text) => {
            format!("The parameter cannot be converted to a numeric value: {text}")
        }
        ValueError::DuplicateInSet { kind, members } => match kind {
            SetKind::Text => {
                let members: Vec<_> = members
                    .iter()
                    .map(|member| String::from_utf8_lossy(member))
                    .collect();
                invalid(&format!(
                    "Input collection [{}] contains duplicates.",
                    members.join(", ")
                ))
            }
            SetKind::Binary => {
                let members: Vec<_> = members
                    .iter()
                    .map(|member| STANDARD.encode(member))
                    .collect();
                invalid(&format!(
                    "Input collection [{}]of type BS contains duplicates.",
                    members.join(", ")
                ))
            }
            SetKind::Number => "Input collection contains duplicates".to_owned(),
        },
        other => shared(other),
    }
}

/// The faults that both layers word alike.
fn shared(error: &ValueError) -> String {
    match error {
        ValueError::Overflow => NUMBER_OVERFLOW.to_owned(),
        ValueError::Underflow => {
            "Number underflow. Attempting to store a number with magnitude smaller than supported range".to_owned()
        }
        ValueError::TooManyDigits => "Attempting to store more than 38 significant digits in a Number".to_owned(),
        ValueError::EmptySet(SetKind::Text) => invalid("An string set  may not be empty"),
        ValueError::EmptySet(SetKind::Number) => invalid("An number set  may not be empty"),
        ValueError::EmptySet(SetKind::Binary) => invalid("Binary sets should not be empty"),
        ValueError::NullFalse => invalid("Null attribute value types must have the value of true"),
        ValueError::NoType => {
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes".to_owned()
        }
        ValueError::ManyTypes => {
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
                .to_owned()
        }
        ValueError::TooDeep => NESTING.to_owned(),
        ValueError::EmptyName => "Empty attribute name".to_owned(),
        ValueError::LongName => {
            format!("Attribute name is too large, must be less than {} bytes", ATTRIBUTE_NAME_BYTES + 1)
        }
        ValueError::NotANumber(_) | ValueError::DuplicateInSet { .. } => current(error),
    }
}

/// The text of a condition that does not hold, alone or in a transaction.
const CONDITION_FAILED: &str = "The conditional request failed";

/// The text of a write that meets a transaction in flight, alone or in a transaction.
pub const CONFLICT: &str = "Transaction is ongoing for the item";

/// The text of an insert that meets an item of its key, alone or in a transaction.
pub const DUPLICATE: &str = "Duplicate primary key exists in table";

/// The text of a number that is too large, also of an arithmetic result that cannot be kept exactly.
pub const NUMBER_OVERFLOW: &str =
    "Number overflow. Attempting to store a number with magnitude larger than supported range";

/// The text of a document that is nested too deeply, also of an update's result.
pub const NESTING: &str = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit";

fn invalid(text: &str) -> String {
    format!("One or more parameter values were invalid: {text}")
}

/// The members of a set as the current layer lists them: in byte order up to the first repeat, then the repeat, then the
/// rest as sent.
fn repeats_first(members: &[Vec<u8>], print: fn(&[u8]) -> String, separator: &str) -> String {
    let mut seen = BTreeSet::new();
    let repeat = members
        .iter()
        .position(|member| !seen.insert(member.as_slice()));
    let rest = &members[repeat.unwrap_or(members.len())..];
    let listed = seen.into_iter().chain(rest.iter().map(Vec::as_slice));
    listed.map(print).collect::<Vec<_>>().join(separator)
}

fn quoted_text(member: &[u8]) -> String {
    let mut out = Vec::new();
    write_str(&mut out, &String::from_utf8_lossy(member));
    String::from_utf8_lossy(&out).into_owned()
}

fn quoted_base64(member: &[u8]) -> String {
    format!("\"{}\"", STANDARD.encode(member))
}

#[cfg(test)]
mod tests;
