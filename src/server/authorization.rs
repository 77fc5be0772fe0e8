//! The shape of a request's credentials.
//!
//! Reads the caller out of the `Authorization` header or the query string, and words what is missing. Any key is
//! accepted, no signature is recomputed and no date is compared with the clock: this is a local service, and the shape
//! is checked only because clients notice when a malformed request passes here and fails on AWS.

use std::borrow::Cow;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, DATE, HeaderName, HeaderValue};

use super::api::{AuthorizationFault, Caller};
use crate::error::Kind;
use crate::percent::query_value;

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const DYNAMODB: &str = "dynamodb";
const LAMBDA: &str = "lambda";
const TERMINATOR: &str = "aws4_request";

const MISSING: Kind = Kind::MissingAuthenticationToken;
const INCOMPLETE: Kind = Kind::IncompleteSignature;
const INVALID: Kind = Kind::InvalidSignature;

/// Finds out who signed a call of the JSON API, or says why that cannot be found out.
pub(super) fn read_caller(
    path: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Caller, AuthorizationFault> {
    let caller = read_signature(DYNAMODB, query, headers)?;
    if path != "/" {
        // The service lives at `/` only: there it canonicalises the path that was signed, and the signatures differ.
        let mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";
        return Err(fault(INVALID, mismatch));
    }
    Ok(caller)
}

/// Finds out who signed a request of Lambda's API, or says why that cannot be found out.
pub(super) fn read_rest_caller(
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Caller, AuthorizationFault> {
    read_signature(LAMBDA, query, headers)
}

fn read_signature(
    service: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Caller, AuthorizationFault> {
    let header = headers.get(AUTHORIZATION).map(text_of);
    let query = query.filter(|query| query_value(query, "X-Amz-Algorithm").is_some());
    let credential = match (&header, query) {
        (Some(_), Some(_)) => {
            let both = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
            return Err(fault(INVALID, both));
        }
        (Some(header), None) if header.trim_start().starts_with("AWS4-") => {
            header_credential(header, headers)?
        }
        (None, Some(query)) => query_credential(query)?,
        _ => return Err(fault(MISSING, "Request is missing Authentication Token")),
    };
    read_scope(service, &credential)
}

fn fault(kind: Kind, message: impl Into<String>) -> AuthorizationFault {
    AuthorizationFault {
        kind,
        message: message.into(),
    }
}

fn text_of(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

fn header_credential<'h>(
    header: &'h str,
    headers: &HeaderMap,
) -> Result<Cow<'h, str>, AuthorizationFault> {
    let (mut credential, mut signature, mut signed) = (None, None, None);
    for part in header.trim().split([',', ' ']).skip(1) {
        match part.split_once('=') {
            Some(("Credential", value)) => credential = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            Some(("SignedHeaders", value)) => signed = Some(value),
            _ => {}
        }
    }
    let present = |value: Option<&'h str>| value.filter(|value| !value.is_empty());
    let date = headers.get(X_AMZ_DATE);
    let mut message = String::new();
    for (name, value) in [
        ("Credential", credential),
        ("Signature", signature),
        ("SignedHeaders", signed),
    ] {
        if present(value).is_none() {
            message.push_str("Authorization header requires '");
            message.push_str(name);
            message.push_str("' parameter. ");
        }
    }
    if date.is_none() && !headers.contains_key(DATE) {
        let dateless =
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
        message.push_str(dateless);
    }
    match present(credential) {
        Some(credential) if message.is_empty() => {
            if let Some(date) = date {
                check_date(&text_of(date))?;
            }
            Ok(Cow::Borrowed(credential))
        }
        _ => Err(fault(INCOMPLETE, message + "Authorization=" + header)),
    }
}

fn query_credential(query: &str) -> Result<Cow<'_, str>, AuthorizationFault> {
    let mut message = String::new();
    let names = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
        "X-Amz-Date",
    ];
    for name in names {
        if query_value(query, name).is_none_or(|value| value.is_empty()) {
            message.push_str("AWS query-string parameters must include '");
            message.push_str(name);
            message.push_str("'. ");
        }
    }
    if !message.is_empty() {
        return Err(fault(
            INCOMPLETE,
            message + "Re-examine the query-string parameters.",
        ));
    }
    check_date(&query_value(query, "X-Amz-Date").unwrap_or_default())?;
    Ok(query_value(query, "X-Amz-Credential").unwrap_or_default())
}

/// The form is `20260131T235959Z`; whether the moment is near is not asked.
fn check_date(date: &str) -> Result<(), AuthorizationFault> {
    let shape = date.trim().as_bytes();
    let well_formed = shape.len() == 16
        && shape.iter().enumerate().all(|(at, byte)| match at {
            8 => *byte == b'T',
            15 => *byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if well_formed {
        return Ok(());
    }
    let message = format!(
        "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
    );
    Err(fault(INCOMPLETE, message))
}

/// Splits `key/date/region/service/aws4_request` from the right, since a key may hold any characters.
fn read_scope(expected: &str, credential: &str) -> Result<Caller, AuthorizationFault> {
    let mut parts = credential.rsplitn(5, '/');
    let (Some(terminator), Some(service), Some(region), Some(_date), Some(key)) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        let message = format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{credential}'"
        );
        return Err(fault(INCOMPLETE, message));
    };
    let mut message = String::new();
    if region.is_empty() {
        message.push_str("Credential should be scoped to a valid region, not ''. ");
    }
    if service != expected {
        message.push_str("Credential should be scoped to correct service: '");
        message.push_str(expected);
        message.push_str("'. ");
    }
    if terminator != TERMINATOR {
        message
            .push_str("Credential should be scoped with a valid terminator: 'aws4_request', not '");
        message.push_str(terminator);
        message.push_str("'. ");
    }
    if message.is_empty() {
        return Ok(Caller {
            access_key: key.to_owned(),
            region: region.to_owned(),
        });
    }
    Err(fault(INVALID, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "AWS4-HMAC-SHA256 Credential=AK/20260101/eu-south-1/dynamodb/aws4_request, \
                        SignedHeaders=host;x-amz-date, Signature=abc";

    fn read(
        authorization: Option<&str>,
        date: Option<&str>,
        query: Option<&str>,
    ) -> Result<Caller, AuthorizationFault> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        if let Some(value) = date {
            headers.insert(X_AMZ_DATE, HeaderValue::from_str(value).unwrap());
        }
        read_caller("/", query, &headers)
    }

    fn check(
        authorization: Option<&str>,
        date: Option<&str>,
        query: Option<&str>,
        kind: Kind,
        message: &str,
    ) {
        let found = read(authorization, date, query).unwrap_err();
        assert_eq!((found.kind, found.message.as_str()), (kind, message));
    }

    const NOW: Option<&str> = Some("20260101T000000Z");

    #[test]
    fn well_formed_headers_name_the_caller() {
        let expected = Caller {
            access_key: "AK".to_owned(),
            region: "eu-south-1".to_owned(),
        };
        assert_eq!(read(Some(GOOD), NOW, None).unwrap(), expected);
        assert_eq!(
            read(Some(&GOOD.replace(", ", ",")), NOW, None).unwrap(),
            expected
        );
        let odd_key = GOOD.replace("AK/", "a/b+c=d:é/");
        assert_eq!(
            read(Some(&odd_key), NOW, None).unwrap().access_key,
            "a/b+c=d:é"
        );
        let local = GOOD.replace("eu-south-1", "localhost");
        assert_eq!(read(Some(&local), NOW, None).unwrap().region, "localhost");
    }

    #[test]
    fn query_string_form() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2Fk%2F20260101%2Fus-east-1%2Fdynamodb%2F\
                     aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=1";
        let expected = Caller {
            access_key: "A/k".to_owned(),
            region: "us-east-1".to_owned(),
        };
        assert_eq!(read(None, None, Some(query)).unwrap(), expected);
        let both = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
        check(Some(GOOD), NOW, Some(query), INVALID, both);
        let parts = "AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must \
                     include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS \
                     query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.";
        check(None, None, Some("X-Amz-Algorithm=x"), INCOMPLETE, parts);
    }

    #[test]
    fn missing_and_malformed() {
        check(
            None,
            None,
            None,
            MISSING,
            "Request is missing Authentication Token",
        );
        check(
            Some("Basic abc"),
            NOW,
            None,
            MISSING,
            "Request is missing Authentication Token",
        );
        let all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
                   parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires \
                   existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-";
        check(Some("AWS4-"), None, None, INCOMPLETE, all);
        let date = "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601";
        check(Some(GOOD), Some("201"), None, INCOMPLETE, date);
    }

    #[test]
    fn scope() {
        let short = GOOD.replace("/aws4_request", "");
        let five = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                    'AK/20260101/eu-south-1/dynamodb'";
        check(Some(&short), NOW, None, INCOMPLETE, five);
        let wrong = GOOD.replace("eu-south-1/dynamodb/aws4_request", "/s3/x");
        let scope = "Credential should be scoped to a valid region, not ''. Credential should be scoped to correct \
                     service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. ";
        check(Some(&wrong), NOW, None, INVALID, scope);
    }

    #[test]
    fn another_path_fails_after_the_rest() {
        let mut headers = HeaderMap::new();
        let found = read_caller("/x", None, &headers).unwrap_err();
        assert_eq!(found.kind, MISSING);
        headers.insert(AUTHORIZATION, HeaderValue::from_static(GOOD));
        headers.insert(X_AMZ_DATE, HeaderValue::from_static("20260101T000000Z"));
        let found = read_caller("/x", None, &headers).unwrap_err();
        assert_eq!(found.kind, INVALID);
    }

    #[test]
    fn lambda_has_paths_and_a_name_of_its_own() {
        let mut headers = HeaderMap::new();
        headers.insert(X_AMZ_DATE, HeaderValue::from_static("20260101T000000Z"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static(GOOD));
        let found = read_rest_caller(None, &headers).unwrap_err();
        let message = "Credential should be scoped to correct service: 'lambda'. ";
        assert_eq!((found.kind, found.message.as_str()), (INVALID, message));
        let signed = GOOD.replace("/dynamodb/", "/lambda/");
        headers.insert(AUTHORIZATION, HeaderValue::from_str(&signed).unwrap());
        let caller = read_rest_caller(None, &headers).unwrap();
        assert_eq!(
            (caller.access_key.as_str(), caller.region.as_str()),
            ("AK", "eu-south-1")
        );
    }
}
