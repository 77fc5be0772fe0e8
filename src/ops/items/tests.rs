//! Properties of what is written and read back, over random items.

use serde_json::Value;

mod entries;
mod histories;
mod pages;
mod queries;
mod scans;
mod writes;

/// Items in an order that only depends on what they are.
fn sorted(items: impl IntoIterator<Item = Value>) -> Vec<String> {
    let mut texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    texts.sort();
    texts
}

fn wait(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(test);
}
