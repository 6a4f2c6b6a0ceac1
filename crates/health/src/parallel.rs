//! Signals do not depend on each other: work on all of them is spread over the cores.

use std::sync::{Mutex, PoisonError};

/// Does a piece of work for each item, on as many threads as there are cores, and answers the first failure.
///
/// # Errors
/// What `work` failed with; items that nobody has begun with are left alone then.
pub fn each_at_once<T: Send, E: Send>(items: Vec<T>, work: impl Fn(T) -> Result<(), E> + Sync) -> Result<(), E> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    if threads < 2 {
        return items.into_iter().try_for_each(work);
    }
    let (waiting, failed) = (Mutex::new(items.into_iter()), Mutex::new(None));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let help = || {
        while let Some(item) = next() {
            if let Err(error) = work(item) {
                while next().is_some() {}
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(help);
        }
        help();
    });
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn every_item_is_worked_on_once_and_a_failure_is_told() {
        let sum = AtomicU32::new(0);
        let work = |item: u32| {
            sum.fetch_add(item, Ordering::Relaxed);
            if item == 1_000 { Err("too much") } else { Ok(()) }
        };
        assert_eq!(each_at_once((1..=100).collect(), work), Ok(()));
        assert_eq!(sum.load(Ordering::Relaxed), 5_050);
        assert_eq!(each_at_once(vec![1, 1_000, 1], work), Err("too much"));
        assert_eq!(each_at_once(Vec::new(), work), Ok(()));
    }
}
