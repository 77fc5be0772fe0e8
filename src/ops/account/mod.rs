//! What there is to say of the account and the endpoint as a whole.

pub mod describe_endpoints;
pub mod describe_limits;
