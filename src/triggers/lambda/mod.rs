//! AWS Lambda's REST API, as far as it is about event source mappings and invocations.
//!
//! Owns the way from a method and a path to an operation, one file each, and from its outcome to a response. A refusal is
//! an [`ApiFault`](fault::ApiFault); `name` reads what may name a function, `view` writes a mapping for those who ask.

mod create_mapping;
mod delete_mapping;
mod events;
mod fault;
mod get_mapping;
mod invoke;
mod list_mappings;
mod name;
mod sent;
#[cfg(test)]
mod tests;
mod update_mapping;
mod view;

use std::borrow::Cow;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::Value;

pub(super) use events::Events;

use crate::error::Fault;
use crate::ops::{self, Caller};
use crate::percent;
use crate::triggers::Triggers;
use fault::ApiFault;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What is asked, with what the path says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Operation {
    CreateMapping,
    ListMappings,
    GetMapping(String),
    UpdateMapping(String),
    DeleteMapping(String),
    Invoke(String),
    InvokeAsync(String),
}

/// A request whose caller is known.
struct Call<'c> {
    triggers: &'c Triggers,
    request: &'c Request<Bytes>,
    caller: Caller,
    /// Id of the request, which the function that it invokes sees too.
    id: String,
}

/// What an operation answers, or why it does not.
type Answer = Result<Response<Bytes>, ApiFault>;

impl Call<'_> {
    fn account(&self) -> &str {
        &self.triggers.engine.options().account
    }

    /// A value of the query.
    fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        percent::query_value(self.request.uri().query()?, name)
    }

    /// The set of tables that the caller sees.
    fn scope(&self) -> String {
        ops::scope_of(self.triggers.engine.options().namespace, &self.caller)
    }
}

/// Answers a request.
pub(super) async fn answer(
    triggers: &Triggers,
    request: Request<Bytes>,
    caller: Result<Caller, Fault>,
) -> Response<Bytes> {
    let id = uuid::Uuid::new_v4().to_string();
    let outcome = run(triggers, &request, caller, id.clone()).await;
    let mut response = outcome.unwrap_or_else(|fault| fault.render());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn run(
    triggers: &Triggers,
    request: &Request<Bytes>,
    caller: Result<Caller, Fault>,
    id: String,
) -> Answer {
    let (method, path) = (request.method(), request.uri().path());
    let operation = operation(method, path)
        .ok_or_else(|| ApiFault::unknown_operation(method.as_str(), path))?;
    let call = Call {
        triggers,
        request,
        caller: caller?,
        id,
    };
    match operation {
        Operation::CreateMapping => create_mapping::run(&call).await,
        Operation::ListMappings => list_mappings::run(&call),
        Operation::GetMapping(id) => get_mapping::run(&call, &id),
        Operation::UpdateMapping(id) => update_mapping::run(&call, &id).await,
        Operation::DeleteMapping(id) => delete_mapping::run(&call, &id).await,
        Operation::Invoke(name) => invoke::run(&call, &name).await,
        Operation::InvokeAsync(name) => invoke::run_async(&call, &name),
    }
}

/// The operation of a method and a path, which may end in a slash.
fn operation(method: &Method, path: &str) -> Option<Operation> {
    let path = path.strip_prefix('/')?;
    let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let decoded = |part: &str| percent::decode(part).into_owned();
    match (method, &parts[..]) {
        (&Method::POST, ["2015-03-31", "event-source-mappings"]) => Some(Operation::CreateMapping),
        (&Method::GET, ["2015-03-31", "event-source-mappings"]) => Some(Operation::ListMappings),
        (&Method::GET, ["2015-03-31", "event-source-mappings", id]) => {
            Some(Operation::GetMapping(decoded(id)))
        }
        (&Method::PUT, ["2015-03-31", "event-source-mappings", id]) => {
            Some(Operation::UpdateMapping(decoded(id)))
        }
        (&Method::DELETE, ["2015-03-31", "event-source-mappings", id]) => {
            Some(Operation::DeleteMapping(decoded(id)))
        }
        (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => {
            Some(Operation::Invoke(decoded(name)))
        }
        (&Method::POST, ["2014-11-13", "functions", name, "invoke-async"]) => {
            Some(Operation::InvokeAsync(decoded(name)))
        }
        _ => None,
    }
}

/// A response with a JSON body.
fn respond(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    response
}
