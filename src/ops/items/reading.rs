//! What Query and Scan share: Select and its rules, what an index can return, the start of a page, the reply.

use crate::engine::capacity::{Consistency, ReturnCapacity};
use crate::engine::page::{Fetch, Output, Page};
use crate::engine::plan::Source;
use crate::engine::table::{Index, IndexKind, Projection as IndexProjection, Table};
use crate::error::Fault;
use crate::expr::{Condition, Projection};
use crate::model::{Entries, Json};
use crate::ops::input::{TableRef, consistency, integer, return_capacity, table_ref, text};
use crate::ops::output::ObjectWriter;

/// The members that both have.
pub(super) struct Options<'r> {
    pub(super) named: TableRef,
    pub(super) index: Option<String>,
    pub(super) consistency: Consistency,
    pub(super) limit: Option<usize>,
    pub(super) start: Option<Entries<'r>>,
    select: Option<Select>,
    pub(super) detail: ReturnCapacity,
}

/// Select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Select {
    AllAttributes,
    AllProjected,
    Count,
    Specific,
}

impl<'r> Options<'r> {
    pub(super) fn read(request: &mut Json<'r>) -> Options<'r> {
        Options {
            start: request.take("ExclusiveStartKey").map(Json::into_values),
            named: table_ref(request),
            index: text(request, "IndexName").map(str::to_owned),
            consistency: consistency(request),
            limit: integer(request, "Limit").and_then(|limit| usize::try_from(limit).ok()),
            select: text(request, "Select").and_then(|word| match word {
                "ALL_ATTRIBUTES" => Some(Select::AllAttributes),
                "ALL_PROJECTED_ATTRIBUTES" => Some(Select::AllProjected),
                "COUNT" => Some(Select::Count),
                "SPECIFIC_ATTRIBUTES" => Some(Select::Specific),
                _ => None,
            }),
            detail: return_capacity(request),
        }
    }

    /// Checks Select against the projection and the index. `projection` names the parameter that gives one, if any.
    pub(super) fn check_select(&self, projection: Option<&str>) -> Result<(), Fault> {
        match (self.select, projection) {
            (Some(Select::AllAttributes), Some(parameter)) => Err(Fault::selection(format!(
                "Cannot specify the {parameter} when choosing to get ALL_ATTRIBUTES"
            ))),
            (Some(Select::AllProjected), Some(parameter)) => Err(Fault::selection(format!(
                "Cannot specify the {parameter} when choosing to get ALL_PROJECTED_ATTRIBUTES"
            ))),
            (Some(Select::Count), Some(parameter)) => Err(Fault::selection(format!(
                "Cannot specify the {parameter} when choosing to get only the Count"
            ))),
            (Some(Select::AllProjected), None) if self.index.is_none() => Err(Fault::selection(
                "One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
            )),
            (Some(Select::Specific), None) => Err(Fault::selection(
                "One or more parameter values were invalid: Must specify the ProjectionExpression or AttributesToGet when choosing to get SPECIFIC_ATTRIBUTES",
            )),
            _ => Ok(()),
        }
    }

    /// The table or the index that is read.
    pub(super) fn source(&self, table: &Table) -> Result<Source, Fault> {
        let source = Source::resolve(table, self.index.as_deref()).ok_or_else(|| {
            let name = self.index.as_deref().unwrap_or_default();
            Fault::schema(format!(
                "The table does not have the specified index: {name}"
            ))
        })?;
        let is_global = source
            .index(table)
            .is_some_and(|index| index.kind == IndexKind::Global);
        if is_global && self.consistency == Consistency::Strong {
            return Err(Fault::schema(
                "Consistent reads are not supported on global secondary indexes",
            ));
        }
        if let Some(index) = source.index(table).filter(|index| index.backfilling) {
            return Err(Fault::schema(format!(
                "Cannot read from backfilling global secondary index: {}",
                index.name
            )));
        }
        Ok(source)
    }

    /// What is returned of each row, and whether the table must be asked for it.
    pub(super) fn output(
        &self,
        table: &Table,
        source: Source,
        projection: Option<Projection>,
    ) -> Result<(Output, Fetch), Fault> {
        let fetch = match source.index(table) {
            None => Fetch::Never,
            Some(index) => self.fetch(table, index, projection.as_ref())?,
        };
        let output = match (self.select, projection) {
            (Some(Select::Count), _) => Output::Count,
            (_, Some(projection)) => Output::Projection(projection),
            _ => Output::Everything,
        };
        Ok((output, fetch))
    }

    /// A global index returns what it holds and refuses the rest; a local one has the rest fetched.
    fn fetch(
        &self,
        table: &Table,
        index: &Index,
        projection: Option<&Projection>,
    ) -> Result<Fetch, Fault> {
        let wants_all =
            self.select == Some(Select::AllAttributes) && index.projection != IndexProjection::All;
        let missing: Vec<&str> = projection
            .into_iter()
            .flat_map(Projection::roots)
            .map(AsRef::as_ref)
            .filter(|name| !index.projects(name, &table.key))
            .collect();
        match index.kind {
            IndexKind::Global if wants_all => Err(Fault::schema(format!(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type is not ALL",
                index.name
            ))),
            IndexKind::Global if !missing.is_empty() => Err(Fault::schema(format!(
                "One or more parameter values were invalid: Global secondary index {} does not project [{}]",
                index.name,
                missing.join(", ")
            ))),
            IndexKind::Local if wants_all || !missing.is_empty() => Ok(Fetch::Base),
            _ => Ok(Fetch::Never),
        }
    }

    /// The reply with a page.
    pub(super) fn reply(&self, table: &Table, page: &Page, output: ItemsMember) -> Vec<u8> {
        let mut reply = ObjectWriter::with_capacity(page.items.len() + 256);
        if output == ItemsMember::Present {
            let out = reply.member("Items");
            out.push(b'[');
            out.extend_from_slice(&page.items);
            out.push(b']');
        }
        reply.number("Count", page.count);
        reply.number("ScannedCount", page.scanned);
        if let Some(key) = &page.last_key {
            reply.member("LastEvaluatedKey").extend_from_slice(key);
        }
        reply.consumed(&page.consumed, table, &self.named, self.detail);
        reply.finish()
    }
}

/// Whether the reply has the Items member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemsMember {
    /// It has.
    Present,
    /// Only counts were asked for.
    Absent,
}

impl ItemsMember {
    pub(super) fn of(output: &Output) -> ItemsMember {
        if matches!(output, Output::Count) {
            ItemsMember::Absent
        } else {
            ItemsMember::Present
        }
    }
}

/// The first attribute that a filter reads and `is_named` finds.
pub(super) fn first_root(filter: &Condition, is_named: impl Fn(&str) -> bool) -> Option<String> {
    let mut found = None;
    filter.visit_roots(&mut |name| {
        if found.is_none() && is_named(name) {
            found = Some(name.to_string());
        }
    });
    found
}
