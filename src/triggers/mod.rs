//! Streams that invoke functions: AWS Lambda's event source mappings, and the functions that they and plain calls reach.
//!
//! A mapping reads the stream of a table the way any consumer does and hands batches of records to a function, which is
//! somebody else's process: a URL that speaks Lambda's invoke API, or a runtime client that polls us. Owns what the parts
//! share and the two doors: [`Triggers::call`] for AWS's REST API, [`Triggers::administer`] for our own paths.
//!
//! `functions` reaches functions · `settings`, `pattern` say what a mapping wants · `mapping`, `registry` keep mappings on
//! disk · `consumer` delivers · `event`, `destination` write what others read · `lambda` is the REST API.

mod admin;
mod arn;
mod checkpoint;
mod configured;
mod consumer;
mod delivery;
mod destination;
mod drain;
mod event;
pub mod functions;
mod lambda;
mod mapping;
mod outbound;
pub mod pattern;
mod progress;
mod registry;
pub mod settings;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hyper::{Request, Response};

use crate::engine::Engine;
use crate::error::Fault;
use crate::storage::{StoreError, keys};
use consumer::Means;
use functions::{Described, FunctionFault, FunctionSetting, Functions, Target};
use outbound::Outbound;
use registry::Mappings;
use settings::{Changes, Settings, StartingPosition};

const FUNCTION_ROW: &str = "function/";

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

/// Functions and mappings, at work.
pub struct Triggers {
    /// Where records come from and positions are kept.
    engine: Arc<Engine>,
    /// What can be invoked.
    functions: Functions,
    /// What delivers.
    mappings: Mappings,
    /// Invocations that nobody waits for.
    events: lambda::Events,
    /// Where queues named by ARN are.
    sqs_endpoint: Option<String>,
}

/// Why triggers cannot be started: a sentence for people.
#[derive(Debug)]
pub enum StartFault {
    /// What is kept of them cannot be read or written.
    Store(String),
    /// A setting is wrong.
    Setting(String),
    /// A port cannot be had.
    Port(String),
}

impl fmt::Display for StartFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartFault::Store(why) | StartFault::Setting(why) | StartFault::Port(why) => {
                out.write_str(why)
            }
        }
    }
}

impl std::error::Error for StartFault {}

impl From<StoreError> for StartFault {
    fn from(error: StoreError) -> StartFault {
        StartFault::Store(error.to_string())
    }
}

impl From<FunctionFault> for StartFault {
    fn from(fault: FunctionFault) -> StartFault {
        match fault {
            FunctionFault::Invalid(why) => StartFault::Setting(why),
            FunctionFault::Port(why) => StartFault::Port(why),
        }
    }
}

impl Drop for Triggers {
    fn drop(&mut self) {
        // Tasks would go on without it.
        self.mappings.abort();
    }
}

impl Triggers {
    /// Starts what is configured and what an earlier process left.
    pub async fn start(engine: Arc<Engine>, options: Options) -> Result<Triggers, StartFault> {
        let functions = Functions::new(engine.clock().clone(), options.host);
        let configured = &options.functions;
        for (name, setting) in registry::rows::<FunctionSetting>(&engine, FUNCTION_ROW)? {
            // An option says anew what a function of its name is.
            if configured.iter().all(|function| function.name != name) {
                put_kept(&functions, setting).await;
            }
        }
        for setting in options.functions {
            let Described { setting, address } = functions.put(setting).await?;
            if let Some(address) = address {
                tracing::info!(
                    "the function {} is served to its runtime client: AWS_LAMBDA_RUNTIME_API={address}",
                    setting.name
                );
            }
        }
        let means = Means {
            engine: Arc::clone(&engine),
            functions: functions.clone(),
            outbound: Outbound::new(),
            sqs_endpoint: options.sqs_endpoint.as_deref().map(Arc::from),
        };
        let mappings = Mappings::new(means);
        mappings.resume()?;
        let mut triggers = Vec::with_capacity(options.triggers.len());
        for setting in options.triggers {
            let settings = setting
                .changes
                .apply(&Settings::default())
                .and_then(|settings| {
                    settings.check_destination(options.sqs_endpoint.as_deref())?;
                    Ok(settings)
                })
                .map_err(|fault| StartFault::Setting(fault.to_string()))?;
            if functions.find(&setting.function).is_none() {
                tracing::warn!(
                    "the trigger of {} waits for the function {}, which is not configured",
                    setting.table,
                    setting.function
                );
            }
            triggers.push((setting, settings));
        }
        mappings
            .configure(triggers)
            .await
            .map_err(|fault| StartFault::Store(format!("{fault:?}")))?;
        Ok(Triggers {
            engine,
            functions,
            mappings,
            events: lambda::Events::default(),
            sqs_endpoint: options.sqs_endpoint,
        })
    }

    /// Answers a request of AWS's REST API.
    pub async fn call(
        &self,
        request: Request<Bytes>,
        caller: Result<crate::ops::Caller, Fault>,
    ) -> Response<Bytes> {
        lambda::answer(self, request, caller).await
    }

    /// Answers a request for one of our own paths.
    pub async fn administer(&self, request: Request<Bytes>) -> Response<Bytes> {
        admin::answer(self, &request).await
    }

    /// Ends all deliveries, their positions kept.
    pub async fn stop(&self) {
        self.mappings.stop().await;
    }

    /// Makes or replaces a function and keeps it for the next start.
    async fn put_function(
        &self,
        setting: FunctionSetting,
    ) -> Result<Result<Described, FunctionFault>, Fault> {
        let described = match self.functions.put(setting).await {
            Ok(described) => described,
            Err(fault) => return Ok(Err(fault)),
        };
        let row = serde_json::to_vec(&described.setting).map_err(|error| {
            Fault::internal(format!("a function could not be written: {error}"))
        })?;
        let key = function_key(&described.setting.name);
        self.engine
            .commit(move |txn| {
                txn.put(key, row.into());
                Ok(())
            })
            .await?;
        Ok(Ok(described))
    }

    /// Removes a function; whether there was one.
    async fn remove_function(&self, name: &str) -> Result<bool, Fault> {
        let key = function_key(name);
        self.engine
            .commit(move |txn| {
                txn.delete(key);
                Ok(())
            })
            .await?;
        Ok(self.functions.remove(name))
    }
}

fn function_key(name: &str) -> Vec<u8> {
    keys::trigger(&format!("{FUNCTION_ROW}{name}"))
}

/// Puts a function that was configured at run time; on another port where its own is taken by now.
async fn put_kept(functions: &Functions, setting: FunctionSetting) {
    let name = setting.name.clone();
    let elsewhere = FunctionSetting {
        target: Target::Runtime { port: 0 },
        ..setting.clone()
    };
    let put = match functions.put(setting).await {
        Err(FunctionFault::Port(why)) => {
            tracing::warn!("{why}; it gets another port");
            functions.put(elsewhere).await
        }
        put => put,
    };
    match put {
        Ok(Described { address, .. }) => {
            tracing::debug!(?address, "the function {name} is there again");
        }
        Err(fault) => tracing::error!("the function {name} cannot be used any more: {fault}"),
    }
}
