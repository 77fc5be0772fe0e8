//! Several batches in flight at once: `ParallelizationFactor`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::{Function, World, failure, keys, names, refs, settle_down, success};
use crate::triggers::settings::Settings;

fn parallel(factor: u32) -> Settings {
    Settings {
        parallelization_factor: factor,
        batch_size: 3,
        ..Settings::default()
    }
}

/// For each key the values of `n` in the order of delivery.
fn values(function: &Function) -> BTreeMap<String, Vec<u64>> {
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for call in function.calls() {
        for record in call["Records"].as_array().unwrap() {
            let key = record["dynamodb"]["Keys"]["p"]["S"].as_str().unwrap();
            let n = &record["dynamodb"]["NewImage"]["n"]["N"];
            let n = n.as_str().unwrap().parse().unwrap();
            found.entry(key.to_owned()).or_default().push(n);
        }
    }
    found
}

async fn write(world: &World, keys: usize, range: std::ops::Range<u64>) {
    for n in range {
        for key in names("k", keys) {
            world
                .put_in("abc", &key, json!({"n": {"N": n.to_string()}}))
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_key_keeps_its_order() {
    let world = World::new().await;
    let function = Function::willing().await;
    world.serve_setting("f", &function, 10).await;
    world.map(parallel(10)).await;
    write(&world, 12, 0..10).await;
    world.drain().await;
    let values = values(&function);
    assert_eq!(values.len(), 12);
    for (key, values) in values {
        assert_eq!(values, (0..10).collect::<Vec<_>>(), "{key}");
    }
}

#[tokio::test]
async fn several_are_in_flight_as_far_as_the_function_allows() {
    for (concurrency, wanted) in [(10, 4), (2, 2), (1, 1)] {
        let world = World::new().await;
        let (permits, function) = world.serve_held(concurrency).await;
        world.map(parallel(4)).await;
        world.put(&refs(&names("k", 40))).await;
        world.until(|| function.count() == wanted).await;
        settle_down().await;
        assert_eq!(function.count(), wanted);
        permits.add_permits(1000);
        world.drain().await;
        let mut all = function.batches().concat();
        all.sort();
        let mut keys = names("k", 40);
        keys.sort();
        assert_eq!(all, keys);
    }
}

#[tokio::test]
async fn a_stuck_lane_does_not_stop_the_others() {
    let world = World::new().await;
    let function = Function::poisoned_by("k0").await;
    world.serve_setting("f", &function, 10).await;
    let trigger = world.map(parallel(10)).await;
    world.put(&refs(&names("k", 60))).await;
    let delivered = || trigger.log.delivered.load(Ordering::Relaxed);
    // All but what shares k0's lane, which is a tenth, more or less.
    world.until(|| delivered() >= 40).await;
    let first = trigger.progress.checkpoint().position();
    world.put(&refs(&names("l", 60))).await;
    world.until(|| delivered() >= 85).await;
    assert_eq!(trigger.progress.checkpoint().position(), first);
}

#[tokio::test]
async fn another_factor_loses_and_repeats_nothing() {
    let world = World::new().await;
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let seen = Arc::clone(&broken);
    // One key's lane is stuck until later, so that lanes are far apart when their number changes.
    let function = Function::new(move |event, _| {
        if seen.load(Ordering::SeqCst) && keys(event).contains(&"k0".to_owned()) {
            failure()
        } else {
            success("null")
        }
    })
    .await;
    world.serve_setting("f", &function, 10).await;
    let trigger = world.map(parallel(4)).await;
    for (round, factor) in [7, 1, 10, 3].into_iter().enumerate() {
        let round = round as u64;
        write(&world, 20, round * 5..round * 5 + 5).await;
        settle_down().await;
        world
            .update(&trigger, |settings| {
                settings.parallelization_factor = factor;
            })
            .await;
    }
    broken.store(false, Ordering::SeqCst);
    world.drain_as_time_goes().await;
    let failed = |call: &Value| keys(call).contains(&"k0".to_owned());
    let tried = function.calls().iter().filter(|call| failed(call)).count();
    assert!(tried > 4, "it was in the way");
    let mut delivered = values(&function);
    delivered.retain(|key, _| key != "k0");
    for (key, values) in &mut delivered {
        // Those that shared a batch with k0 came before, in batches that failed.
        let mut last = values.clone();
        last.dedup();
        values.sort_unstable();
        values.dedup();
        assert_eq!(*values, (0..20).collect::<Vec<_>>(), "{key}");
    }
    assert_eq!(trigger.log.delivered.load(Ordering::Relaxed), 400);
}

#[tokio::test]
async fn lanes_keep_their_positions_over_a_crash() {
    let world = World::new().await;
    let function = Function::poisoned_by("k0").await;
    world.serve_setting("f", &function, 10).await;
    let trigger = world.map(parallel(5)).await;
    let all = names("k", 50);
    world.put(&refs(&all)).await;
    let delivered = || trigger.log.delivered.load(Ordering::Relaxed);
    world.until(|| delivered() >= 30).await;
    for _ in 0..4 {
        settle_down().await;
    }
    let before = delivered();
    let world = world.crash(crate::triggers::Options::default()).await;
    let after = Function::willing().await;
    world.serve_setting("f", &after, 10).await;
    world.drain_as_time_goes().await;
    assert_eq!(after.batches().concat().len() as u64, 50 - before);
}
