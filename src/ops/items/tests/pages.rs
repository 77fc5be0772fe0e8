//! A request read page by page.

use serde_json::{Value, json};

use crate::ops::tables::testing::Service;

/// All pages of a request: the items, and how many were counted and looked at page by page.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) items: Vec<Value>,
    pub(super) counts: Vec<(u64, u64)>,
}

impl Pages {
    /// Reads on until there is no more. If told so, deletes the item at the end of each page first.
    pub(super) async fn read(
        service: &Service,
        operation: &str,
        request: &Value,
        erase: bool,
    ) -> Pages {
        let mut pages = Pages::default();
        let mut request = request.clone();
        loop {
            let page = service.call(operation, request.clone()).await.unwrap();
            let items = page["Items"].as_array().unwrap();
            let count = |member: &str| page[member].as_u64().unwrap();
            assert_eq!(items.len() as u64, count("Count"));
            pages.counts.push((count("Count"), count("ScannedCount")));
            pages.items.extend(items.iter().cloned());
            let Some(last) = page.get("LastEvaluatedKey") else {
                return pages;
            };
            assert!(pages.counts.len() < 200, "the pages have no end: {request}");
            if erase {
                let key = json!({"p": last["p"], "s": last["s"]});
                let request = json!({"TableName": "abc", "Key": key});
                service.call("DeleteItem", request).await.unwrap();
            }
            request["ExclusiveStartKey"] = last.clone();
        }
    }

    pub(super) fn totals(&self) -> (u64, u64) {
        let sum = |pick: fn(&(u64, u64)) -> u64| self.counts.iter().map(pick).sum();
        (sum(|page| page.0), sum(|page| page.1))
    }

    /// Every page is full but the last, which is not.
    pub(super) fn check_limit(&self, limit: u64) {
        let (last, before) = self.counts.split_last().unwrap();
        assert!(before.iter().all(|page| page.1 == limit), "{self:?}");
        assert!(last.1 < limit, "{self:?}");
    }
}
