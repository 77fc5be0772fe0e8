//! Streams that invoke functions: AWS Lambda's event source mappings, and the functions that they and plain calls reach.
//!
//! A mapping reads the stream of a table the way any consumer does and hands batches of records to a function, which is
//! somebody else's process: a URL that speaks Lambda's invoke API, or a runtime client that polls us. Owns what the parts
//! share and the two doors: [`Triggers::call`] for AWS's REST API, [`Triggers::administer`] for our own paths.
//!
//! `functions` reaches functions · `settings`, `pattern` say what a mapping wants · `mapping`, `registry` keep mappings on
//! disk · `consumer` delivers · `event`, `destination` write what others read · `lambda` is the REST API.

pub mod functions;
pub mod settings;
