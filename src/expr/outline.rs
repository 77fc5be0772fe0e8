//! An item cut down to some of its paths: structure is kept, list elements close up in index order.
//!
//! Serves projections and the `UPDATED_*` replies of updates. Paths neither overlap nor conflict, which their parsers
//! made sure of, so that every container is either a map or a list.

use crate::expr::ast::Projection;
use crate::expr::check::order_of_paths;
use crate::types::{Attr, Item, Path, Step};

impl Projection {
    /// The parts of an item that the paths name; what is missing vanishes.
    pub fn apply(&self, item: &Item) -> Item {
        outline(&self.paths, item)
    }
}

/// The parts of an item at some paths.
pub(super) fn outline<'p>(paths: impl IntoIterator<Item = &'p Path>, item: &Item) -> Item {
    let parts = paths
        .into_iter()
        .filter_map(|path| Some((path, path.get(item)?.clone())));
    assemble(parts.collect())
}

/// An item of the values at their paths.
fn assemble(mut parts: Vec<(&Path, Attr)>) -> Item {
    parts.sort_by(|one, two| order_of_paths(one.0, two.0));
    let groups = parts.chunk_by_mut(|one, two| one.0.root == two.0.root);
    Item::from_sorted(
        groups
            .map(|group| (group[0].0.root.to_string(), assemble_at(group, 0)))
            .collect(),
    )
}

/// The value that paths of one beginning, of so many steps, share. Recursion ends with the path.
fn assemble_at(group: &mut [(&Path, Attr)], depth: usize) -> Attr {
    let Some(step) = group[0].0.steps.get(depth) else {
        return std::mem::replace(&mut group[0].1, Attr::Null);
    };
    let is_map = matches!(step, Step::Name(_));
    let groups = group.chunk_by_mut(|one, two| one.0.steps.get(depth) == two.0.steps.get(depth));
    if is_map {
        let entries = groups.map(|group| {
            let name = match group[0].0.steps.get(depth) {
                Some(Step::Name(name)) => name.to_string(),
                _ => String::new(),
            };
            (name, assemble_at(group, depth + 1))
        });
        Attr::M(Item::from_sorted(entries.collect()))
    } else {
        Attr::L(groups.map(|group| assemble_at(group, depth + 1)).collect())
    }
}
