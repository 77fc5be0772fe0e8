//! Any bytes decode to an item or to an error; what decodes is encoded to the same item and printed to the same JSON.

#![no_main]

use dynasled::storage::codec;
use dynasled::types::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut json = Vec::new();
    let written = codec::write_json(bytes, &mut json);
    let size = codec::byte_size(bytes);
    let some = codec::decode_some(bytes, &["a", "b"]);
    let found = codec::lookup(bytes, "a");
    let projected = codec::project_top(bytes, |_| true);
    let Ok(item) = codec::decode_item(bytes) else {
        return;
    };
    assert_eq!(
        codec::decode_item(&codec::encode_item(&item)),
        Ok(item.clone())
    );
    assert_eq!(size, Ok(item.byte_size()));
    assert_eq!(found, Ok(item.get("a").cloned()));
    assert!(some.is_ok_and(|some| some.get("b") == item.get("b")));
    assert_eq!(
        projected.and_then(|bytes| codec::decode_item(&bytes)),
        Ok(item.clone())
    );
    let mut expected = Vec::new();
    wire::write_item(&mut expected, &item);
    assert_eq!((written, json), (Ok(()), expected));
});
