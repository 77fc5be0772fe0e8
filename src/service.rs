//! What the server serves: the operations over an engine over a store, put together from the configuration.

use std::sync::Arc;

use bytes::Bytes;
use hyper::{Request, Response};
use tokio::runtime::Handle;

use crate::clock::Clock;
use crate::config::{Config, Storage};
use crate::engine::{Engine, Options};
use crate::error::Fault;
use crate::ops::{self, Caller};
use crate::server::{self, Api, ApiCall, ApiReply, AuthorizationFault};
use crate::start::{Exit, Failure};
use crate::storage::directory::Neighbours;
use crate::storage::sled::SledOptions;
use crate::storage::{DataDirectory, MemoryStore, SledStore, Store};
use crate::triggers::{StartFault, Triggers};

/// Answers API calls from an engine, and runs what hangs on its streams.
pub struct Service {
    // Dropped first: what they write goes into the directory.
    triggers: Triggers,
    engine: Arc<Engine>,
    _directory: Option<DataDirectory>,
}

impl Service {
    /// Opens the store that the configuration names, and the engine over it.
    pub fn open(config: &Config) -> Result<Service, Failure> {
        let (store, directory) = open_store(config)?;
        let options = Options {
            durability: config.durability,
            status_delay: config.status_delay,
            account: config.account.clone(),
            namespace: config.namespace,
            ttl_interval: config.ttl_interval,
            clock: Clock::System,
        };
        let engine = Engine::open(store, options)
            .map_err(|error| Failure::new(Exit::Failed, format!("{error}.")))?;
        let engine = Arc::new(engine);
        // Opening happens on a thread that may block.
        let triggers = Handle::current()
            .block_on(Triggers::start(
                Arc::clone(&engine),
                config.triggers.clone(),
            ))
            .map_err(|fault| {
                let exit = match &fault {
                    StartFault::Port(_) => Exit::Port,
                    StartFault::Setting(_) => Exit::Misused,
                    StartFault::Store(_) => Exit::Failed,
                };
                Failure::new(exit, format!("{fault}."))
            })?;
        Ok(Service {
            triggers,
            engine,
            _directory: directory,
        })
    }
}

fn open_store(config: &Config) -> Result<(Arc<dyn Store>, Option<DataDirectory>), Failure> {
    let Storage::Directory(path) = &config.storage else {
        return Ok((Arc::new(MemoryStore::new()), None));
    };
    // DynamoDB Local's grammar names a working directory, which holds other files by nature.
    let neighbours = if config.compatible.is_some() {
        Neighbours::Tolerated
    } else {
        Neighbours::Refused
    };
    let directory = DataDirectory::open(path, neighbours)
        .map_err(|error| Failure::new(Exit::Directory, error.to_string()))?;
    if let Some(file) = directory.sqlite_file() {
        tracing::warn!(file = %file.display(), "a database of DynamoDB Local lies here; it is left untouched and not read");
    }
    let options = SledOptions {
        cache_bytes: config.cache_bytes,
        durability: config.durability,
    };
    let store = SledStore::open(&directory.rows(), options)
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}.", path.display())))?;
    Ok((Arc::new(store), Some(directory)))
}

/// Who calls, in the words of the operations.
fn caller_of(
    authorization: Result<server::Caller, AuthorizationFault>,
    host: Option<String>,
) -> Result<Caller, Fault> {
    match authorization {
        Ok(caller) => Ok(Caller {
            access_key: caller.access_key,
            region: caller.region,
            host,
        }),
        Err(refusal) => Err(Fault::service(refusal.kind, refusal.message)),
    }
}

impl Api for Service {
    async fn call(&self, call: ApiCall) -> ApiReply {
        let caller = caller_of(call.authorization, call.host);
        match ops::dispatch(&self.engine, call.target.as_deref(), &call.body, caller).await {
            Ok(body) => ApiReply::new(200, body),
            Err(reply) => ApiReply::new(reply.status, reply.body),
        }
    }

    async fn rest(
        &self,
        request: Request<Bytes>,
        host: Option<String>,
        authorization: Result<server::Caller, AuthorizationFault>,
    ) -> Response<Bytes> {
        self.triggers
            .call(request, caller_of(authorization, host))
            .await
    }

    async fn administer(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.triggers.administer(request).await
    }

    async fn stop(&self) {
        self.triggers.stop().await;
    }

    fn ready(&self) -> Result<(), &'static str> {
        // Whoever has a service has an open store; what comes before is told by `start`.
        Ok(())
    }

    fn table_count(&self) -> usize {
        self.engine
            .with_catalog(|catalog| catalog.all_tables().count())
    }
}
