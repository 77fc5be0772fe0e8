//! The functions by name, and the turns of their invocations.
//!
//! Invocations of one function run in the order in which they came, `concurrency` at a time. A function that is put again
//! keeps what can be kept: the turns if their number stays, the port and whoever polls it if it stays a runtime's.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::runtime::Runtime;
use super::{FunctionSetting, Invocation, Outcome, Target, url};
use crate::clock::Clock;
use crate::triggers::outbound::Outbound;

/// All functions. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Functions {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    host: String,
    outbound: Outbound,
    functions: Mutex<BTreeMap<String, Arc<Function>>>,
    /// Held while functions are put, so that one put sees the ports of the other.
    puts: tokio::sync::Mutex<()>,
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct Function {
    /// With the port that it really has.
    setting: FunctionSetting,
    turns: Arc<Semaphore>,
    reach: Reach,
}

#[derive(Clone, Debug)]
enum Reach {
    Url(String),
    Runtime(Arc<Runtime>),
}

/// A function as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    /// Its setting, with the port that it really has.
    pub setting: FunctionSetting,
    /// `HOST:PORT` for runtime clients (`AWS_LAMBDA_RUNTIME_API`).
    pub address: Option<String>,
}

/// Why a function is not put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionFault {
    /// The setting cannot be: a sentence for people.
    Invalid(String),
    /// Its port cannot be had: a sentence for people.
    Port(String),
}

impl fmt::Display for FunctionFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FunctionFault::Invalid(why) | FunctionFault::Port(why) => out.write_str(why),
        }
    }
}

impl std::error::Error for FunctionFault {}

impl Described {
    /// `{"name", "url"}` or `{"name", "runtime_api"}`.
    pub(crate) fn to_json(&self) -> Value {
        let name = &self.setting.name;
        match (&self.setting.target, &self.address) {
            (Target::Url(url), _) => json!({ "name": name, "url": url }),
            (Target::Runtime { .. }, address) => json!({ "name": name, "runtime_api": address }),
        }
    }
}

impl Functions {
    /// No functions yet. Ports of runtimes will be bound on `host`.
    pub(crate) fn new(clock: Clock, host: String) -> Functions {
        Functions {
            shared: Arc::new(Shared {
                clock,
                host,
                outbound: Outbound::new(),
                functions: Mutex::default(),
                puts: tokio::sync::Mutex::default(),
                changed: watch::Sender::default(),
            }),
        }
    }

    /// Adds a function or replaces the one of its name. Invocations in flight end where they began, unless the port they
    /// wait at goes: they are `Unreachable` then. Those that wait for their turn go to the new one.
    pub(crate) async fn put(
        &self,
        mut setting: FunctionSetting,
    ) -> Result<Described, FunctionFault> {
        setting.check().map_err(FunctionFault::Invalid)?;
        let _alone = self.shared.puts.lock().await;
        let old = self.get(&setting.name);
        let reach = match &setting.target {
            Target::Url(url) => Reach::Url(url.clone()),
            Target::Runtime { port } => match old.as_ref().and_then(|old| old.runtime_at(*port)) {
                Some(runtime) => Reach::Runtime(runtime),
                None => Reach::Runtime(Arc::new(self.bind(&setting.name, *port).await?)),
            },
        };
        if let (Target::Runtime { port }, Reach::Runtime(runtime)) = (&mut setting.target, &reach) {
            *port = runtime.address().port();
        }
        let kept = old
            .as_ref()
            .filter(|old| old.setting.concurrency == setting.concurrency);
        let turns = kept.map_or_else(
            || Arc::new(Semaphore::new(setting.concurrency as usize)),
            |old| old.turns.clone(),
        );
        let name = setting.name.clone();
        let function = Arc::new(Function {
            setting,
            turns,
            reach,
        });
        let described = function.describe();
        let old = self.lock().insert(name, function.clone());
        if let Some(old) = old {
            old.retire(Some(&function));
        }
        self.shared.changed.send_replace(());
        Ok(described)
    }

    async fn bind(&self, name: &str, port: u16) -> Result<Runtime, FunctionFault> {
        let host = self.shared.host.as_str();
        let bound = async {
            let listener = TcpListener::bind((host, port)).await?;
            Runtime::start(name, listener, self.shared.clock.clone())
        };
        bound.await.map_err(|error: io::Error| {
            FunctionFault::Port(format!(
                "the runtime port of the function {name} cannot be opened at {host}:{port} ({error})"
            ))
        })
    }

    /// Removes a function, closes its port and fails what waits for it; `false`: there is none.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let old = self.lock().remove(name);
        if let Some(old) = &old {
            old.retire(None);
        }
        old.is_some()
    }

    /// Told when a function is put: what failed before may work now.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.shared.changed.subscribe()
    }

    /// Completes when the function of this name is another than now.
    pub(crate) async fn replaced(&self, name: &str) {
        let mut changes = self.changes();
        let before = self.get(name);
        let is_same = |now: &Option<Arc<Function>>| match (&before, now) {
            (Some(before), Some(now)) => Arc::ptr_eq(before, now),
            (before, now) => before.is_none() && now.is_none(),
        };
        while is_same(&self.get(name)) {
            // Who tells of changes is there as long as the functions are.
            changes.changed().await.ok();
        }
    }

    /// A function.
    pub(crate) fn find(&self, name: &str) -> Option<Described> {
        Some(self.get(name)?.describe())
    }

    /// All functions in order of name.
    pub(crate) fn list(&self) -> Vec<Described> {
        let functions = self.lock();
        functions
            .values()
            .map(|function| function.describe())
            .collect()
    }

    /// Invokes a function when its turn has come, and waits for the end. Dropping the future takes the invocation back as
    /// far as that is possible.
    pub(crate) async fn invoke(&self, name: &str, invocation: Invocation) -> Outcome {
        loop {
            let Some(waited) = self.get(name) else {
                return Outcome::Unreachable(format!("there is no function {name}"));
            };
            // It fails when the function is gone or has other turns now.
            let Ok(_turn) = waited.turns.acquire().await else {
                continue;
            };
            let Some(function) = self.get(name) else {
                continue;
            };
            if !Arc::ptr_eq(&function.turns, &waited.turns) {
                continue;
            }
            let setting = &function.setting;
            return match &function.reach {
                Reach::Url(url) => {
                    url::invoke(&self.shared.outbound, url, setting.timeout, invocation).await
                }
                Reach::Runtime(runtime) => runtime.invoke(setting, invocation).await,
            };
        }
    }

    fn get(&self, name: &str) -> Option<Arc<Function>> {
        self.lock().get(name).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Function>>> {
        // Nothing that runs under the lock leaves the map half changed.
        let functions = &self.shared.functions;
        functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let functions = self.functions.get_mut();
        for function in functions.unwrap_or_else(PoisonError::into_inner).values() {
            function.retire(None);
        }
    }
}

impl Function {
    fn describe(&self) -> Described {
        Described {
            setting: self.setting.clone(),
            address: match &self.reach {
                Reach::Url(_) => None,
                Reach::Runtime(runtime) => Some(runtime.address().to_string()),
            },
        }
    }

    /// The runtime that can go on serving when `port` is asked for.
    fn runtime_at(&self, port: u16) -> Option<Arc<Runtime>> {
        match &self.reach {
            Reach::Runtime(runtime) if port == 0 || port == runtime.address().port() => {
                Some(runtime.clone())
            }
            _ => None,
        }
    }

    /// Ends what `successor` does not go on with.
    fn retire(&self, successor: Option<&Function>) {
        if successor.is_none_or(|successor| !Arc::ptr_eq(&successor.turns, &self.turns)) {
            self.turns.close();
        }
        if let Reach::Runtime(runtime) = &self.reach {
            let kept = successor.and_then(|successor| successor.runtime_at(0));
            if kept.is_none_or(|kept| !Arc::ptr_eq(&kept, runtime)) {
                runtime.close();
            }
        }
    }
}
