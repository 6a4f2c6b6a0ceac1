//! The words that fields of actions are written with.

use serde::{Deserialize, Serialize};

/// Declares words of the language: variant, word.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every one with its word.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$variant),)*];

            /// The word it is written with.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What a task asks for.
    TaskKind {
        /// Anything.
        #[default]
        Todo "todo",
        /// A call.
        Call "call",
        /// A message by hand.
        Email "email",
        /// A meeting.
        Meeting "meeting",
        /// Something to find out.
        Research "research",
        /// Something to look through.
        Review "review",
    }
}

words! {
    /// How urgent a task or ticket is.
    Priority {
        /// When there is time.
        Low "low",
        /// As it comes.
        #[default]
        Normal "normal",
        /// Before the others.
        High "high",
        /// At once.
        Urgent "urgent",
    }
}

words! {
    /// Reports that the product makes.
    ReportKind {
        /// How the product is used.
        #[default]
        Usage "usage",
        /// Score, trends, issues and chances before a renewal.
        RenewalReadiness "renewal_readiness",
        /// What the product is worth to the customer.
        Roi "roi",
        /// How an account was lost.
        Autopsy "autopsy",
    }
}

words! {
    /// Surveys.
    SurveyKind {
        /// Whether one would recommend it.
        #[default]
        Nps "nps",
        /// Whether one is content.
        Csat "csat",
        /// Whether it was easy.
        Ces "ces",
        /// Whether what was said has been dealt with.
        FollowUp "follow_up",
    }
}
