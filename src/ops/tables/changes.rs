//! What an UpdateTable asks for, and the rules that need no table: something must be asked for, and most changes come alone.

use std::collections::HashSet;

use super::schema::{Definitions, read_global_index};
use super::specifications::{Encryption, KeyNaming, StreamChange, read_encryption, read_stream};
use super::throughput::{Subject, Throughputs, read_billing_mode};
use super::{Occasion, invalid};
use crate::engine::settings::BillingMode;
use crate::engine::table::Index;
use crate::error::{Fault, Kind};
use crate::model::Json;
use crate::ops::input::text;

/// The changes of one request.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) billing: Option<BillingMode>,
    pub(super) throughput: Throughputs,
    pub(super) stream: Option<StreamChange>,
    pub(super) encryption: Option<Encryption>,
    pub(super) table_class: Option<String>,
    pub(super) deletion_protection: Option<bool>,
    pub(super) indexes: Vec<IndexAction>,
}

/// One element of GlobalSecondaryIndexUpdates.
#[derive(Debug)]
pub(super) struct IndexAction {
    pub(super) name: String,
    pub(super) verb: IndexVerb,
    pub(super) throughput: Throughputs,
}

/// What is to be done with an index.
#[derive(Debug)]
pub(super) enum IndexVerb {
    /// Make this one; its throughput is not set yet.
    Create(Box<Index>),
    Update,
    Delete,
}

impl Changes {
    /// Reads a request and checks what needs no table.
    pub(super) fn read(request: &Json<'_>, keys: &KeyNaming<'_>) -> Result<Changes, Fault> {
        let changes = Changes {
            billing: read_billing_mode(request),
            throughput: Throughputs::read(request, Subject::Table)?,
            stream: read_stream(request, Occasion::Update)?,
            encryption: read_encryption(request, keys)?,
            table_class: text(request, "TableClass").map(str::to_owned),
            deletion_protection: request
                .member("DeletionProtectionEnabled")
                .and_then(Json::flag),
            indexes: read_actions(request)?,
        };
        changes.check_something()?;
        changes.check_alone()?;
        changes.check_together()?;
        Ok(changes)
    }

    /// Whether the table stays as it is but for its deletion protection, which is set at once and in any phase but the first.
    pub(super) fn is_protection_alone(&self) -> bool {
        self.deletion_protection.is_some()
    }

    fn changes_index_set(&self) -> bool {
        self.indexes.iter().any(IndexAction::changes_set)
    }

    /// How many kinds of change are asked for.
    fn kinds(&self) -> usize {
        [
            self.billing.is_some(),
            self.throughput.units.is_some(),
            self.stream.is_some(),
            self.encryption.is_some(),
            self.table_class.is_some(),
            self.deletion_protection.is_some(),
            !self.indexes.is_empty(),
            self.throughput.on_demand.is_some(),
            self.throughput.warm.is_some(),
        ]
        .into_iter()
        .map(usize::from)
        .sum()
    }

    fn check_something(&self) -> Result<(), Fault> {
        if self.kinds() > 0 {
            return Ok(());
        }
        Err(Fault::schema(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
        ))
    }

    /// Some changes are refused beside any other.
    fn check_alone(&self) -> Result<(), Fault> {
        if self.kinds() < 2 {
            return Ok(());
        }
        let alone = [
            (
                self.encryption.is_some(),
                "Server-Side Encryption modification must be the only operation in the request",
            ),
            (
                self.table_class.is_some(),
                "TableClass modification must be the only operation in the request",
            ),
            (
                self.deletion_protection.is_some(),
                "DeletionProtection modification must be the only operation in the request",
            ),
            (
                self.throughput.warm.is_some()
                    && self
                        .indexes
                        .iter()
                        .any(|action| matches!(action.verb, IndexVerb::Create(_))),
                "Create global secondary index cannot be specified when updating WarmThroughput",
            ),
            (
                self.throughput.warm.is_some(),
                "WarmThroughput must be the only operation in the request",
            ),
            (
                self.throughput.on_demand.is_some() && (self.billing.is_none() || self.kinds() > 2),
                "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
            ),
        ];
        match alone.into_iter().find(|(applies, _)| *applies) {
            Some((_, text)) => Err(invalid(text)),
            None => Ok(()),
        }
    }

    /// Others are refused beside some.
    fn check_together(&self) -> Result<(), Fault> {
        let changes_units =
            self.throughput.units.is_some() || self.billing == Some(BillingMode::Provisioned);
        if self.stream.is_some() && changes_units {
            return Err(invalid(
                "You cannot modify stream status while updating table IOPS",
            ));
        }
        if self.changes_index_set() && self.throughput.units.is_some() {
            return Err(invalid(
                "You cannot create or delete index while updating table IOPS",
            ));
        }
        if self.changes_index_set() && self.stream.is_some() {
            return Err(invalid(
                "You cannot create or delete index while changing stream status",
            ));
        }
        if self.billing == Some(BillingMode::PayPerRequest) && self.throughput.units.is_some() {
            return Err(invalid(
                "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        if self.billing == Some(BillingMode::Provisioned) && self.throughput.units.is_none() {
            return Err(invalid(
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
            ));
        }
        Ok(())
    }
}

/// One index is made or deleted at a time.
pub(super) fn too_many_actions() -> Fault {
    Fault::service(
        Kind::LimitExceeded,
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    )
}

impl IndexAction {
    /// Whether there is one index more or less afterwards.
    fn changes_set(&self) -> bool {
        !matches!(self.verb, IndexVerb::Update)
    }
}

fn read_actions(request: &Json<'_>) -> Result<Vec<IndexAction>, Fault> {
    let definitions = Definitions::read(request)?;
    let updates = request
        .member("GlobalSecondaryIndexUpdates")
        .map_or(&[][..], Json::elements);
    let mut actions: Vec<IndexAction> = Vec::new();
    let mut names = HashSet::new();
    for update in updates {
        let action = read_action(update, &definitions)?;
        if !names.insert(action.name.clone()) {
            return Err(invalid(format_args!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {}",
                action.name
            )));
        }
        actions.push(action);
    }
    if actions.iter().filter(|action| action.changes_set()).count() > 1 {
        return Err(too_many_actions());
    }
    Ok(actions)
}

fn read_action(update: &Json<'_>, definitions: &Definitions) -> Result<IndexAction, Fault> {
    let mut asked = ["Create", "Update", "Delete"]
        .into_iter()
        .filter_map(|verb| Some((verb, update.member(verb)?)));
    let (verb, index) = asked.next().ok_or_else(|| {
        invalid(
            "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
        )
    })?;
    if asked.next().is_some() {
        return Err(invalid(
            "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ));
    }
    let name = text(index, "IndexName").unwrap_or_default();
    Ok(IndexAction {
        name: name.to_owned(),
        verb: match verb {
            "Create" => IndexVerb::Create(Box::new(read_global_index(index, definitions)?)),
            "Update" => IndexVerb::Update,
            _ => IndexVerb::Delete,
        },
        throughput: Throughputs::read(index, Subject::Index(name))?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::tables::testing::{checked, message};

    /// The changes of a request whose table's name need not be told.
    pub(in crate::ops::tables) fn read_changes(request: &Value) -> Result<Changes, Fault> {
        let mut request = request.clone();
        request["TableName"] = json!("abc");
        Changes::read(
            &checked("UpdateTable", &request),
            &KeyNaming {
                region: "r",
                account: "0",
            },
        )
    }

    #[test]
    fn refuses_nothing_and_too_much() {
        let units = json!({"ReadCapacityUnits": 1, "WriteCapacityUnits": 1});
        let stream = json!({"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"});
        let delete = |name: &str| json!({"Delete": {"IndexName": name}});
        let nothing = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required";
        let invalid = |text: &str| format!("One or more parameter values were invalid: {text}");
        for (request, expected) in [
            (json!({}), nothing.to_owned()),
            (json!({"GlobalSecondaryIndexUpdates": []}), nothing.to_owned()),
            (json!({"AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}]}), nothing.to_owned()),
            (json!({"GlobalSecondaryIndexUpdates": [{}]}), invalid("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")),
            (json!({"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "iii"}, "Update": {"IndexName": "iii"}}]}), invalid("Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object")),
            (json!({"GlobalSecondaryIndexUpdates": [delete("iii"), delete("iii")]}), invalid("Only one global secondary index update per index is allowed simultaneously. Index: iii")),
            (json!({"GlobalSecondaryIndexUpdates": [delete("iii"), delete("jjj")]}), "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table".to_owned()),
            (json!({"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": units}), invalid("ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST")),
            (json!({"BillingMode": "PROVISIONED"}), invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")),
            (json!({"StreamSpecification": {"StreamEnabled": true}}), invalid("If stream is being enabled then UpdateViewType is required")),
            (json!({"StreamSpecification": {"StreamEnabled": false, "StreamViewType": "NEW_IMAGE"}}), invalid("If stream is being disabled, then UpdateViewType must not be specified")),
            (json!({"StreamSpecification": stream, "ProvisionedThroughput": units}), invalid("You cannot modify stream status while updating table IOPS")),
            (json!({"GlobalSecondaryIndexUpdates": [delete("iii")], "ProvisionedThroughput": units}), invalid("You cannot create or delete index while updating table IOPS")),
            (json!({"GlobalSecondaryIndexUpdates": [delete("iii")], "StreamSpecification": stream}), invalid("You cannot create or delete index while changing stream status")),
            (json!({"DeletionProtectionEnabled": true, "TableClass": "STANDARD"}), invalid("TableClass modification must be the only operation in the request")),
            (json!({"DeletionProtectionEnabled": true, "BillingMode": "PAY_PER_REQUEST"}), invalid("DeletionProtection modification must be the only operation in the request")),
            (json!({"SSESpecification": {"Enabled": true}, "StreamSpecification": stream}), invalid("Server-Side Encryption modification must be the only operation in the request")),
            (json!({"OnDemandThroughput": {"MaxReadRequestUnits": 1}, "StreamSpecification": stream}), invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")),
        ] {
            let fault = read_changes(&request).expect_err("it is refused");
            assert_eq!(message(&fault), expected, "{request}");
        }
        for request in [
            json!({"BillingMode": "PAY_PER_REQUEST", "StreamSpecification": stream}),
            json!({"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 1}}),
            json!({"BillingMode": "PROVISIONED", "ProvisionedThroughput": units, "GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": "iii", "ProvisionedThroughput": units}}]}),
        ] {
            assert!(read_changes(&request).is_ok(), "{request}");
        }
    }
}
