//! Random requests: one function per operation, then a chance to be disturbed into a nearly valid one.
//!
//! Every request says how its answers can be compared: the order of items is only told by the service where a sort key
//! tells it.

use serde_json::{Map, Value, json};

use crate::clauses::{Clauses, Place, legacy_condition, legacy_conditions};
use crate::dice::Dice;
use crate::disturb::disturb;
use crate::tables::{ATTRIBUTES, Index, MISSING, Scope, TABLES, Table, attribute_value, key_value};

/// A request and what can be said of its answers.
pub(crate) struct Request {
    /// The operation.
    pub(crate) operation: &'static str,
    /// Its body.
    pub(crate) body: Value,
    /// What of a success is compared.
    pub(crate) compare: Compare,
    /// Whether it may write.
    pub(crate) purpose: Purpose,
}

/// Whether a request may write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

/// What of two successes has to agree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// Everything.
    Whole,
    /// Everything but the order of items.
    Unordered,
    /// Nothing: which items come back is not defined.
    Outcome,
}

type Body = Map<String, Value>;

/// A request of any kind.
pub(crate) fn request(dice: &mut Dice) -> Request {
    let table = &TABLES[dice.below(TABLES.len())];
    let mut body = Body::new();
    let name = if dice.chance(1) { MISSING } else { table.name };
    body.insert("TableName".to_owned(), name.into());
    let (operation, compare, purpose) = match dice.below(20) {
        0..=3 => ("PutItem", Compare::Whole, Purpose::Write),
        4..=7 => ("UpdateItem", Compare::Whole, Purpose::Write),
        8 => ("DeleteItem", Compare::Whole, Purpose::Write),
        9 | 10 => ("GetItem", Compare::Whole, Purpose::Read),
        11..=13 => ("Query", Compare::Whole, Purpose::Read),
        14 | 15 => ("Scan", Compare::Unordered, Purpose::Read),
        16 => ("BatchGetItem", Compare::Unordered, Purpose::Read),
        17 => ("BatchWriteItem", Compare::Whole, Purpose::Write),
        18 => ("TransactWriteItems", Compare::Whole, Purpose::Write),
        _ => ("TransactGetItems", Compare::Whole, Purpose::Read),
    };
    let compare = match operation {
        "PutItem" | "UpdateItem" | "DeleteItem" => {
            write(operation, table, &mut body, dice);
            compare
        }
        "GetItem" => {
            body.insert("Key".to_owned(), table.key(dice).into());
            projection(&mut body, dice);
            compare
        }
        "Query" => query(table, &mut body, dice),
        "Scan" => scan(table, &mut body, dice),
        _ => {
            body = several(operation, table, dice);
            compare
        }
    };
    if dice.chance(20) && !operation.starts_with("Transact") {
        let word = dice.pick(&["TOTAL", "INDEXES", "NONE"]);
        body.insert("ReturnConsumedCapacity".to_owned(), word.into());
    }
    if dice.chance(18) {
        disturb(operation, &mut body, dice);
    }
    Request {
        operation,
        body: body.into(),
        compare,
        purpose,
    }
}

fn write(operation: &str, table: &Table, body: &mut Body, dice: &mut Dice) {
    if operation == "PutItem" {
        body.insert("Item".to_owned(), table.item(dice).into());
    } else {
        body.insert("Key".to_owned(), table.key(dice).into());
    }
    if dice.chance(60) {
        let word = match operation {
            "UpdateItem" => dice.pick(&[
                "ALL_OLD",
                "ALL_NEW",
                "UPDATED_OLD",
                "UPDATED_NEW",
                "UPDATED_NEW",
                "NONE",
            ]),
            _ => dice.pick(&["ALL_OLD", "NONE"]),
        };
        body.insert("ReturnValues".to_owned(), word.into());
    }
    if dice.chance(25) {
        legacy_write(operation, body, dice);
        return;
    }
    let mut clauses = Clauses::default();
    if operation == "UpdateItem" && dice.chance(96) {
        body.insert("UpdateExpression".to_owned(), clauses.update(dice).into());
    }
    if dice.chance(30) {
        let condition = clauses.condition(1, dice);
        body.insert("ConditionExpression".to_owned(), condition.into());
        if dice.chance(40) {
            let member = "ReturnValuesOnConditionCheckFailure".to_owned();
            body.insert(member, "ALL_OLD".into());
        }
    }
    clauses.finish(body, dice);
}

fn legacy_write(operation: &str, body: &mut Body, dice: &mut Dice) {
    if operation == "UpdateItem" {
        let updates: Body = (0..=dice.below(2))
            .map(|_| {
                let name = dice.pick(ATTRIBUTES).0;
                let mut update = Body::new();
                if dice.chance(85) {
                    update.insert("Value".to_owned(), attribute_value(name, dice));
                }
                if dice.chance(75) {
                    let action = dice.pick(&["PUT", "ADD", "DELETE"]);
                    update.insert("Action".to_owned(), action.into());
                }
                (name.to_owned(), update.into())
            })
            .collect();
        body.insert("AttributeUpdates".to_owned(), updates.into());
    }
    if dice.chance(50) {
        let expected = legacy_conditions(Place::Expected, dice);
        body.insert("Expected".to_owned(), expected.into());
    }
    conditional_operator(body, dice);
}

fn conditional_operator(body: &mut Body, dice: &mut Dice) {
    if dice.chance(15) {
        let word = dice.pick(&["AND", "OR"]);
        body.insert("ConditionalOperator".to_owned(), word.into());
    }
}

fn projection(body: &mut Body, dice: &mut Dice) {
    if dice.chance(50) {
        body.insert("ConsistentRead".to_owned(), true.into());
    }
    match dice.below(6) {
        0 | 1 => {
            let mut clauses = Clauses::default();
            let text = clauses.projection(dice);
            body.insert("ProjectionExpression".to_owned(), text.into());
            clauses.finish(body, dice);
        }
        2 => attributes_to_get(body, dice),
        _ => {}
    }
}

fn attributes_to_get(body: &mut Body, dice: &mut Dice) {
    let names: Vec<&str> = (0..=dice.below(2))
        .map(|_| dice.pick(ATTRIBUTES).0)
        .collect();
    body.insert("AttributesToGet".to_owned(), json!(names));
}

/// An index of the table, if it has any and one is wanted; now and then a name that none has.
fn use_index<'t>(table: &'t Table, body: &mut Body, dice: &mut Dice) -> Option<&'t Index> {
    if dice.chance(1) {
        body.insert("IndexName".to_owned(), "no.such".into());
    } else if !table.indexes.is_empty() && dice.chance(50) {
        let index = &table.indexes[dice.below(table.indexes.len())];
        body.insert("IndexName".to_owned(), index.name.into());
        return Some(index);
    }
    None
}

/// Members that Query and Scan share: what to return.
fn selection(index: Option<&Index>, body: &mut Body, clauses: &mut Clauses, dice: &mut Dice) {
    if dice.chance(if index.is_some_and(|index| index.scope == Scope::Global) {
        3
    } else {
        40
    }) {
        body.insert("ConsistentRead".to_owned(), true.into());
    }
    if dice.chance(20) {
        let text = clauses.projection(dice);
        body.insert("ProjectionExpression".to_owned(), text.into());
    }
    if dice.chance(15) {
        let word = dice.pick(&[
            "ALL_ATTRIBUTES",
            "COUNT",
            "COUNT",
            "ALL_PROJECTED_ATTRIBUTES",
            "SPECIFIC_ATTRIBUTES",
        ]);
        body.insert("Select".to_owned(), word.into());
    }
}

fn query(table: &Table, body: &mut Body, dice: &mut Dice) -> Compare {
    let index = use_index(table, body, dice);
    let (hash, range) = index.map_or((table.hash, table.range), |index| (index.hash, index.range));
    let limited = dice.chance(25);
    if limited {
        body.insert("Limit".to_owned(), (1 + dice.below(3)).into());
    }
    if dice.chance(30) {
        body.insert("ScanIndexForward".to_owned(), dice.chance(30).into());
    }
    if dice.chance(20) {
        let mut conditions = Body::new();
        let wanted =
            json!({"ComparisonOperator": "EQ", "AttributeValueList": [key_value(hash, dice)]});
        conditions.insert(hash.to_owned(), wanted);
        if let Some(range) = range.filter(|_| dice.chance(60)) {
            let condition = legacy_condition(range, Place::Filter, dice);
            conditions.insert(range.to_owned(), condition);
        }
        body.insert("KeyConditions".to_owned(), conditions.into());
        if dice.chance(30) {
            let filter = legacy_conditions(Place::Filter, dice);
            body.insert("QueryFilter".to_owned(), filter.into());
        }
        if dice.chance(15) {
            attributes_to_get(body, dice);
        }
        conditional_operator(body, dice);
    } else {
        let mut clauses = Clauses::default();
        let condition = clauses.key_condition(table, index, dice);
        body.insert("KeyConditionExpression".to_owned(), condition.into());
        if dice.chance(30) {
            let filter = clauses.condition(1, dice);
            body.insert("FilterExpression".to_owned(), filter.into());
        }
        selection(index, body, &mut clauses, dice);
        clauses.finish(body, dice);
    }
    // Items with equal keys of an index come in no defined order.
    match (index, limited) {
        (None, _) => Compare::Whole,
        (Some(_), false) => Compare::Unordered,
        (Some(_), true) => Compare::Outcome,
    }
}

fn scan(table: &Table, body: &mut Body, dice: &mut Dice) -> Compare {
    let index = use_index(table, body, dice);
    let mut clauses = Clauses::default();
    if dice.chance(15) {
        let filter = legacy_conditions(Place::Filter, dice);
        body.insert("ScanFilter".to_owned(), filter.into());
        conditional_operator(body, dice);
    } else {
        if dice.chance(60) {
            let filter = clauses.condition(2, dice);
            body.insert("FilterExpression".to_owned(), filter.into());
        }
        selection(index, body, &mut clauses, dice);
    }
    clauses.finish(body, dice);
    if !dice.chance(15) {
        return Compare::Unordered;
    }
    if dice.chance(50) {
        body.insert("Limit".to_owned(), (1 + dice.below(3)).into());
    }
    if dice.chance(50) {
        body.insert("TotalSegments".to_owned(), 3.into());
        body.insert("Segment".to_owned(), dice.below(4).into());
    }
    Compare::Outcome
}

fn several(operation: &str, table: &Table, dice: &mut Dice) -> Body {
    let mut body = Body::new();
    let count = 1 + dice.below(3);
    match operation {
        "BatchGetItem" => {
            let keys: Vec<Value> = (0..count).map(|_| table.key(dice).into()).collect();
            let mut request = Body::new();
            request.insert("Keys".to_owned(), keys.into());
            projection(&mut request, dice);
            body.insert("RequestItems".to_owned(), json!({table.name: request}));
        }
        "BatchWriteItem" => {
            let requests: Vec<Value> = (0..count)
                .map(|_| {
                    if dice.chance(70) {
                        json!({"PutRequest": {"Item": table.item(dice)}})
                    } else {
                        json!({"DeleteRequest": {"Key": table.key(dice)}})
                    }
                })
                .collect();
            body.insert("RequestItems".to_owned(), json!({table.name: requests}));
        }
        _ => {
            let actions: Vec<Value> = (0..count).map(|_| action(operation, table, dice)).collect();
            body.insert("TransactItems".to_owned(), actions.into());
        }
    }
    body
}

fn action(operation: &str, table: &Table, dice: &mut Dice) -> Value {
    let mut action = Body::new();
    action.insert("TableName".to_owned(), table.name.into());
    let mut clauses = Clauses::default();
    if operation == "TransactGetItems" {
        action.insert("Key".to_owned(), table.key(dice).into());
        if dice.chance(40) {
            let text = clauses.projection(dice);
            action.insert("ProjectionExpression".to_owned(), text.into());
        }
        clauses.finish(&mut action, dice);
        return json!({"Get": action});
    }
    let kind = dice.pick(&["Put", "Update", "Delete", "ConditionCheck"]);
    if kind == "Put" {
        action.insert("Item".to_owned(), table.item(dice).into());
    } else {
        action.insert("Key".to_owned(), table.key(dice).into());
    }
    if kind == "Update" {
        action.insert("UpdateExpression".to_owned(), clauses.update(dice).into());
    }
    if kind == "ConditionCheck" || dice.chance(30) {
        let condition = clauses.condition(1, dice);
        action.insert("ConditionExpression".to_owned(), condition.into());
        if dice.chance(40) {
            let member = "ReturnValuesOnConditionCheckFailure".to_owned();
            action.insert(member, "ALL_OLD".into());
        }
    }
    clauses.finish(&mut action, dice);
    json!({kind: action})
}
