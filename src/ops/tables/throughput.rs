//! Billing mode and throughput of tables and indexes: provisioned, on demand, warm.
//!
//! Owns what a request may ask for and the words of refusals; nothing is throttled. When units change on a table that is
//! there already is decided in `alteration`.

use std::fmt;

use super::{Occasion, invalid};
use crate::engine::settings::{
    BillingMode, OnDemandThroughput, Settings, Throughput, WarmThroughput,
};
use crate::error::Fault;
use crate::model::Json;
use crate::ops::input::{integer, text};

/// Most capacity units that a request may name.
const MOST_UNITS: u64 = 1_000_000_000_000;
/// Warm throughput of everything that is on demand.
const ON_DEMAND_WARM: WarmThroughput = WarmThroughput {
    read: 12_000,
    write: 4_000,
};

/// Whose throughput it is.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'s> {
    /// The table's.
    Table,
    /// An index's.
    Index(&'s str),
}

/// Provisioned units as a request names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Units {
    /// ReadCapacityUnits.
    pub read: u64,
    /// WriteCapacityUnits.
    pub write: u64,
}

/// The throughput members of a request, of its table or of one of its indexes.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'s> {
    subject: Subject<'s>,
    throughput: Throughputs,
}

/// What they hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Throughputs {
    /// ProvisionedThroughput.
    pub units: Option<Units>,
    /// OnDemandThroughput.
    pub on_demand: Option<Pair>,
    /// WarmThroughput.
    pub warm: Option<Pair>,
}

/// Numbers for reads and writes, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    read: Option<i64>,
    write: Option<i64>,
}

/// BillingMode, where the request has it.
pub fn read_billing_mode(request: &Json<'_>) -> Option<BillingMode> {
    match text(request, "BillingMode") {
        Some("PAY_PER_REQUEST") => Some(BillingMode::PayPerRequest),
        Some(_) => Some(BillingMode::Provisioned),
        None => None,
    }
}

impl Throughputs {
    /// Reads the members of a table or an index.
    pub fn read(owner: &Json<'_>, subject: Subject<'_>) -> Result<Throughputs, Fault> {
        let pair = |member: &str, read: &str, write: &str| {
            owner.member(member).map(|pair| Pair {
                read: integer(pair, read),
                write: integer(pair, write),
            })
        };
        Ok(Throughputs {
            units: read_units(owner, subject)?,
            on_demand: pair(
                "OnDemandThroughput",
                "MaxReadRequestUnits",
                "MaxWriteRequestUnits",
            ),
            warm: pair(
                "WarmThroughput",
                "ReadUnitsPerSecond",
                "WriteUnitsPerSecond",
            ),
        })
    }

    /// With whose they are.
    pub fn of(self, subject: Subject<'_>) -> Asked<'_> {
        Asked {
            subject,
            throughput: self,
        }
    }
}

fn read_units(owner: &Json<'_>, subject: Subject<'_>) -> Result<Option<Units>, Fault> {
    let Some(throughput) = owner.member("ProvisionedThroughput") else {
        return Ok(None);
    };
    let read = |name: &str| {
        let units = integer(throughput, name).map_or(0, i64::unsigned_abs);
        if units <= MOST_UNITS {
            return Ok(units);
        }
        Err(Fault::schema(match subject {
            Subject::Table => format!("Given value {units} for {name} is out of bounds"),
            Subject::Index(index) => {
                format!("Given value {units} for {name} is out of bounds for index {index}")
            }
        }))
    };
    Ok(Some(Units {
        read: read("ReadCapacityUnits")?,
        write: read("WriteCapacityUnits")?,
    }))
}

/// Billing and throughput of a new table.
pub fn read_new_table(request: &Json<'_>, now_ms: u64) -> Result<Settings, Fault> {
    let throughput = Throughputs::read(request, Subject::Table)?;
    let mut settings = Settings::default();
    match (
        read_billing_mode(request).unwrap_or_default(),
        throughput.units,
    ) {
        (BillingMode::PayPerRequest, None) => {
            settings.billing = BillingMode::PayPerRequest;
            settings.on_demand_since_ms = Some(now_ms);
        }
        (BillingMode::Provisioned, Some(units)) => settings.throughput = units.into(),
        (BillingMode::PayPerRequest, Some(_)) => {
            return Err(invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ));
        }
        (BillingMode::Provisioned, None) => {
            return Err(invalid(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            ));
        }
    }
    throughput
        .of(Subject::Table)
        .set_limits(&mut settings, Occasion::Create)?;
    Ok(settings)
}

impl Asked<'_> {
    /// Settings of an index that is made with its table, or added to it.
    pub fn new_index(
        self,
        name: &str,
        billing: BillingMode,
        occasion: Occasion,
    ) -> Result<Settings, Fault> {
        let mut settings = Settings {
            billing,
            ..Settings::default()
        };
        match (billing, self.throughput.units, occasion) {
            (BillingMode::PayPerRequest, None, _) => {}
            (BillingMode::Provisioned, Some(units), _) => settings.throughput = units.into(),
            (BillingMode::PayPerRequest, Some(_), Occasion::Create) => {
                return Err(invalid(format_args!(
                    "ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
                )));
            }
            (BillingMode::PayPerRequest, Some(_), Occasion::Update) => {
                return Err(invalid(format_args!(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
                )));
            }
            (BillingMode::Provisioned, None, Occasion::Create) => {
                return Err(invalid(format_args!(
                    "ProvisionedThroughput is not specified for index: {name}"
                )));
            }
            (BillingMode::Provisioned, None, Occasion::Update) => {
                return Err(invalid(format_args!(
                    "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}"
                )));
            }
        }
        self.set_limits(&mut settings, Occasion::Create)?;
        Ok(settings)
    }

    /// Sets on-demand limits and warm throughput as asked for.
    pub fn set_limits(self, settings: &mut Settings, occasion: Occasion) -> Result<(), Fault> {
        if let Some(asked) = self.throughput.on_demand {
            settings.on_demand = self.on_demand(asked, settings, occasion)?;
        }
        if let Some(asked) = self.throughput.warm {
            settings.warm = Some(self.warm(asked, settings, occasion)?);
        }
        Ok(())
    }

    /// A limit of -1 takes a limit away again.
    fn on_demand(
        self,
        asked: Pair,
        settings: &Settings,
        occasion: Occasion,
    ) -> Result<Option<OnDemandThroughput>, Fault> {
        let read = |name: &str, asked: Option<i64>, before: Option<i64>| match (asked, occasion) {
            (None, _) => Ok(before),
            (Some(_), _) if settings.billing == BillingMode::Provisioned => {
                Err(invalid(format_args!(
                    "{name} for OnDemandThroughput {}cannot be specified when the table BillingMode is PROVISIONED",
                    match self.subject {
                        Subject::Table => String::new(),
                        Subject::Index(index) => format!("for index : {index} "),
                    }
                )))
            }
            (Some(-1), Occasion::Update) => Ok(None),
            (Some(units), _) if units < 1 => Err(invalid(format_args!(
                "Requested {name} for OnDemandThroughput for {} is outside of valid range",
                match self.subject {
                    Subject::Table => "table".to_owned(),
                    Subject::Index(index) => format!("index : {index}"),
                }
            ))),
            (units, _) => Ok(units),
        };
        let before = settings.on_demand.unwrap_or_default();
        let after = OnDemandThroughput {
            read: read("MaxReadRequestUnits", asked.read, before.read)?,
            write: read("MaxWriteRequestUnits", asked.write, before.write)?,
        };
        Ok(Some(after).filter(|after| *after != OnDemandThroughput::default()))
    }

    /// Warm throughput can only grow.
    fn warm(
        self,
        asked: Pair,
        settings: &Settings,
        occasion: Occasion,
    ) -> Result<WarmThroughput, Fault> {
        let least = warm_throughput(settings);
        let read = |name: &str, asked: Option<i64>, capacity: &str, least: u64| {
            let Some(asked) = asked else { return Ok(least) };
            match u64::try_from(asked) {
                Ok(units) if units >= least => Ok(units),
                _ => Err(invalid(format_args!(
                    "Requested {name} for WarmThroughput for {} is lower than {}",
                    self.subject,
                    match (occasion, settings.billing) {
                        (Occasion::Update, _) =>
                            "current WarmThroughput, decreasing WarmThroughput is not supported"
                                .to_owned(),
                        (Occasion::Create, BillingMode::PayPerRequest) =>
                            "initial throughput for OnDemand".to_owned(),
                        (Occasion::Create, BillingMode::Provisioned) =>
                            format!("{capacity} of ProvisionedThroughput"),
                    }
                ))),
            }
        };
        Ok(WarmThroughput {
            read: read(
                "ReadUnitsPerSecond",
                asked.read,
                "ReadCapacityUnits",
                least.read,
            )?,
            write: read(
                "WriteUnitsPerSecond",
                asked.write,
                "WriteCapacityUnits",
                least.write,
            )?,
        })
    }
}

/// What a table or an index is said to be warm for: what was asked for, and never less than its mode or its units give.
pub fn warm_throughput(settings: &Settings) -> WarmThroughput {
    let given = match settings.billing {
        BillingMode::PayPerRequest => ON_DEMAND_WARM,
        BillingMode::Provisioned => WarmThroughput {
            read: settings.throughput.read,
            write: settings.throughput.write,
        },
    };
    let asked = settings.warm.unwrap_or(given);
    WarmThroughput {
        read: asked.read.max(given.read),
        write: asked.write.max(given.write),
    }
}

impl From<Units> for Throughput {
    fn from(units: Units) -> Throughput {
        Throughput {
            read: units.read,
            write: units.write,
            increased_ms: None,
            decreased_ms: None,
        }
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Table => out.write_str("table"),
            Subject::Index(name) => write!(out, "index {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::tables::testing::{checked, message};

    fn read(mut request: Value) -> Result<Settings, String> {
        request["TableName"] = json!("abc");
        read_new_table(&checked("CreateTable", &request), 7).map_err(|fault| message(&fault))
    }

    #[test]
    fn new_tables_are_billed_as_asked() {
        let units =
            |read: u64, write: u64| json!({"ReadCapacityUnits": read, "WriteCapacityUnits": write});
        let provisioned = read(json!({"ProvisionedThroughput": units(3, 4)})).expect("it fits");
        assert_eq!(
            (
                provisioned.billing,
                provisioned.throughput.read,
                provisioned.throughput.write
            ),
            (BillingMode::Provisioned, 3, 4)
        );
        assert_eq!(
            warm_throughput(&provisioned),
            WarmThroughput { read: 3, write: 4 }
        );
        let on_demand = read(json!({"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 9}})).expect("it fits");
        assert_eq!(
            (on_demand.on_demand_since_ms, on_demand.throughput),
            (Some(7), Throughput::default())
        );
        assert_eq!(
            on_demand.on_demand,
            Some(OnDemandThroughput {
                read: Some(9),
                write: None
            })
        );
        assert_eq!(warm_throughput(&on_demand), ON_DEMAND_WARM);
        let warm = read(json!({"BillingMode": "PAY_PER_REQUEST", "WarmThroughput": {"ReadUnitsPerSecond": 15000}})).expect("it fits");
        assert_eq!(
            warm_throughput(&warm),
            WarmThroughput {
                read: 15_000,
                write: 4_000
            }
        );
        for (request, expected) in [
            (
                json!({"BillingMode": "PROVISIONED"}),
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            ),
            (
                json!({"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": units(1, 1)}),
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ),
            (
                json!({"ProvisionedThroughput": units(1, 1_000_000_000_001)}),
                "Given value 1000000000001 for WriteCapacityUnits is out of bounds",
            ),
            (
                json!({"ProvisionedThroughput": units(1, 1), "OnDemandThroughput": {"MaxWriteRequestUnits": 5}}),
                "One or more parameter values were invalid: MaxWriteRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED",
            ),
            (
                json!({"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxReadRequestUnits": 0}}),
                "One or more parameter values were invalid: Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
            ),
            (
                json!({"ProvisionedThroughput": units(5, 5), "WarmThroughput": {"ReadUnitsPerSecond": 4}}),
                "One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of ProvisionedThroughput",
            ),
        ] {
            assert_eq!(read(request), Err(expected.to_owned()));
        }
    }
}
