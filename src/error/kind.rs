//! One row per exception: its wire name, its namespace, its HTTP status and how it spells the message member.
//!
//! Owns the mapping only; texts are made by those who raise the exception. Invariant: no row has a success status, so an
//! error reply cannot be built from one.

/// The namespace in front of an exception's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Request validation.
    Validate,
    /// The service framework: parsing, signing, dispatch.
    Service,
    /// Throttling by the framework.
    Availability,
    /// Exceptions of the service's own model.
    Dynamo,
}

impl Namespace {
    /// The text up to and including the `#`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Validate => "com.amazon.coral.validate#",
            Self::Service => "com.amazon.coral.service#",
            Self::Availability => "com.amazon.coral.availability#",
            Self::Dynamo => "com.amazonaws.dynamodb.v20120810#",
        }
    }
}

/// An exception of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request breaks a rule of the service.
    Validation,
    /// The body is not JSON of the right types.
    Serialization,
    /// No such operation.
    UnknownOperation,
    /// The request is not signed.
    MissingAuthenticationToken,
    /// The signature lacks a part.
    IncompleteSignature,
    /// The signature is wrong.
    InvalidSignature,
    /// The access key is unknown.
    UnrecognizedClient,
    /// The caller may not do this.
    AccessDenied,
    /// Too many requests.
    Throttling,
    /// A failure of the framework.
    InternalFailure,
    /// The service is not available.
    ServiceUnavailable,
    /// A failure inside the service.
    InternalServerError,
    /// The backup is being created or deleted.
    BackupInUse,
    /// No such backup.
    BackupNotFound,
    /// The condition does not hold.
    ConditionalCheckFailed,
    /// Continuous backups are not ready.
    ContinuousBackupsUnavailable,
    /// An item with this key exists.
    DuplicateItem,
    /// Another export uses the token.
    ExportConflict,
    /// No such export.
    ExportNotFound,
    /// The global table exists.
    GlobalTableAlreadyExists,
    /// No such global table.
    GlobalTableNotFound,
    /// The token was used with another payload.
    IdempotentParameterMismatch,
    /// Another import uses the token.
    ImportConflict,
    /// No such import.
    ImportNotFound,
    /// No such index.
    IndexNotFound,
    /// The export time is out of the window.
    InvalidExportTime,
    /// The restore time is out of the window.
    InvalidRestoreTime,
    /// An item collection is too large.
    ItemCollectionSizeLimitExceeded,
    /// Too many control operations at once.
    LimitExceeded,
    /// Point-in-time recovery is off.
    PointInTimeRecoveryUnavailable,
    /// No such resource policy.
    PolicyNotFound,
    /// The provisioned throughput is used up.
    ProvisionedThroughputExceeded,
    /// The replica exists.
    ReplicaAlreadyExists,
    /// No such replica.
    ReplicaNotFound,
    /// A write in another region was first.
    ReplicatedWriteConflict,
    /// The account sends too many requests.
    RequestLimitExceeded,
    /// The resource exists or is changing.
    ResourceInUse,
    /// No such table, index or stream.
    ResourceNotFound,
    /// The target table exists.
    TableAlreadyExists,
    /// The table is changing.
    TableInUse,
    /// No such table (backups).
    TableNotFound,
    /// A transaction was canceled.
    TransactionCanceled,
    /// Another transaction holds the item.
    TransactionConflict,
    /// The transaction is still running.
    TransactionInProgress,
    /// The shard iterator is too old.
    ExpiredIterator,
    /// The records are no longer kept.
    TrimmedDataAccess,
}

struct Row {
    name: &'static str,
    namespace: Namespace,
    status: u16,
    message_member: &'static str,
}

const fn row(
    name: &'static str,
    namespace: Namespace,
    status: u16,
    message_member: &'static str,
) -> Row {
    Row {
        name,
        namespace,
        status,
        message_member,
    }
}

impl Kind {
    /// Every exception.
    pub const ALL: &[Kind] = &[
        Kind::Validation,
        Kind::Serialization,
        Kind::UnknownOperation,
        Kind::MissingAuthenticationToken,
        Kind::IncompleteSignature,
        Kind::InvalidSignature,
        Kind::UnrecognizedClient,
        Kind::AccessDenied,
        Kind::Throttling,
        Kind::InternalFailure,
        Kind::ServiceUnavailable,
        Kind::InternalServerError,
        Kind::BackupInUse,
        Kind::BackupNotFound,
        Kind::ConditionalCheckFailed,
        Kind::ContinuousBackupsUnavailable,
        Kind::DuplicateItem,
        Kind::ExportConflict,
        Kind::ExportNotFound,
        Kind::GlobalTableAlreadyExists,
        Kind::GlobalTableNotFound,
        Kind::IdempotentParameterMismatch,
        Kind::ImportConflict,
        Kind::ImportNotFound,
        Kind::IndexNotFound,
        Kind::InvalidExportTime,
        Kind::InvalidRestoreTime,
        Kind::ItemCollectionSizeLimitExceeded,
        Kind::LimitExceeded,
        Kind::PointInTimeRecoveryUnavailable,
        Kind::PolicyNotFound,
        Kind::ProvisionedThroughputExceeded,
        Kind::ReplicaAlreadyExists,
        Kind::ReplicaNotFound,
        Kind::ReplicatedWriteConflict,
        Kind::RequestLimitExceeded,
        Kind::ResourceInUse,
        Kind::ResourceNotFound,
        Kind::TableAlreadyExists,
        Kind::TableInUse,
        Kind::TableNotFound,
        Kind::TransactionCanceled,
        Kind::TransactionConflict,
        Kind::TransactionInProgress,
        Kind::ExpiredIterator,
        Kind::TrimmedDataAccess,
    ];

    const fn row(self) -> Row {
        use Namespace::{Availability, Dynamo, Service, Validate};
        match self {
            Self::Validation => row("ValidationException", Validate, 400, "message"),
            Self::Serialization => row("SerializationException", Service, 400, "Message"),
            Self::UnknownOperation => row("UnknownOperationException", Service, 400, "message"),
            Self::MissingAuthenticationToken => row(
                "MissingAuthenticationTokenException",
                Service,
                400,
                "message",
            ),
            Self::IncompleteSignature => {
                row("IncompleteSignatureException", Service, 400, "message")
            }
            Self::InvalidSignature => row("InvalidSignatureException", Service, 400, "message"),
            Self::UnrecognizedClient => row("UnrecognizedClientException", Service, 400, "message"),
            Self::AccessDenied => row("AccessDeniedException", Service, 400, "message"),
            Self::Throttling => row("ThrottlingException", Availability, 400, "message"),
            Self::InternalFailure => row("InternalFailure", Service, 500, "message"),
            Self::ServiceUnavailable => row("ServiceUnavailable", Service, 503, "message"),
            Self::InternalServerError => row("InternalServerError", Dynamo, 500, "message"),
            Self::BackupInUse => row("BackupInUseException", Dynamo, 400, "message"),
            Self::BackupNotFound => row("BackupNotFoundException", Dynamo, 400, "message"),
            Self::ConditionalCheckFailed => {
                row("ConditionalCheckFailedException", Dynamo, 400, "message")
            }
            Self::ContinuousBackupsUnavailable => row(
                "ContinuousBackupsUnavailableException",
                Dynamo,
                400,
                "message",
            ),
            Self::DuplicateItem => row("DuplicateItemException", Dynamo, 400, "message"),
            Self::ExportConflict => row("ExportConflictException", Dynamo, 400, "message"),
            Self::ExportNotFound => row("ExportNotFoundException", Dynamo, 400, "message"),
            Self::GlobalTableAlreadyExists => {
                row("GlobalTableAlreadyExistsException", Dynamo, 400, "message")
            }
            Self::GlobalTableNotFound => {
                row("GlobalTableNotFoundException", Dynamo, 400, "message")
            }
            Self::IdempotentParameterMismatch => row(
                "IdempotentParameterMismatchException",
                Dynamo,
                400,
                "Message",
            ),
            Self::ImportConflict => row("ImportConflictException", Dynamo, 400, "message"),
            Self::ImportNotFound => row("ImportNotFoundException", Dynamo, 400, "message"),
            Self::IndexNotFound => row("IndexNotFoundException", Dynamo, 400, "message"),
            Self::InvalidExportTime => row("InvalidExportTimeException", Dynamo, 400, "message"),
            Self::InvalidRestoreTime => row("InvalidRestoreTimeException", Dynamo, 400, "message"),
            Self::ItemCollectionSizeLimitExceeded => row(
                "ItemCollectionSizeLimitExceededException",
                Dynamo,
                400,
                "message",
            ),
            Self::LimitExceeded => row("LimitExceededException", Dynamo, 400, "message"),
            Self::PointInTimeRecoveryUnavailable => row(
                "PointInTimeRecoveryUnavailableException",
                Dynamo,
                400,
                "message",
            ),
            Self::PolicyNotFound => row("PolicyNotFoundException", Dynamo, 400, "message"),
            Self::ProvisionedThroughputExceeded => row(
                "ProvisionedThroughputExceededException",
                Dynamo,
                400,
                "message",
            ),
            Self::ReplicaAlreadyExists => {
                row("ReplicaAlreadyExistsException", Dynamo, 400, "message")
            }
            Self::ReplicaNotFound => row("ReplicaNotFoundException", Dynamo, 400, "message"),
            Self::ReplicatedWriteConflict => {
                row("ReplicatedWriteConflictException", Dynamo, 400, "message")
            }
            Self::RequestLimitExceeded => row("RequestLimitExceeded", Dynamo, 400, "message"),
            Self::ResourceInUse => row("ResourceInUseException", Dynamo, 400, "message"),
            Self::ResourceNotFound => row("ResourceNotFoundException", Dynamo, 400, "message"),
            Self::TableAlreadyExists => row("TableAlreadyExistsException", Dynamo, 400, "message"),
            Self::TableInUse => row("TableInUseException", Dynamo, 400, "message"),
            Self::TableNotFound => row("TableNotFoundException", Dynamo, 400, "message"),
            Self::TransactionCanceled => {
                row("TransactionCanceledException", Dynamo, 400, "Message")
            }
            Self::TransactionConflict => {
                row("TransactionConflictException", Dynamo, 400, "message")
            }
            Self::TransactionInProgress => {
                row("TransactionInProgressException", Dynamo, 400, "Message")
            }
            Self::ExpiredIterator => row("ExpiredIteratorException", Dynamo, 400, "message"),
            Self::TrimmedDataAccess => row("TrimmedDataAccessException", Dynamo, 400, "message"),
        }
    }

    /// The name on the wire, without its namespace.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The namespace of the name.
    pub const fn namespace(self) -> Namespace {
        self.row().namespace
    }

    /// The HTTP status; never a success.
    pub const fn status(self) -> u16 {
        self.row().status
    }

    /// How this exception spells the member that holds its text.
    pub const fn message_member(self) -> &'static str {
        self.row().message_member
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use std::collections::HashSet;

    #[test]
    fn rows_are_unique_and_no_status_is_a_success() {
        let names: HashSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        assert!(
            Kind::ALL
                .iter()
                .all(|kind| (400..600).contains(&kind.status()))
        );
    }
}
