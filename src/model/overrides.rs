//! Where the service was observed to differ from its public model.
//!
//! Rows only: how a broken constraint of a member is told, the order in which members are told, the order of allowed words,
//! limits that the model leaves open.
//! Everything not listed here follows the model and the older form. Every row names the fixture that proves it.

use super::echo::Notation;
use crate::error::{Form, Rule};

/// How a broken constraint of one member is told.
#[derive(Debug)]
pub struct Override {
    /// The operations it holds for.
    pub operations: &'static [&'static str],
    /// The member: names joined by dots, elements and entries left out.
    pub member: &'static str,
    /// The constraint.
    pub on: On,
    /// The form.
    pub form: Form,
    /// The words to list instead of the model's.
    pub words: Option<&'static [&'static str]>,
    /// How the value is repeated.
    pub notation: Notation,
    /// What it does to others.
    pub standing: Standing,
    /// A sentence of its own, told without envelope.
    pub sentence: Option<&'static str>,
    /// The fixture that proves it.
    pub proof: &'static str,
}

/// The kind of constraint that a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The member is missing.
    NotNull,
    /// It is empty where one character, element or entry is asked for.
    Empty,
    /// Too small.
    Min,
    /// Too long, or too large.
    Max,
    /// Not one of the words.
    Words,
    /// A map's keys.
    Keys,
    /// A map's values.
    Values,
}

/// How a violation stands beside others of the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Told with them.
    Together,
    /// Told instead of them.
    Alone,
    /// Told instead of them and without the envelope.
    Bare,
    /// Told only when there are no others.
    Last,
}

/// The order in which an operation's members are told; members not named follow in the model's order.
#[derive(Debug)]
pub struct Ranking {
    /// The operations it holds for.
    pub operations: &'static [&'static str],
    /// Members, first to last.
    pub members: &'static [&'static str],
    /// The fixture that proves it.
    pub proof: &'static str,
}

/// The order in which the service lists the words of a member.
#[derive(Debug)]
pub struct Wording {
    /// The member's name, wherever it stands.
    pub member: &'static str,
    /// Its words.
    pub words: &'static [&'static str],
    /// The fixture that proves it.
    pub proof: &'static str,
}

/// A most that the model leaves open.
#[derive(Debug)]
pub struct Bound {
    /// The operations it holds for.
    pub operations: &'static [&'static str],
    /// The member: names joined by dots, elements and entries left out.
    pub member: &'static str,
    /// Most elements, or the largest number.
    pub max: u32,
    /// The fixture that proves it.
    pub proof: &'static str,
}

/// Operations that read a request in the older layer when a required member is missing or the body is very deep.
pub const FALLING_BACK: &[&str] = &["PutItem", "UpdateItem", "DeleteItem"];

/// Levels of JSON up to which those operations read a request in the current layer.
// Observed: fixtures/conformance/put_item/deep_requests.json (values nested 62 and 63 deep)
pub const CURRENT_DEPTH: u16 = 127;

const WRITES: &[&str] = FALLING_BACK;
const READS: &[&str] = &["GetItem", "Query"];
const TABLES: &[&str] = &[
    "CreateTable",
    "DescribeTable",
    "UpdateTable",
    "DeleteTable",
    "UpdateTimeToLive",
    "DescribeTimeToLive",
];

/// What most rows have.
const PLAIN: Override = Override {
    operations: &[],
    member: "",
    on: On::Words,
    form: Form::Echoed,
    words: None,
    notation: Notation::Record,
    standing: Standing::Together,
    sentence: None,
    proof: "",
};

/// How single members are told.
pub static OVERRIDES: &[Override] = &[
    Override {
        operations: TABLES,
        member: "TableName",
        on: On::NotNull,
        standing: Standing::Bare,
        sentence: Some("The parameter 'TableName' is required but was not present in the request"),
        proof: "fixtures/conformance/create_table/table_name.json",
        ..PLAIN
    },
    Override {
        operations: WRITES,
        member: "TableName",
        on: On::Empty,
        form: Form::Located,
        standing: Standing::Alone,
        proof: "fixtures/conformance/put_item/table_name.json",
        ..PLAIN
    },
    Override {
        operations: READS,
        member: "TableName",
        on: On::Empty,
        form: Form::Located,
        proof: "fixtures/conformance/get_item/table_name.json",
        ..PLAIN
    },
    Override {
        operations: &["PutItem", "DeleteItem"],
        member: "ReturnValues",
        form: Form::Plain,
        words: Some(NEWER_RETURN_VALUES),
        proof: "fixtures/conformance/put_item/enums.json",
        ..PLAIN
    },
    Override {
        operations: &["UpdateItem"],
        member: "ReturnValues",
        form: Form::Plain,
        words: Some(NEWER_RETURN_VALUES),
        standing: Standing::Alone,
        proof: "fixtures/conformance/update_item/enums.json",
        ..PLAIN
    },
    Override {
        operations: WRITES,
        member: "ConditionalOperator",
        form: Form::Plain,
        words: Some(NEWER_OPERATORS),
        proof: "fixtures/conformance/put_item/enums.json",
        ..PLAIN
    },
    Override {
        operations: &["Query"],
        member: "ConditionalOperator",
        form: Form::Plain,
        words: Some(NEWER_OPERATORS),
        standing: Standing::Bare,
        proof: "fixtures/conformance/query/enums.json",
        ..PLAIN
    },
    Override {
        operations: &["Query"],
        member: "Limit",
        on: On::Min,
        form: Form::Located,
        proof: "fixtures/conformance/query/limit.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchGetItem"],
        member: "RequestItems",
        on: On::Empty,
        form: Form::Located,
        proof: "fixtures/conformance/batch_get_item/request_items.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchGetItem"],
        member: "RequestItems",
        on: On::Keys,
        notation: Notation::Compact,
        proof: "fixtures/conformance/batch_get_item/request_items.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchGetItem"],
        member: "RequestItems.Keys",
        on: On::Empty,
        form: Form::Located,
        proof: "fixtures/conformance/batch_get_item/request_items.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchGetItem"],
        member: "RequestItems.Keys",
        on: On::Max,
        form: Form::Located,
        proof: "fixtures/conformance/batch_get_item/request_items.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchWriteItem"],
        member: "RequestItems",
        on: On::Empty,
        standing: Standing::Last,
        sentence: Some("The requestItems parameter is required for BatchWriteItem"),
        proof: "fixtures/conformance/batch_write_item/request_items.json",
        ..PLAIN
    },
    Override {
        operations: &["BatchWriteItem"],
        member: "RequestItems",
        on: On::Keys,
        standing: Standing::Last,
        proof: "fixtures/conformance/batch_write_item/request_items.json",
        ..PLAIN
    },
];

const NEWER_RETURN_VALUES: &[&str] = &["ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATE_NEW", "NONE"];
const NEWER_OPERATORS: &[&str] = &["ALL", "OR"];

/// The order in which members are told.
pub static RANKINGS: &[Ranking] = &[
    Ranking {
        operations: &["PutItem", "UpdateItem", "DeleteItem"],
        members: &[
            "ReturnConsumedCapacity",
            "TableName",
            "ReturnValues",
            "ReturnItemCollectionMetrics",
            "ConditionalOperator",
            "Key",
            "Item",
        ],
        proof: "fixtures/conformance/update_item/missing_key.json",
    },
    Ranking {
        operations: &["GetItem", "Query", "Scan"],
        members: &["ReturnConsumedCapacity", "TableName"],
        proof: "fixtures/conformance/get_item/aggregation.json",
    },
    Ranking {
        operations: &["BatchGetItem"],
        members: &["RequestItems", "ReturnConsumedCapacity"],
        proof: "fixtures/conformance/batch_get_item/request_items.json",
    },
    Ranking {
        operations: &["BatchWriteItem", "TransactWriteItems", "TransactGetItems"],
        members: &[
            "ClientRequestToken",
            "ReturnConsumedCapacity",
            "ReturnItemCollectionMetrics",
        ],
        proof: "fixtures/conformance/batch_write_item/enums.json",
    },
    Ranking {
        operations: &["CreateTable"],
        members: &[
            "AttributeDefinitions",
            "TableName",
            "KeySchema",
            "GlobalSecondaryIndexes",
            "LocalSecondaryIndexes",
        ],
        proof: "fixtures/conformance/create_table/indexes.json",
    },
];

/// The order of allowed words where it is not the model's.
pub static WORDINGS: &[Wording] = &[
    Wording {
        member: "ReturnValues",
        words: &["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"],
        proof: "fixtures/conformance/update_item/missing_key.json",
    },
    Wording {
        member: "ConditionalOperator",
        words: &["OR", "AND"],
        proof: "fixtures/conformance/scan/enums.json",
    },
    Wording {
        member: "Select",
        words: &[
            "SPECIFIC_ATTRIBUTES",
            "COUNT",
            "ALL_ATTRIBUTES",
            "ALL_PROJECTED_ATTRIBUTES",
        ],
        proof: "fixtures/conformance/query/enums.json",
    },
    Wording {
        member: "AttributeType",
        words: &["B", "N", "S"],
        proof: "fixtures/conformance/create_table/enums.json",
    },
    Wording {
        member: "ProjectionType",
        words: &["ALL", "INCLUDE", "KEYS_ONLY"],
        proof: "fixtures/conformance/create_table/enums.json",
    },
    Wording {
        member: "ComparisonOperator",
        words: &[
            "IN",
            "NULL",
            "BETWEEN",
            "LT",
            "NOT_CONTAINS",
            "EQ",
            "GT",
            "NOT_NULL",
            "NE",
            "LE",
            "BEGINS_WITH",
            "GE",
            "CONTAINS",
        ],
        proof: "fixtures/conformance/scan/enums.json",
    },
];

/// Limits that the model leaves open because its shapes are shared.
pub static BOUNDS: &[Bound] = &[
    Bound {
        operations: &["CreateTable"],
        member: "KeySchema",
        max: 2,
        proof: "fixtures/conformance/create_table/key_schema.json",
    },
    Bound {
        operations: &["CreateTable"],
        member: "LocalSecondaryIndexes.KeySchema",
        max: 2,
        proof: "fixtures/conformance/create_table/key_schema.json",
    },
    Bound {
        operations: &["ListStreams", "DescribeStream"],
        member: "Limit",
        max: 100,
        proof: "fixtures/conformance/list_streams/limit.json",
    },
    Bound {
        operations: &["GetRecords"],
        member: "Limit",
        max: 1000,
        proof: "fixtures/conformance/get_records/limit.json",
    },
];

/// The most that a member may hold, unless the model's own is smaller.
pub(super) fn most(operation: &str, is_member: impl Fn(&str) -> bool) -> Option<u32> {
    let mut rows = BOUNDS
        .iter()
        .filter(|row| row.operations.contains(&operation));
    rows.find(|row| is_member(row.member)).map(|row| row.max)
}

/// The row for a broken constraint, if there is one.
pub(super) fn row(
    operation: &str,
    rule: &Rule,
    is_member: impl Fn(&str) -> bool,
) -> Option<&'static Override> {
    let on = match rule {
        Rule::NotNull => On::NotNull,
        Rule::MinLength(1) => On::Empty,
        Rule::MinValue(_) => On::Min,
        Rule::MaxLength(_) | Rule::MaxValue(_) => On::Max,
        Rule::Words(_) => On::Words,
        Rule::Keys(_) => On::Keys,
        Rule::Values(_) => On::Values,
        Rule::MinLength(_) | Rule::Pattern(_) | Rule::Elements(_) => return None,
    };
    OVERRIDES
        .iter()
        .find(|row| row.on == on && row.operations.contains(&operation) && is_member(row.member))
}

/// The members of an operation that are told first.
pub(super) fn ranking(operation: &str) -> &'static [&'static str] {
    let found = RANKINGS
        .iter()
        .find(|row| row.operations.contains(&operation));
    found.map_or(&[], |row| row.members)
}

/// The words of a member in the order the service lists them.
pub(super) fn words(member: &str, model: &'static [&'static str]) -> &'static [&'static str] {
    let found = WORDINGS
        .iter()
        .find(|row| row.member == member && row.words.len() == model.len());
    found.map_or(model, |row| row.words)
}
