//! All tables and streams, as readers see them. The commit thread alone changes it, after a group is in the store.

use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

use crate::engine::streams::StreamHead;
use crate::engine::table::Table;
use crate::storage::keys::{self, Namespace};
use crate::storage::{Order, Store, StoreError};

/// Scope and name of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableName {
    /// Which set of tables.
    pub scope: String,
    /// Name within it.
    pub name: String,
}

impl TableName {
    /// The name of a table.
    pub fn of(table: &Table) -> TableName {
        TableName {
            scope: table.scope.clone(),
            name: table.name.clone(),
        }
    }
}

/// Tables and streams.
#[derive(Debug, Default)]
pub struct Catalog {
    tables: HashMap<String, BTreeMap<String, Arc<Table>>>,
    streams: BTreeMap<u64, Arc<StreamHead>>,
}

impl Catalog {
    /// Reads every descriptor of a store.
    pub fn load(store: &dyn Store) -> Result<Catalog, StoreError> {
        let mut catalog = Catalog::default();
        for (key, table) in load_all::<Table>(store, Namespace::Table)? {
            let (scope, name) = keys::parse_scoped(&key).ok_or_else(|| {
                StoreError::Corrupt("a table descriptor without a name".to_owned())
            })?;
            catalog.set_table(TableName { scope, name }, Some(Arc::new(table)));
        }
        for (_, head) in load_all::<StreamHead>(store, Namespace::StreamHead)? {
            catalog.set_stream(head.number, Some(Arc::new(head)));
        }
        Ok(catalog)
    }

    /// The table of that name.
    pub fn table(&self, scope: &str, name: &str) -> Option<&Arc<Table>> {
        self.tables.get(scope)?.get(name)
    }

    /// Tables of a scope whose names follow `after`, in byte order.
    pub fn tables_after(
        &self,
        scope: &str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &Arc<Table>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.tables
            .get(scope)
            .into_iter()
            .flat_map(move |tables| tables.range::<str, _>((from, Bound::Unbounded)))
            .map(|(_, table)| table)
    }

    /// Tables of all scopes.
    pub fn all_tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values().flat_map(BTreeMap::values)
    }

    /// The stream of that number.
    pub fn stream(&self, number: u64) -> Option<&Arc<StreamHead>> {
        self.streams.get(&number)
    }

    /// Streams of all scopes behind `after`, in the order in which they were made.
    pub fn streams_after(&self, after: Option<u64>) -> impl Iterator<Item = &Arc<StreamHead>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.streams
            .range((from, Bound::Unbounded))
            .map(|(_, head)| head)
    }

    /// Puts a table in or takes it out.
    pub(super) fn set_table(&mut self, name: TableName, table: Option<Arc<Table>>) {
        let scope = self.tables.entry(name.scope).or_default();
        match table {
            Some(table) => scope.insert(name.name, table),
            None => scope.remove(&name.name),
        };
    }

    /// Puts a stream in or takes it out.
    pub(super) fn set_stream(&mut self, number: u64, head: Option<Arc<StreamHead>>) {
        match head {
            Some(head) => self.streams.insert(number, head),
            None => self.streams.remove(&number),
        };
    }
}

fn load_all<T: serde::de::DeserializeOwned>(
    store: &dyn Store,
    namespace: Namespace,
) -> Result<Vec<(Vec<u8>, T)>, StoreError> {
    let mut found = Vec::new();
    let mut damage = None;
    let range = keys::whole_namespace(namespace);
    let (from, to) = range.bounds();
    store.range(
        from,
        to,
        Order::Forward,
        &mut |key, value| match serde_json::from_slice(value) {
            Ok(descriptor) => {
                found.push((key.to_vec(), descriptor));
                ControlFlow::Continue(())
            }
            Err(error) => {
                damage = Some(StoreError::Corrupt(format!("a descriptor: {error}")));
                ControlFlow::Break(())
            }
        },
    )?;
    damage.map_or(Ok(found), Err)
}
