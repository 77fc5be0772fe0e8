//! Document paths: a top-level attribute name, then map keys and list indices.
//!
//! Owns reading a value at a path and how two paths stand to each other. Changing a document is
//! `expr::apply`'s work.

use std::fmt;
use std::sync::Arc;

use crate::types::attr::Attr;
use crate::types::item::Item;

/// One element behind the top-level name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `.name`: an entry of a map.
    Name(Arc<str>),
    /// `[n]`: an element of a list.
    Index(u32),
}

/// A document path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The top-level attribute name.
    pub root: Arc<str>,
    /// What follows it.
    pub steps: Vec<Step>,
}

/// How two paths stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Neither touches the other.
    Apart,
    /// They are equal, or one lies within the other.
    Overlap,
    /// They treat one document as a map here and as a list there.
    Conflict,
}

impl Path {
    /// The value at this path in an item.
    pub fn get<'i>(&self, item: &'i Item) -> Option<&'i Attr> {
        self.steps
            .iter()
            .try_fold(item.get(&self.root)?, |value, step| match (value, step) {
                (Attr::M(map), Step::Name(name)) => map.get(name),
                (Attr::L(list), Step::Index(index)) => list.get(*index as usize),
                _ => None,
            })
    }

    /// How this path stands to another.
    pub fn relation(&self, other: &Path) -> Relation {
        if self.root != other.root {
            return Relation::Apart;
        }
        for (mine, theirs) in self.steps.iter().zip(&other.steps) {
            match (mine, theirs) {
                (Step::Name(a), Step::Name(b)) if a == b => {}
                (Step::Index(a), Step::Index(b)) if a == b => {}
                (Step::Name(_), Step::Name(_)) | (Step::Index(_), Step::Index(_)) => {
                    return Relation::Apart;
                }
                _ => return Relation::Conflict,
            }
        }
        Relation::Overlap
    }
}

/// The form that error messages print: `[a, b, [0]]`.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "[{}", self.root)?;
        for step in &self.steps {
            match step {
                Step::Name(name) => write!(out, ", {name}")?,
                Step::Index(index) => write!(out, ", [{index}]")?,
            }
        }
        out.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(root: &str, steps: &[Result<&str, u32>]) -> Path {
        let steps = steps.iter().map(|step| match *step {
            Ok(name) => Step::Name(name.into()),
            Err(index) => Step::Index(index),
        });
        Path {
            root: root.into(),
            steps: steps.collect(),
        }
    }

    #[test]
    fn relations() {
        let a = path("a", &[]);
        let ab = path("a", &[Ok("b")]);
        let a1 = path("a", &[Err(1)]);
        let abc = path("a", &[Ok("b"), Ok("c")]);
        for (one, two, expected) in [
            (&a, &ab, Relation::Overlap),
            (&ab, &abc, Relation::Overlap),
            (&ab, &ab, Relation::Overlap),
            (&ab, &a1, Relation::Conflict),
            (&ab, &path("a", &[Ok("x")]), Relation::Apart),
            (&a1, &path("a", &[Err(2)]), Relation::Apart),
            (&a, &path("b", &[]), Relation::Apart),
        ] {
            assert_eq!(one.relation(two), expected, "{one} {two}");
            assert_eq!(two.relation(one), expected, "{two} {one}");
        }
        assert_eq!(abc.to_string(), "[a, b, c]");
        assert_eq!(path("l", &[Err(0)]).to_string(), "[l, [0]]");
    }

    #[test]
    fn reads_maps_and_lists() {
        let inner: Item = [("b".to_owned(), Attr::L(vec![Attr::Null, Attr::Bool(true)]))]
            .into_iter()
            .collect();
        let item: Item = [("a".to_owned(), Attr::M(inner))].into_iter().collect();
        assert_eq!(
            path("a", &[Ok("b"), Err(1)]).get(&item),
            Some(&Attr::Bool(true))
        );
        assert_eq!(path("a", &[Ok("b"), Err(2)]).get(&item), None);
        assert_eq!(path("a", &[Err(0)]).get(&item), None);
    }
}
