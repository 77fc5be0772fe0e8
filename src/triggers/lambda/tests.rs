//! Which operation a request is, and what refusals look like.

use super::fault::Exception;
use super::*;
use crate::error::Kind;

#[test]
fn operations_have_methods_and_paths() {
    let mappings = "/2015-03-31/event-source-mappings";
    let one = format!("{mappings}/0a%2D1");
    let invoke = "/2015-03-31/functions/123456789012%3Afunction%3Af%3Alive/invocations";
    let id = || "0a-1".to_owned();
    let name = || "123456789012:function:f:live".to_owned();
    for (method, path, expected) in [
        (Method::POST, mappings, Some(Operation::CreateMapping)),
        (Method::GET, mappings, Some(Operation::ListMappings)),
        (Method::PUT, mappings, None),
        (Method::GET, &one, Some(Operation::GetMapping(id()))),
        (Method::PUT, &one, Some(Operation::UpdateMapping(id()))),
        (Method::DELETE, &one, Some(Operation::DeleteMapping(id()))),
        (Method::POST, &one, None),
        (Method::POST, invoke, Some(Operation::Invoke(name()))),
        (Method::GET, invoke, None),
        (
            Method::POST,
            "/2014-11-13/functions/f/invoke-async",
            Some(Operation::InvokeAsync("f".to_owned())),
        ),
        (Method::GET, "/2015-03-31/functions", None),
        (Method::GET, "/2015-03-31/functions/f", None),
        (Method::GET, "/", None),
        (Method::GET, "*", None),
        (Method::GET, "", None),
    ] {
        assert_eq!(operation(&method, path), expected, "{method} {path}");
        let slashed = format!("{path}/");
        assert_eq!(operation(&method, &slashed), expected, "{method} {slashed}");
    }
}

#[track_caller]
fn check(fault: &ApiFault, status: u16, name: &str, body: &str) {
    let response = fault.render();
    let header = response.headers()["x-amzn-errortype"].to_str().unwrap();
    assert_eq!((response.status().as_u16(), header), (status, name));
    assert_eq!(response.body(), body);
}

#[test]
fn refusals_look_like_lambda_s() {
    check(
        &ApiFault::no_mapping(),
        404,
        "ResourceNotFoundException",
        r#"{"Message":"The resource you requested does not exist.","Type":"User"}"#,
    );
    check(
        &ApiFault::parameter("no"),
        400,
        "InvalidParameterValueException",
        r#"{"Type":"User","message":"no"}"#,
    );
    check(
        &ApiFault::new(Exception::Unreachable, "no"),
        502,
        "ServiceException",
        r#"{"Message":"no","Type":"Service"}"#,
    );
    check(
        &Fault::service(Kind::MissingAuthenticationToken, "any").into(),
        403,
        "MissingAuthenticationTokenException",
        r#"{"message":"Missing Authentication Token"}"#,
    );
    check(
        &Fault::service(Kind::IncompleteSignature, "why").into(),
        403,
        "IncompleteSignatureException",
        r#"{"message":"why"}"#,
    );
    check(
        &Fault::internal("the disk is full").into(),
        500,
        "ServiceException",
        r#"{"Message":"Internal server error","Type":"Service"}"#,
    );
}

#[test]
fn bodies_are_objects_of_bounded_depth() {
    for body in [
        String::new(),
        "x".to_owned(),
        "[]".to_owned(),
        "1".to_owned(),
        "{".to_owned(),
        "[".repeat(100_000),
        format!("{{\"a\":{}{}}}", "[".repeat(1000), "]".repeat(1000)),
    ] {
        let fault = sent::read(&body.clone().into()).unwrap_err();
        assert_eq!(fault.exception(), Exception::Serialization, "{body}");
    }
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
    let fault = sent::read(&large.into()).unwrap_err();
    assert_eq!(fault.exception(), Exception::RequestTooLarge);
}
