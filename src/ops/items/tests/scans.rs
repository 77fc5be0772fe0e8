//! Scan, whole and in segments: every item is found once, in pages of any size.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::entries::{Entry, VIEWS, View, add_filter, entries, filled, is_kept};
use super::pages::Pages;
use super::{sorted, wait};

async fn check_scan(entries: &[Entry], view: View, filter: Option<u8>, limit: u64, segments: u32) {
    let mut request = json!({"TableName": "abc"});
    if let Some(index) = view.index {
        request["IndexName"] = json!(index);
    }
    add_filter(&mut request, filter);
    let met: Vec<&Entry> = entries.iter().filter(|entry| entry.is_in(view)).collect();
    let kept = met.iter().filter(|entry| is_kept(entry, filter));

    let service = filled("S", entries).await;
    let whole = Pages::read(&service, "Scan", &request, false).await;
    let expected = sorted(kept.map(|entry| entry.json()));
    assert_eq!(whole.counts, [(expected.len() as u64, met.len() as u64)]);
    assert_eq!(sorted(whole.items.clone()), expected);

    // Segments are consecutive ranges of one order, so that nothing is in two of them or in none.
    let (mut items, mut looked_at) = (Vec::new(), 0);
    for segment in 0..segments {
        request["Segment"] = json!(segment);
        request["TotalSegments"] = json!(segments);
        let segment = Pages::read(&service, "Scan", &request, false).await;
        let mut limited = request.clone();
        limited["Limit"] = json!(limit);
        let pages = Pages::read(&service, "Scan", &limited, false).await;
        assert_eq!(pages.items, segment.items);
        assert_eq!(pages.totals(), segment.totals());
        pages.check_limit(limit);
        looked_at += segment.totals().1;
        items.extend(segment.items);
    }
    assert_eq!(items, whole.items);
    assert_eq!(looked_at, met.len() as u64);

    let mut limited = json!({"Limit": limit});
    for (name, value) in request.as_object().unwrap() {
        if !name.ends_with("Segment") && !name.ends_with("Segments") {
            limited[name] = value.clone();
        }
    }
    for erase in [false, true] {
        let pages = Pages::read(&service, "Scan", &limited, erase).await;
        assert_eq!(pages.items, whole.items);
        assert_eq!(pages.totals(), whole.totals());
        pages.check_limit(limit);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scans_and_their_segments_find_every_item_once(
        entries in entries("S", "abcdefghijklmnop"),
        view in select(VIEWS.to_vec()),
        filter in option::of(0u8..5),
        limit in 1u64..12,
        segments in 1u32..7,
    ) {
        wait(check_scan(&entries, view, filter, limit, segments));
    }
}
