//! Settings of a table or an index that DescribeTable shows and no row depends on.
//!
//! Owns their stored form and defaults. Which values a request may give is `ops::tables`' business.

use serde::{Deserialize, Serialize};

/// Billing mode, throughput and the like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// How the table is charged.
    pub billing: BillingMode,
    /// Milliseconds since the epoch of the last change to on-demand billing.
    pub on_demand_since_ms: Option<u64>,
    /// Provisioned capacity; zero when on demand.
    pub throughput: Throughput,
    /// Upper limits when on demand.
    pub on_demand: Option<OnDemandThroughput>,
    /// Warm throughput as asked for.
    pub warm: Option<WarmThroughput>,
    /// Whether DeleteTable is refused.
    pub deletion_protection: bool,
    /// Table class, once one was named.
    pub table_class: Option<TableClass>,
    /// ARN of the key with which the table is said to be encrypted.
    pub encryption_key: Option<String>,
    /// Tags, in the order in which they were set.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
}

/// How a table is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingMode {
    /// By provisioned capacity.
    #[default]
    Provisioned,
    /// By request.
    PayPerRequest,
}

impl BillingMode {
    /// Name in the API.
    pub fn name(self) -> &'static str {
        match self {
            BillingMode::Provisioned => "PROVISIONED",
            BillingMode::PayPerRequest => "PAY_PER_REQUEST",
        }
    }
}

/// Provisioned capacity, in units a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throughput {
    /// Read capacity units.
    pub read: u64,
    /// Write capacity units.
    pub write: u64,
    /// Milliseconds since the epoch of the last increase.
    pub increased_ms: Option<u64>,
    /// Milliseconds since the epoch of the last decrease.
    pub decreased_ms: Option<u64>,
}

/// Upper limits of an on-demand table, in request units a second; absent means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDemandThroughput {
    /// MaxReadRequestUnits.
    pub read: Option<i64>,
    /// MaxWriteRequestUnits.
    pub write: Option<i64>,
}

/// Warm throughput, in units a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmThroughput {
    /// ReadUnitsPerSecond.
    pub read: u64,
    /// WriteUnitsPerSecond.
    pub write: u64,
}

/// Table class and when it was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableClass {
    /// STANDARD or STANDARD_INFREQUENT_ACCESS.
    pub name: String,
    /// Milliseconds since the epoch.
    pub updated_ms: u64,
}
