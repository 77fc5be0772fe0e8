//! What is wrong with a request, structured; the wording is added at the end by `voice`.
//!
//! Owns the list of causes and short ways to build them. A fault is one boxed pointer, so `Result<T, Fault>` stays small.
//! Invariant: details of storage failures are logged here once and never reach a client.

use super::kind::Kind;
use super::reason::Reason;
use super::value::ValueError;
use super::violation::Violation;
use crate::expr::{ExprError, UpdateError};
use crate::partiql::PartiqlError;
use crate::storage::error::StoreError;

/// A refusal of a request.
#[derive(Debug)]
pub struct Fault(Box<Cause>);

/// Why a request is refused.
#[derive(Debug)]
pub enum Cause {
    /// The target names no operation.
    UnknownOperation,
    /// The body is not JSON (`None`) or a member has the wrong JSON type (its text).
    Serialization(Option<String>),
    /// Members break their constraints: at most ten, in the order they are told.
    Constraints(Vec<Violation>),
    /// One broken constraint that is told without the envelope.
    Lone(Violation),
    /// Parameters that do not go together; enveloped where the voice says so.
    Parameter(String),
    /// A `Select` that does not fit its projection or index; Query envelopes it, Scan does not.
    Selection(String),
    /// A malformed attribute value.
    Value {
        /// What is wrong with it.
        error: ValueError,
        /// The placeholder, when it is the entry of one.
        of: Option<String>,
    },
    /// A malformed expression.
    Expression(ExprError),
    /// A key, schema or run-time problem: a validation error that is never enveloped.
    Schema(String),
    /// Any other exception of the service.
    Service {
        /// Which exception.
        kind: Kind,
        /// Its text.
        message: String,
    },
    /// The condition of a write does not hold.
    ConditionFailed {
        /// The JSON of the item, when the request asks for it and there is one.
        item: Option<Vec<u8>>,
    },
    /// A transaction was canceled: a reason for each of its actions, in their order.
    TransactionCanceled(Vec<Reason>),
    /// A failure that is not the client's; the text is for the log only.
    Internal(String),
}

impl Fault {
    /// Why the request is refused.
    pub fn cause(&self) -> &Cause {
        &self.0
    }

    /// The cause, by value.
    pub fn into_cause(self) -> Cause {
        *self.0
    }

    /// The target names no operation.
    pub fn unknown_operation() -> Self {
        Cause::UnknownOperation.into()
    }

    /// The body is not well-formed JSON.
    pub fn syntax() -> Self {
        Cause::Serialization(None).into()
    }

    /// A member has the wrong JSON type.
    pub fn serialization(text: impl Into<String>) -> Self {
        Cause::Serialization(Some(text.into())).into()
    }

    /// Members break their constraints.
    pub fn constraints(violations: Vec<Violation>) -> Self {
        Cause::Constraints(violations).into()
    }

    /// One broken constraint, told without the envelope.
    pub fn lone(violation: Violation) -> Self {
        Cause::Lone(violation).into()
    }

    /// Parameters that do not go together.
    pub fn parameter(text: impl Into<String>) -> Self {
        Cause::Parameter(text.into()).into()
    }

    /// A `Select` that does not fit its projection or index.
    pub fn selection(text: impl Into<String>) -> Self {
        Cause::Selection(text.into()).into()
    }

    /// A malformed attribute value.
    pub fn value(error: ValueError) -> Self {
        Cause::Value { error, of: None }.into()
    }

    /// A malformed entry of `ExpressionAttributeValues` or `ExpressionAttributeNames`; `placeholder` is its key, with the
    /// `:` or `#`.
    pub fn value_of(error: ValueError, placeholder: impl Into<String>) -> Self {
        let of = Some(placeholder.into());
        Cause::Value { error, of }.into()
    }

    /// A key, schema or run-time validation error.
    pub fn schema(text: impl Into<String>) -> Self {
        Cause::Schema(text.into()).into()
    }

    /// Any other exception of the service.
    pub fn service(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Cause::Service { kind, message }.into()
    }

    /// `ResourceNotFoundException`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::service(Kind::ResourceNotFound, message)
    }

    /// `ResourceInUseException`.
    pub fn in_use(message: impl Into<String>) -> Self {
        Self::service(Kind::ResourceInUse, message)
    }

    /// The condition of a write does not hold; `item` is the JSON to hand back.
    pub fn condition_failed(item: Option<Vec<u8>>) -> Self {
        Cause::ConditionFailed { item }.into()
    }

    /// A transaction was canceled; there is a reason for each of its actions.
    pub fn transaction_canceled(reasons: Vec<Reason>) -> Self {
        Cause::TransactionCanceled(reasons).into()
    }

    /// An insert meets an item of its key.
    pub fn duplicate_item() -> Self {
        Self::service(Kind::DuplicateItem, super::voice::DUPLICATE)
    }

    /// A write meets a transaction in flight on its item.
    pub fn transaction_conflict() -> Self {
        Self::service(Kind::TransactionConflict, super::voice::CONFLICT)
    }

    /// A failure that is not the client's: logged here, told without detail.
    pub fn internal(detail: impl Into<String>) -> Self {
        let detail = detail.into();
        tracing::error!(%detail, "internal error");
        Cause::Internal(detail).into()
    }
}

impl From<Cause> for Fault {
    fn from(cause: Cause) -> Self {
        Self(Box::new(cause))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<ExprError> for Fault {
    fn from(error: ExprError) -> Self {
        Cause::Expression(error).into()
    }
}

impl From<PartiqlError> for Fault {
    fn from(error: PartiqlError) -> Self {
        Self::schema(error.to_string())
    }
}

impl From<UpdateError> for Fault {
    fn from(error: UpdateError) -> Self {
        Self::schema(error.to_string())
    }
}
