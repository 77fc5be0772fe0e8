//! `Mapping`: which function gets the records of which stream, how, and in which state that is.
//!
//! Made by the API a mapping belongs to one stream and is kept on disk; made by an option or a configuration file it belongs
//! to a table by name, whichever stream that has, and is there as long as it is configured.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::streams::StreamHead;
use crate::triggers::arn;
use crate::triggers::settings::{Settings, StartingPosition};

/// A mapping as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mapping {
    /// UUID, in lower case.
    pub id: String,
    /// Name of the function, without account or alias.
    pub function: String,
    /// Alias or version of the function, as it was named.
    pub qualifier: Option<String>,
    /// Where records come from.
    pub source: Source,
    /// Region of its ARNs; none: the asker's, and in events that of the record.
    pub region: Option<String>,
    /// Where it began.
    pub starting_position: StartingPosition,
    /// How it delivers.
    pub settings: Settings,
    /// Milliseconds since the epoch.
    pub modified_ms: u64,
    /// What the last change was.
    pub transition: Transition,
}

/// Where records come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Source {
    /// One stream.
    Stream {
        /// Its number.
        stream: u64,
        /// Its ARN as it was named.
        arn: String,
    },
    /// The streams of a table, one after the other.
    Table {
        /// Which set of tables.
        scope: String,
        /// The table.
        name: String,
    },
}

/// A change that shows in the state for as long as statuses last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Transition {
    /// It was made.
    Creating,
    /// It was switched on.
    Enabling,
    /// It was switched off.
    Disabling,
    /// Something else of it changed.
    Updating,
    /// It is being deleted.
    Deleting,
}

impl Transition {
    /// Name in the API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Transition::Creating => "Creating",
            Transition::Enabling => "Enabling",
            Transition::Disabling => "Disabling",
            Transition::Updating => "Updating",
            Transition::Deleting => "Deleting",
        }
    }
}

impl Mapping {
    /// State in the API at a time; what the reply to a change shows is the transition itself.
    pub(super) fn state(&self, now_ms: u64, delay_ms: u64) -> &'static str {
        if self.is_in_transition(now_ms, delay_ms) {
            self.transition.name()
        } else if self.settings.enabled {
            "Enabled"
        } else {
            "Disabled"
        }
    }

    /// Whether the last change still shows at a time.
    pub(super) fn is_in_transition(&self, now_ms: u64, delay_ms: u64) -> bool {
        now_ms < self.modified_ms.saturating_add(delay_ms)
    }

    /// ARN of the function, with its alias or version.
    pub(super) fn function_arn(&self, region: &str, account: &str) -> String {
        let region = self.region.as_deref().unwrap_or(region);
        arn::of_function(region, account, &self.function, self.qualifier.as_deref())
    }

    /// ARN of the mapping.
    pub(super) fn arn(&self, region: &str, account: &str) -> String {
        format!(
            "arn:aws:lambda:{}:{account}:event-source-mapping:{}",
            self.region.as_deref().unwrap_or(region),
            self.id
        )
    }

    /// The table whose records it delivers.
    pub(super) fn table(&self) -> &str {
        match &self.source {
            Source::Table { name, .. } => name,
            Source::Stream { arn, .. } => arn
                .split_once(":table/")
                .and_then(|(_, rest)| rest.split_once("/stream/"))
                .map_or(arn, |(table, _)| table),
        }
    }

    /// For people: what delivers.
    pub(super) fn describe(&self) -> String {
        format!("the trigger of {} for {}", self.table(), self.function)
    }

    /// Whether a stream is one of its own.
    pub(super) fn reads(&self, head: &StreamHead) -> bool {
        match &self.source {
            Source::Stream { stream, .. } => *stream == head.number,
            Source::Table { scope, name } => *scope == head.scope && *name == head.table,
        }
    }

    /// Whether a stream is the one that the API says it reads: a configured one leaves closed streams behind.
    pub(super) fn goes_on_with(&self, head: &StreamHead) -> bool {
        self.reads(head) && (!self.is_configured() || head.closed.is_none())
    }

    /// Whether the mapping is there only while it is configured.
    pub(super) fn is_configured(&self) -> bool {
        matches!(self.source, Source::Table { .. })
    }
}

/// The id of a configured mapping: the same at every start, so that its position is found again.
pub(super) fn configured_id(scope: &str, table: &str, function: &str) -> String {
    let mut digest = Sha256::new();
    for part in [scope, table, function] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configured_mappings_keep_their_ids() {
        let id = configured_id("", "messages", "notify");
        assert_eq!(id.len(), 36);
        assert_eq!(id, configured_id("", "messages", "notify"));
        assert_ne!(id, configured_id("", "messagesn", "otify"));
        assert_ne!(id, configured_id("eu-south-1", "messages", "notify"));
    }

    #[test]
    fn transitions_last_as_long_as_statuses() {
        let mut mapping = Mapping {
            id: configured_id("", "t", "f"),
            function: "f".to_owned(),
            qualifier: Some("live".to_owned()),
            source: Source::Table {
                scope: String::new(),
                name: "t".to_owned(),
            },
            region: None,
            starting_position: StartingPosition::Latest,
            settings: Settings::default(),
            modified_ms: 1000,
            transition: Transition::Creating,
        };
        assert_eq!(mapping.state(1000, 0), "Enabled");
        assert_eq!(mapping.state(1499, 500), "Creating");
        assert_eq!(mapping.state(1500, 500), "Enabled");
        mapping.settings.enabled = false;
        assert_eq!(mapping.state(1500, 500), "Disabled");
        assert_eq!(
            mapping.function_arn("eu-south-1", "000000000000"),
            "arn:aws:lambda:eu-south-1:000000000000:function:f:live"
        );
    }
}
