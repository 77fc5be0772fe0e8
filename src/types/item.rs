//! `Item`: attributes by name, kept sorted by the name's bytes.
//!
//! A sorted vector is compact, decodes without hashing, and makes equality, sizes and replies independent of
//! the order in which a client wrote the names. The same type is the content of a map value.

use crate::types::attr::Attr;

/// Attributes by name, in byte order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    entries: Vec<(String, Attr)>,
}

impl Item {
    /// An item without attributes.
    pub fn new() -> Item {
        Item::default()
    }

    /// Takes entries that are sorted and unique already, as a decoder yields them; others are put in order.
    pub fn from_sorted(entries: Vec<(String, Attr)>) -> Item {
        if entries.is_sorted_by(|a, b| a.0 < b.0) {
            return Item { entries };
        }
        entries.into_iter().collect()
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&Attr> {
        self.place(name).ok().map(|at| &self.entries[at].1)
    }

    /// The value of an attribute, to change in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Attr> {
        self.place(name).ok().map(|at| &mut self.entries[at].1)
    }

    /// Sets an attribute and returns what it was.
    pub fn insert(&mut self, name: String, value: Attr) -> Option<Attr> {
        match self.place(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(at) => {
                self.entries.insert(at, (name, value));
                None
            }
        }
    }

    /// Removes an attribute and returns what it was.
    pub fn remove(&mut self, name: &str) -> Option<Attr> {
        self.place(name).ok().map(|at| self.entries.remove(at).1)
    }

    /// Whether the attribute is there.
    pub fn contains(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// How many attributes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no attribute.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Names and values in byte order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Attr)> {
        self.entries
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    /// Bytes that the service charges: names and values.
    pub fn byte_size(&self) -> usize {
        self.entries
            .iter()
            .map(|(name, value)| name.len() + value.byte_size())
            .sum()
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.0.as_str().cmp(name))
    }
}

/// Of repeated names the last one wins, as in a JSON object.
impl FromIterator<(String, Attr)> for Item {
    fn from_iter<I: IntoIterator<Item = (String, Attr)>>(source: I) -> Item {
        let mut entries: Vec<(String, Attr)> = source.into_iter().collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        // `dedup_by` drops its first argument, the later of two neighbours: swap so that the later value stays.
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        Item { entries }
    }
}

impl IntoIterator for Item {
    type Item = (String, Attr);
    type IntoIter = std::vec::IntoIter<(String, Attr)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_names_sorted_and_the_last_of_repeats() {
        let item: Item = [("b", 1), ("a", 2), ("b", 3)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Attr::N(i64::from(value).into())))
            .collect();
        let names: Vec<_> = item.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(item.get("b"), Some(&Attr::N(3i64.into())));
        assert_eq!(item.byte_size(), 1 + 2 + 1 + 2);
    }
}
