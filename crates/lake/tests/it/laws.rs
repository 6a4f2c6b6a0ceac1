//! Laws that hold for any order of batches, repeats, seals, compactions and restarts.

use std::collections::BTreeSet;

use mainstay_lake::Appended;
use proptest::prelude::*;

use crate::support::{block_on, facts, identities, once, open};

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<u64>),
    Seal,
    Compact,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(1..300_u64, 1..40).prop_map(Step::Append),
        2 => Just(Step::Seal),
        1 => Just(Step::Compact),
        2 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_order_of_batches_repeats_seals_and_restarts_holds_each_fact_once(steps in prop::collection::vec(step(), 1..14)) {
        let folder = tempfile::tempdir().unwrap();
        let mut lake = Some(open(folder.path()));
        let mut sent = BTreeSet::new();
        for step in steps {
            let open_lake = lake.take().unwrap();
            match step {
                Step::Append(numbers) => {
                    let answers = block_on(open_lake.append(facts(numbers.iter().copied()))).unwrap();
                    for (number, answer) in numbers.into_iter().zip(answers) {
                        prop_assert_eq!(sent.insert(number), answer != Appended::Duplicate);
                    }
                }
                Step::Seal => drop(block_on(open_lake.seal()).unwrap()),
                Step::Compact => drop(block_on(open_lake.compact()).unwrap()),
                Step::Restart => {
                    drop(open_lake);
                    lake = Some(open(folder.path()));
                    continue;
                }
            }
            lake = Some(open_lake);
        }
        let lake = lake.unwrap();
        prop_assert_eq!(identities(&lake.snapshot().unwrap()), once(sent.iter().copied()));
        prop_assert_eq!(lake.position(), sent.len() as u64);
    }
}
