//! The head of an account's page: the large facts under its name, and how its score was made.

use mainstay_app::accounts::{AccountView, Said};

use crate::console::accounts::rows::change_tone;
use crate::console::when::When;
use crate::console::words::{Locale, Moment, NOT_KNOWN, day_words, days_until, label, segment};

/// A large fact under the name.
#[derive(Clone, Debug)]
pub struct HeadFact {
    /// The value.
    pub value: String,
    /// What it is.
    pub label: String,
    /// `good`, `bad` or nothing.
    pub tone: &'static str,
    /// More about it.
    pub title: String,
}

/// How the score was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The model's name; empty where none applies.
    pub model: String,
    /// Its version.
    pub version: String,
    /// Its page.
    pub href: String,
    /// When.
    pub ago: String,
    /// The exact time.
    pub at: String,
    /// Share of weight that had a value.
    pub coverage: String,
}

pub(super) fn head_facts(view: &AccountView, moment: &Moment, locale: Locale, currency: &str) -> Vec<HeadFact> {
    let fact = |value: Option<String>, name: &str, tone, title: String| {
        let value = value.unwrap_or_else(|| NOT_KNOWN.to_owned());
        HeadFact { value, label: name.to_owned(), tone, title }
    };
    let [month, two, three] = view.change;
    let changes = [(two, "in 60"), (three, "in 90")];
    let longer: Vec<String> =
        changes.iter().filter_map(|(change, label)| change.map(|change| format!("{} {label}", locale.change(change)))).collect();
    let change_label = if longer.is_empty() { "30 days".to_owned() } else { format!("30 days · {}", longer.join(" · ")) };
    let renewal = view.renews_on.map_or_else(|| "to renewal".to_owned(), |day| format!("to renewal · {}", day_words(day)));
    let said = |said: &Said| format!("CSM sentiment · said by {}, {}", said.by, moment.ago(said.at));
    let sentiment_label = view.sentiment_said.as_ref().map_or_else(|| "CSM sentiment".to_owned(), said);
    vec![
        fact(view.arr.map(|arr| locale.money(arr, currency)), "ARR", "", "Annual recurring revenue of its contracts".to_owned()),
        fact(view.days_to_renewal.map(days_until), &renewal, "", "Calendar days to the end of the contract".to_owned()),
        fact(month.map(|change| locale.change(change)), &change_label, change_tone(month), "Score now minus the score then".to_owned()),
        fact(view.owner.clone(), "owner", "", "Who looks after it".to_owned()),
        fact(view.stage.as_deref().map(label), "stage", "", String::new()),
        fact(view.sentiment.as_deref().map(label), &sentiment_label, "", "The manager's own judgement, kept beside the score".to_owned()),
    ]
}

pub(super) fn made(view: &AccountView, when: &When, moment: &Moment, locale: Locale) -> Made {
    Made {
        model: view.model.clone(),
        version: view.model_version.clone(),
        href: format!("/models/{}", segment(&view.model)),
        ago: if when.is_past() { moment.full(view.scored_at) } else { moment.ago(view.scored_at) },
        at: moment.full(view.scored_at),
        coverage: locale.percent(view.coverage),
    }
}
