//! Live equals recomputed: whatever the order, the batches and the repetitions, the answers are those of the facts.

use mainstay_app::accounts::AsOf;
use mainstay_model::{Event, EventKind, Fact, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{Home, at, documents, event, instant, past, present, record, take};

const MAINSTAY: &str = "name: Order\ntime_zone: Europe/Berlin\n";

const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 3 days }
  logins_change: { measure: change(logins) }
  logins_trend: { measure: trend(logins) }
  users_seen: { from: events, measure: count_distinct(user_id), window: 4 days }
  spent: { from: events, where: name = 'Paid', measure: sum(properties.value), window: 2 complete days }
  mean_paid: { from: events, where: name = 'Paid', measure: average(properties.value), window: 5 days }
  most_paid: { from: events, where: name = 'Paid', measure: max(properties.value), window: all }
  last_plan: { from: events, measure: last(properties.plan), type: text }
  days_silent: { from: events, measure: days_since(max(occurred_at)) }
  busy_days: { from: events, where: name = 'Signed In', measure: active_days(), window: 6 days }
  paid_share: { from: events, measure: share(name = 'Paid'), window: 4 days }
  late_payments: { from: invoices, where: due_at < as_of and paid_at is null, measure: count(), window: 5 days of due_at }
  billed: { from: invoices, measure: sum(amount), window: all }
  people_known: { from: users, measure: count(), window: all }
  big: { measure: 'coalesce(billed, 0) > 20' }
  product_logins: { per: product, from: events, where: name = 'Signed In', measure: count(), window: 3 days }
  product_change: { measure: change(product_logins) }
  product_trend: { measure: trend(product_logins) }
  product_users: { per: product, from: events, measure: count_distinct(user_id), window: 4 days }
  product_plan: { per: product, from: events, measure: last(properties.plan), type: text }
  product_seats: { per: product, from: subscriptions, where: starts_on <= today, measure: sum(quantity), window: all }
";

const HEALTH: &str = "
health:
  enterprise:
    applies_to: tier = 'enterprise'
    priority: 5
    components:
      - { signal: logins, weight: 3, curve: [[0, 0], [4, 100]] }
      - { signal: billed, weight: 1, curve: [[0, 10], [40, 90]] }
      - { weight: 2, products: worst }
    min_coverage: 30%
  first_product:
    per: product
    applies_to: product = 'p0' and coalesce(product_users, 0) < 3
    priority: 2
    components:
      - { signal: product_logins, weight: 1, curve: [[0, 20], [3, 100]] }
  products:
    per: product
    components:
      - { signal: product_logins, weight: 3, curve: [[0, 0], [5, 100]] }
      - { signal: product_change, weight: 2, curve: [[-1, 0], [1, 100]] }
      - { signal: product_seats, weight: 2, curve: [[0, 0], [20, 100]] }
    guards:
      - { when: late_payments > 0 or product_seats > 25, cap: 55, because: too much of something }
    min_coverage: 40%
  standard:
    components:
      - { weight: 2, products: average }
      - { signal: logins, weight: 2, curve: [[0, 0], [6, 100]] }
      - { signal: logins_change, weight: 1, curve: [[-1, 0], [1, 100]] }
      - { signal: days_silent, weight: 1, healthy: \"< 2\", at_risk: \"2..4\", critical: \"> 4\" }
    guards:
      - { when: late_payments > 0, cap: 45, because: an invoice is overdue }
    min_coverage: 40%
";

/// The first instant of anything; facts fall into the ten days after it, the change of the clocks of 2026-03-29 among them.
const BASE: &str = "2026-03-24T20:00:00Z";
const HALF_HOURS: i64 = 480;

#[derive(Clone, Debug)]
enum Said {
    Event { name: u8, account: Option<u8>, user: Option<u8>, anonymous: Option<u8>, product: Option<u8>, value: u8 },
    Group { user: u8, account: u8 },
    Identify { anonymous: u8, user: u8 },
    Account { account: u8, enterprise: bool },
    Invoice { invoice: u8, account: u8, amount: u8, due: i64, paid: bool },
    Subscription { subscription: u8, account: u8, product: Option<u8>, quantity: u8, starts: i64 },
    User { user: u8, account: Option<u8> },
    Override { account: u8, score: u8, hours: i64 },
}

fn said() -> impl Strategy<Value = Said> {
    let account = || 0..3u8;
    let user = || 0..4u8;
    let product = || proptest::option::of(0..3u8);
    prop_oneof![
        6 => (0..3u8, proptest::option::of(account()), proptest::option::of(user()), proptest::option::of(0..3u8), product(), 0..9u8)
            .prop_map(|(name, account, user, anonymous, product, value)| Said::Event { name, account, user, anonymous, product, value }),
        6 => (0..3u8, user(), product(), 0..9u8)
            .prop_map(|(name, user, product, value)| Said::Event { name, account: None, user: Some(user), anonymous: None, product, value }),
        3 => (user(), account()).prop_map(|(user, account)| Said::Group { user, account }),
        2 => (0..3u8, user()).prop_map(|(anonymous, user)| Said::Identify { anonymous, user }),
        2 => (account(), any::<bool>()).prop_map(|(account, enterprise)| Said::Account { account, enterprise }),
        2 => (0..3u8, account(), 1..30u8, 0..HALF_HOURS, any::<bool>())
            .prop_map(|(invoice, account, amount, due, paid)| Said::Invoice { invoice, account, amount, due, paid }),
        2 => (0..3u8, account(), product(), 1..30u8, 0..HALF_HOURS).prop_map(|(subscription, account, product, quantity, starts)| {
            Said::Subscription { subscription, account, product, quantity, starts }
        }),
        1 => (user(), proptest::option::of(account())).prop_map(|(user, account)| Said::User { user, account }),
        1 => (account(), 0..100u8, 1..90i64).prop_map(|(account, score, hours)| Said::Override { account, score, hours }),
    ]
}

fn half_hours_later(half_hours: i64) -> Timestamp {
    instant(BASE).plus_seconds(half_hours * 1800)
}

fn fact_of(number: usize, said: &Said, at: Timestamp) -> Fact {
    let (acc, usr, anon) = (|n: u8| format!("acc{n}"), |n: u8| format!("user{n}"), |n: u8| format!("browser{n}"));
    let prod = |n: u8| format!("p{n}");
    let empty = event(&format!("m{number}"), "", at);
    match said {
        Said::Event { name, account, user, anonymous, product, value } => Fact::Event(Event {
            name: ["Signed In", "Paid", "Changed Plan"][usize::from(*name)].into(),
            account_id: account.map(acc),
            user_id: user.map(usr),
            anonymous_id: anonymous.map(anon),
            properties: match name {
                1 => json!({"product": product.map(prod), "value": f64::from(*value) / 10.0}).to_string(),
                2 => json!({"product": product.map(prod), "plan": format!("plan{value}")}).to_string(),
                _ => product.map_or_else(|| "{}".into(), |product| json!({"product": prod(product)}).to_string()),
            },
            ..empty
        }),
        Said::Group { user, account } => {
            Fact::Event(Event { kind: EventKind::Group, user_id: Some(usr(*user)), account_id: Some(acc(*account)), ..empty })
        }
        Said::Identify { anonymous, user } => {
            Fact::Event(Event { kind: EventKind::Identify, user_id: Some(usr(*user)), anonymous_id: Some(anon(*anonymous)), ..empty })
        }
        Said::Account { account, enterprise } => {
            record("accounts", &acc(*account), at, &json!({"tier": if *enterprise { "enterprise" } else { "smb" }}))
        }
        Said::Invoice { invoice, account, amount, due, paid } => {
            let paid_at = paid.then(|| at.to_string());
            let due_at = half_hours_later(*due).to_string();
            record(
                "invoices",
                &format!("inv{invoice}"),
                at,
                &json!({"account_id": acc(*account), "amount": amount, "due_at": due_at, "paid_at": paid_at}),
            )
        }
        Said::Subscription { subscription, account, product, quantity, starts } => {
            let starts_on = half_hours_later(*starts).to_string()[..10].to_owned();
            record(
                "subscriptions",
                &format!("sub{subscription}"),
                at,
                &json!({"account_id": acc(*account), "product": product.map(prod), "quantity": quantity, "starts_on": starts_on}),
            )
        }
        Said::User { user, account } => record("users", &usr(*user), at, &json!({"account_id": account.map(acc), "department": "sales"})),
        Said::Override { account, score, hours } => {
            let until = at.plus_seconds(hours * 3600).to_string();
            let fields = json!({"account_id": acc(*account), "score": score, "author": "ann", "reason": "seen", "from_at": at.to_string(), "until_at": until});
            record("score_overrides", &format!("o{number}"), at, &fields)
        }
    }
}

/// A moment of the live application: so many half hours pass, then these facts come (any of them again).
type Moment = (i64, Vec<prop::sample::Index>);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn compare(facts: Vec<Fact>, moments: Vec<Moment>, asked: Vec<i64>) -> Result<(), TestCaseError> {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), BASE);
    let live = home.open().await;
    for (half_hours, picks) in moments {
        home.clock.forward(half_hours * 1800);
        let batch = picks.iter().map(|index| facts[index.index(facts.len())].clone()).collect();
        take(&live, batch).await;
    }
    let end = half_hours_later(HALF_HOURS - 60);
    home.clock.set(end.max(live.now()));
    take(&live, facts.clone()).await;
    let beside = home.open_beside("beside").await;
    take(&beside, facts.iter().rev().cloned().collect()).await;

    let (live_now, beside_now) = (present(&live, 15).await, present(&beside, 15).await);
    prop_assert_eq!(&live_now, &beside_now, "now, against another order");
    let mut pasts = Vec::new();
    for half_hours in asked {
        let asked = at(half_hours_later(half_hours));
        let live_past = past(&live, &asked).await;
        prop_assert_eq!(&live_past, &past(&beside, &asked).await, "as of {:?}, against another order", asked);
        pasts.push((asked, live_past));
    }
    let known = AsOf { at: Some(half_hours_later(300)), known: Some(half_hours_later(330)) };
    let live_known = past(&live, &known).await;
    let again = home.reopen(live).await;
    prop_assert_eq!(&live_now, &present(&again, 15).await, "now, against the facts read again");
    for (asked, live_past) in pasts {
        prop_assert_eq!(&live_past, &past(&again, &asked).await, "as of {:?}, against the facts read again", asked);
    }
    prop_assert_eq!(&live_known, &past(&again, &known).await, "as it was known, against the facts read again");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn live_equals_recomputed_whatever_the_order(
        said in proptest::collection::vec((said(), 0..HALF_HOURS), 1..40),
        moments in proptest::collection::vec((0..100i64, proptest::collection::vec(any::<prop::sample::Index>(), 0..12)), 0..6),
        asked in proptest::collection::vec(0..HALF_HOURS - 60, 2..4),
    ) {
        let facts: Vec<Fact> = said.iter().enumerate().map(|(number, (said, at))| fact_of(number, said, half_hours_later(*at))).collect();
        runtime().block_on(compare(facts, moments, asked))?;
    }
}
