//! A service that is not there yet.
//!
//! The server starts with it and calls wait in it until `set`; then it only passes them on.

use bytes::Bytes;
use hyper::{Request, Response};
use tokio::sync::SetOnce;

use crate::server::{Api, ApiCall, ApiReply, AuthorizationFault, Caller};

/// The service, once it is open.
#[derive(Debug)]
pub(super) struct Late<A>(SetOnce<A>);

impl<A: Api> Late<A> {
    /// Not there yet.
    pub(super) fn new() -> Late<A> {
        Late(SetOnce::new())
    }

    /// There it is. Only the first one counts.
    pub(super) fn set(&self, api: A) {
        if self.0.set(api).is_err() {
            tracing::error!("a service was opened twice");
        }
    }
}

impl<A: Api> Api for Late<A> {
    async fn call(&self, call: ApiCall) -> ApiReply {
        match self.0.get() {
            Some(api) => api.call(call).await,
            None => self.0.wait().await.call(call).await,
        }
    }

    async fn rest(
        &self,
        request: Request<Bytes>,
        host: Option<String>,
        authorization: Result<Caller, AuthorizationFault>,
    ) -> Response<Bytes> {
        self.0.wait().await.rest(request, host, authorization).await
    }

    async fn administer(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.0.wait().await.administer(request).await
    }

    async fn stop(&self) {
        if let Some(api) = self.0.get() {
            api.stop().await;
        }
    }

    fn ready(&self) -> Result<(), &'static str> {
        self.0.get().map_or(Err("opening the data"), Api::ready)
    }

    fn table_count(&self) -> usize {
        self.0.get().map_or(0, Api::table_count)
    }
}
