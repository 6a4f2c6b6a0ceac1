//! The words that are stored, shown and serialized lead back to what they stand for.

use std::collections::BTreeSet;

use mainstay_store::{ConsentState, OutboxStatus, Response, RunStatus, StepOutcome, TaskStatus, Verdict};

macro_rules! each_word_leads_back {
    ($($name:ident),+) => {
        #[test]
        fn each_word_leads_back_to_what_it_stands_for() {
            $(
                let words: BTreeSet<&str> = $name::ALL.iter().map(|one| one.as_str()).collect();
                assert_eq!(words.len(), $name::ALL.len());
                for one in $name::ALL {
                    assert_eq!($name::parse(one.as_str()), Some(*one));
                }
                assert_eq!($name::parse("Running "), None);
            )+
        }
    };
}

each_word_leads_back!(ConsentState, OutboxStatus, Response, RunStatus, StepOutcome, TaskStatus, Verdict);
