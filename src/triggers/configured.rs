//! Configured mappings: made at every start for tables by name, which may not be there yet.
//!
//! Each set of tables has its own mapping, with a position of its own. With one set for all it is made at once; otherwise
//! when a set gets a table of the name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use crate::engine::NamespaceMode;
use crate::error::Fault;
use crate::triggers::TriggerSetting;
use crate::triggers::checkpoint::Checkpoint;
use crate::triggers::mapping::{Mapping, Source, Transition, configured_id};
use crate::triggers::progress;
use crate::triggers::registry::{Mappings, rows, starting_sequence};
use crate::triggers::settings::{Settings, StartingPosition};

/// A mapping as it is configured, for any set of tables.
type Configured = (TriggerSetting, Settings);

/// What is configured for sets of tables that are still to come.
#[derive(Default)]
pub(super) struct Awaited {
    configured: Vec<Configured>,
    /// The sets that have their mapping, with its place among what is configured.
    known: BTreeSet<(String, usize)>,
}

/// Since when a table is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    /// Since before the start.
    Before,
    /// Since then.
    Since,
}

impl Mappings {
    /// Makes the configured mappings, each where it stood if it was configured before.
    pub(super) async fn configure(&self, configured: Vec<Configured>) -> Result<(), Fault> {
        if self.means.engine.options().namespace == NamespaceMode::Shared {
            for (setting, settings) in &configured {
                self.configure_in("", setting, settings, Presence::Before)
                    .await?;
            }
            return Ok(());
        }
        self.awaited.lock().await.configured = configured;
        let mut changes = self.means.engine.news().of_changes();
        self.configure_new(Presence::Before).await?;
        let mappings = self.clone();
        let follower = tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                if let Err(fault) = mappings.configure_new(Presence::Since).await {
                    tracing::error!(?fault, "a configured trigger could not be made");
                }
            }
        });
        let mut held = self.follower.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(follower);
        Ok(())
    }

    /// Makes what is configured for tables that have come and were not noticed yet.
    pub(super) async fn catch_up(&self) -> Result<(), Fault> {
        self.configure_new(Presence::Since).await
    }

    /// Makes the mappings of sets that have a table of their name by now, or what is left of one.
    async fn configure_new(&self, presence: Presence) -> Result<(), Fault> {
        let mut awaited = self.awaited.lock().await;
        let Awaited { configured, known } = &mut *awaited;
        for (place, (setting, settings)) in configured.iter().enumerate() {
            let scopes: BTreeSet<String> = self.means.engine.with_catalog(|catalog| {
                let tables = catalog.all_tables();
                let named = tables.filter(|table| table.name == setting.table);
                let streams = catalog.streams_after(None);
                let left = streams.filter(|head| head.table == setting.table);
                let scopes = named.map(|table| table.scope.clone());
                scopes.chain(left.map(|head| head.scope.clone())).collect()
            });
            for scope in scopes {
                if !known.contains(&(scope.clone(), place)) {
                    self.configure_in(&scope, setting, settings, presence)
                        .await?;
                    known.insert((scope, place));
                }
            }
        }
        Ok(())
    }

    async fn configure_in(
        &self,
        scope: &str,
        setting: &TriggerSetting,
        settings: &Settings,
        presence: Presence,
    ) -> Result<(), Fault> {
        let engine = &self.means.engine;
        let id = configured_id(scope, &setting.table, &setting.function);
        let positions: BTreeMap<String, Checkpoint> =
            rows(engine, &format!("{}{id}", progress::ROW))?;
        let kept = positions.into_values().next();
        let is_new = kept.is_none();
        let mapping = Mapping {
            id,
            function: setting.function.clone(),
            qualifier: None,
            source: Source::Table {
                scope: scope.to_owned(),
                name: setting.table.clone(),
            },
            region: None,
            starting_position: setting.starting_position,
            settings: settings.clone(),
            modified_ms: engine.now_ms(),
            transition: Transition::Creating,
        };
        let checkpoint = kept.unwrap_or_else(|| match presence {
            Presence::Before => self.beginning(&mapping, setting.starting_position),
            Presence::Since => Checkpoint::new(0, 0),
        });
        let trigger = self.start(Arc::new(mapping), checkpoint);
        if is_new {
            trigger.progress.write(engine).await?;
        }
        Ok(())
    }

    /// Where a mapping begins. What is written to a table made later, or recorded by a stream opened later, is delivered
    /// from the start.
    fn beginning(&self, mapping: &Mapping, position: StartingPosition) -> Checkpoint {
        let next = self.means.engine.next_sequence();
        let last = self.means.engine.with_catalog(|catalog| {
            let streams = catalog.streams_after(None);
            streams.filter(|head| mapping.reads(head)).last().cloned()
        });
        match last {
            Some(head) if head.closed.is_none() => {
                Checkpoint::new(head.number, starting_sequence(position, head.first, next))
            }
            Some(head) => Checkpoint::new(head.number, next),
            None => Checkpoint::new(0, 0),
        }
    }
}
