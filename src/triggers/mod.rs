//! Streams that invoke functions: AWS Lambda's event source mappings, and the functions that they and plain calls reach.
//!
//! A mapping reads the stream of a table the way any consumer does and hands batches of records to a function, which is
//! somebody else's process: a URL that speaks Lambda's invoke API, or a runtime client that polls us. Owns what the parts
//! share and the two doors: [`Triggers::call`] for AWS's REST API, [`Triggers::administer`] for our own paths.
//!
//! `functions` reaches functions · `settings`, `pattern` say what a mapping wants · `mapping`, `registry` keep mappings on
//! disk · `consumer` delivers · `event`, `destination` write what others read · `lambda` is the REST API.

pub mod checkpoint;
pub mod functions;
pub mod mapping;
pub mod settings;

use functions::FunctionSetting;
use settings::{Changes, StartingPosition};

/// What triggers are started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Address that the ports of runtime functions are bound to.
    pub host: String,
    /// Configured functions.
    pub functions: Vec<FunctionSetting>,
    /// Configured mappings.
    pub triggers: Vec<TriggerSetting>,
    /// Where queues named by ARN are.
    pub sqs_endpoint: Option<String>,
}

/// A configured mapping: from a table, which may not exist yet, to a function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TriggerSetting {
    /// The table.
    pub table: String,
    /// The function's name.
    pub function: String,
    /// Where it begins in the stream of a table that is there already.
    pub starting_position: StartingPosition,
    /// Its options.
    pub changes: Changes,
}
