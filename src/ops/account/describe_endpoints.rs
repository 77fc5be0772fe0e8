//! DescribeEndpoints: where to send requests. That is where this one was sent, so that who asks stays here.

use crate::error::Fault;
use crate::model::Checked;
use crate::ops::Context;
use crate::ops::output::ObjectWriter;

/// Minutes for which a client may keep the answer.
const CACHE_MINUTES: u32 = 1440;

/// Answers the request.
pub async fn run(context: &Context<'_>, _: Checked<'_>) -> Result<Vec<u8>, Fault> {
    let address = match &context.host {
        Some(host) => host.clone(),
        None => format!("dynamodb.{}.amazonaws.com", context.region),
    };
    let mut reply = ObjectWriter::new();
    reply.objects("Endpoints", [address], |out, address| {
        out.text("Address", &address);
        out.number("CachePeriodInMinutes", CACHE_MINUTES);
    });
    Ok(reply.finish())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::ops::tables::testing::Service;

    #[tokio::test]
    async fn the_endpoint_is_where_the_request_was_sent() {
        let reply = Service::new(0).call("DescribeEndpoints", json!({})).await;
        let endpoint = json!({"Address": "localhost:8000", "CachePeriodInMinutes": 1440});
        assert_eq!(reply, Ok(json!({"Endpoints": [endpoint]})));
    }
}
