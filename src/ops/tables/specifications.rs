//! Streams, encryption and table class, as CreateTable and UpdateTable specify them.
//!
//! Owns the rules within one request. Nothing is encrypted for the sake of a specification: a key is only shown.

use sha2::{Digest, Sha256};

use super::{Occasion, invalid};
use crate::engine::table::ViewType;
use crate::error::Fault;
use crate::model::Json;
use crate::ops::input::{flag, text};

/// What becomes of a table's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamChange {
    /// A stream is opened.
    Enable(ViewType),
    /// There is to be none.
    Disable,
}

/// What becomes of a table's encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// The service's own key, of which nothing is shown.
    Default,
    /// The key of this ARN.
    Key(String),
}

/// What the ARNs of keys that are named otherwise are made of.
#[derive(Clone, Copy, Debug)]
pub struct KeyNaming<'n> {
    /// Region of the request.
    pub region: &'n str,
    /// Account.
    pub account: &'n str,
}

/// StreamSpecification.
pub fn read_stream(request: &Json<'_>, occasion: Occasion) -> Result<Option<StreamChange>, Fault> {
    let Some(specification) = request.member("StreamSpecification") else {
        return Ok(None);
    };
    let view = text(specification, "StreamViewType").and_then(ViewType::from_name);
    match (flag(specification, "StreamEnabled"), view, occasion) {
        (true, Some(view), _) => Ok(Some(StreamChange::Enable(view))),
        (false, None, _) => Ok(Some(StreamChange::Disable)),
        (true, None, Occasion::Create) => Err(invalid(
            "Table is being created with a stream enabled, UpdateViewType is required",
        )),
        (false, Some(_), Occasion::Create) => Err(invalid(
            "Table is being created with a stream disabled, UpdateViewType should not be specified",
        )),
        (true, None, Occasion::Update) => Err(invalid(
            "If stream is being enabled then UpdateViewType is required",
        )),
        (false, Some(_), Occasion::Update) => Err(invalid(
            "If stream is being disabled, then UpdateViewType must not be specified",
        )),
    }
}

/// SSESpecification; an empty one asks for the default.
pub fn read_encryption(
    request: &Json<'_>,
    keys: &KeyNaming<'_>,
) -> Result<Option<Encryption>, Fault> {
    let Some(specification) = request.member("SSESpecification") else {
        return Ok(None);
    };
    let enabled = specification.member("Enabled").and_then(Json::flag);
    let (kind, key) = (
        text(specification, "SSEType"),
        text(specification, "KMSMasterKeyId"),
    );
    if enabled == Some(false) {
        return match (kind, key) {
            (Some(_), _) => Err(invalid("SSEType can not be specified if Enabled is false")),
            (None, Some(_)) => Err(invalid(
                "KMSMasterKeyId can not be specified if Enabled is false",
            )),
            (None, None) => Ok(Some(Encryption::Default)),
        };
    }
    match (kind, key) {
        (Some("AES256"), _) => Err(invalid("SSEType AES256 is not supported")),
        (None, Some(_)) => Err(invalid(
            "SSEType KMS is required if KMSMasterKeyId is specified",
        )),
        (None, None) if enabled.is_none() => Ok(Some(Encryption::Default)),
        (_, key) => Ok(Some(Encryption::Key(
            keys.arn(key.unwrap_or("alias/aws/dynamodb")),
        ))),
    }
}

impl KeyNaming<'_> {
    /// The ARN that a key is shown by. There is no key service to ask, so an alias stands for one key that is made up of it.
    fn arn(&self, key: &str) -> String {
        let KeyNaming { region, account } = self;
        match key.rsplit_once("alias/") {
            Some((_, alias)) => {
                let digest: [u8; 32] = Sha256::digest(alias).into();
                let mut id = [0; 16];
                id.copy_from_slice(&digest[..16]);
                let id = uuid::Builder::from_random_bytes(id).into_uuid();
                format!("arn:aws:kms:{region}:{account}:key/{id}")
            }
            None if key.starts_with("arn:") => key.to_owned(),
            None => format!("arn:aws:kms:{region}:{account}:key/{key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ops::tables::testing::{checked, message};

    const KEYS: KeyNaming<'static> = KeyNaming {
        region: "r",
        account: "0",
    };

    fn request(member: &str, value: &Value) -> Json<'static> {
        checked("CreateTable", &json!({"TableName": "abc", member: value}))
    }

    #[test]
    fn streams_need_a_view_type_and_nothing_else_has_one() {
        let read = |value: Value| {
            read_stream(&request("StreamSpecification", &value), Occasion::Create)
                .map_err(|fault| message(&fault))
        };
        assert_eq!(read(json!(null)), Ok(None));
        assert_eq!(
            read(json!({"StreamEnabled": false})),
            Ok(Some(StreamChange::Disable))
        );
        let view = json!({"StreamEnabled": true, "StreamViewType": "OLD_IMAGE"});
        assert_eq!(
            read(view),
            Ok(Some(StreamChange::Enable(ViewType::OldImage)))
        );
        for (value, expected) in [
            (
                json!({"StreamEnabled": true}),
                "Table is being created with a stream enabled, UpdateViewType is required",
            ),
            (
                json!({"StreamEnabled": false, "StreamViewType": "OLD_IMAGE"}),
                "Table is being created with a stream disabled, UpdateViewType should not be specified",
            ),
        ] {
            assert_eq!(
                read(value),
                Err(format!(
                    "One or more parameter values were invalid: {expected}"
                ))
            );
        }
    }

    #[test]
    fn encryption_is_by_a_key_or_by_default() {
        let read = |value: Value| {
            read_encryption(&request("SSESpecification", &value), &KEYS)
                .map_err(|fault| message(&fault))
        };
        assert_eq!(read(json!({})), Ok(Some(Encryption::Default)));
        assert_eq!(
            read(json!({"Enabled": false})),
            Ok(Some(Encryption::Default))
        );
        let key = |value: Value| match read(value) {
            Ok(Some(Encryption::Key(arn))) => arn,
            other => panic!("{other:?}"),
        };
        let own = |id: &str| json!({"SSEType": "KMS", "KMSMasterKeyId": id});
        assert_eq!(key(own("abc")), "arn:aws:kms:r:0:key/abc");
        assert_eq!(
            key(own("arn:aws:kms:x:1:key/abc")),
            "arn:aws:kms:x:1:key/abc"
        );
        assert_eq!(
            key(json!({"Enabled": true})),
            key(json!({"SSEType": "KMS"}))
        );
        assert_eq!(key(own("alias/a")), key(own("arn:aws:kms:r:0:alias/a")));
        assert_ne!(key(own("alias/a")), key(own("alias/b")));
        for (value, expected) in [
            (
                json!({"Enabled": false, "SSEType": "KMS"}),
                "SSEType can not be specified if Enabled is false",
            ),
            (
                json!({"Enabled": false, "KMSMasterKeyId": "abc"}),
                "KMSMasterKeyId can not be specified if Enabled is false",
            ),
            (
                json!({"Enabled": true, "SSEType": "AES256"}),
                "SSEType AES256 is not supported",
            ),
            (
                json!({"Enabled": true, "KMSMasterKeyId": "abc"}),
                "SSEType KMS is required if KMSMasterKeyId is specified",
            ),
        ] {
            assert_eq!(
                read(value),
                Err(format!(
                    "One or more parameter values were invalid: {expected}"
                ))
            );
        }
    }
}
