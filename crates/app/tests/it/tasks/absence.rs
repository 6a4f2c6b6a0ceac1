//! Who is away, who covers, who has how much to do, and the message of the day.

use mainstay_app::tasks::{NewAbsence, Whose};
use mainstay_model::Zone;
use mainstay_model::access::Role;
use mainstay_store::{OutboxFilter, OutboxStatus};

use super::{ANN, BOB, home, list, new, open, titles};
use crate::support::instant;

const CAT: &str = "cat@vendor.example";

fn away(person: &str, from: &str, until: &str, cover: Option<&str>) -> NewAbsence {
    NewAbsence::between(person, from, until, cover.map(str::to_owned), &Zone::utc()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_somebody_who_is_away_show_for_whoever_covers_and_are_theirs_again_afterwards() {
    let home = home("");
    let app = open(&home, &[("acme", 1_000)]).await;
    app.add_task(&new("acme", "before", Some("2026-03-10T18:00:00Z"))).await.unwrap();
    app.add_absence(&away("Ann@Vendor.example", "2026-03-09", "2026-03-11", Some(BOB))).await.unwrap();
    app.add_task(&new("acme", "meanwhile", None)).await.unwrap();
    let bobs = list(&app, Whose::Of(BOB.into())).await;
    assert_eq!(titles(&bobs), ["before", "meanwhile"]);
    let owners = |page: &mainstay_app::tasks::WorkPage| -> Vec<(String, String)> {
        page.tasks.iter().map(|item| (item.task.owner.clone().unwrap(), item.assignee.clone().unwrap())).collect()
    };
    assert_eq!(owners(&bobs), [(ANN.to_owned(), BOB.to_owned()), (BOB.to_owned(), BOB.to_owned())], "new work is the cover's own");
    assert_eq!(titles(&list(&app, Whose::Of(ANN.into())).await), ["before"], "whoever is away can still look");
    app.add_absence(&away(BOB, "2026-03-10", "2026-03-10", Some(CAT))).await.unwrap();
    assert_eq!(list(&app, Whose::Of(CAT.into())).await.total, 2, "a cover may be away too");
    home.clock.set(instant("2026-03-12T00:00:00Z"));
    assert_eq!(titles(&list(&app, Whose::Of(BOB.into())).await), ["meanwhile"]);
    assert_eq!(titles(&list(&app, Whose::Of(ANN.into())).await), ["before"]);
    assert!(app.absences().await.unwrap().is_empty(), "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absence_has_a_beginning_an_end_and_somebody_else_to_cover() {
    let home = home("");
    let app = open(&home, &[]).await;
    for wrong in [
        away(ANN, "2026-03-12", "2026-03-11", None),
        away(ANN, "2026-03-01", "2026-03-09", None),
        away(ANN, "2026-03-01", "2027-04-01", None),
        away(ANN, "2026-03-11", "2026-03-12", Some("ANN@vendor.example")),
        away("ann", "2026-03-11", "2026-03-12", None),
    ] {
        assert!(app.add_absence(&wrong).await.is_err(), "{wrong:?}");
    }
    assert!(NewAbsence::between(ANN, "soon", "later", None, &Zone::utc()).is_err());
    app.add_absence(&away(ANN, "2026-03-11", "2026-03-12", None)).await.unwrap();
    app.add_absence(&away(ANN, "2026-03-11", "2026-03-13", Some(BOB))).await.unwrap();
    let kept = app.absences().await.unwrap();
    assert_eq!((kept.len(), kept[0].until_at, kept[0].cover.as_deref()), (1, instant("2026-03-14T00:00:00Z"), Some(BOB)));
    app.remove_absence("ANN@vendor.example", instant("2026-03-11T00:00:00Z")).await.unwrap();
    assert!(app.remove_absence(ANN, instant("2026-03-11T00:00:00Z")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_load_names_everybody_who_works_with_accounts_and_who_has_left() {
    let home = home("");
    let app = open(&home, &[("acme", 1_000)]).await;
    for (email, name) in [(ANN, "Ann Lee"), (CAT, "Cat")] {
        app.people().create(email, name, Role::Csm).await.unwrap();
    }
    app.people().create("root@vendor.example", "Root", Role::Admin).await.unwrap();
    app.add_task(&new("acme", "late", Some("2026-03-09T12:00:00Z"))).await.unwrap();
    app.add_task(&new("acme", "soon", Some("2026-03-12T12:00:00Z"))).await.unwrap();
    app.people().disable(ANN).await.unwrap();
    app.add_absence(&away(CAT, "2026-03-10", "2026-03-12", Some(BOB))).await.unwrap();
    let load = app.work_load().await.unwrap();
    let seen: Vec<_> =
        load.owners.iter().map(|one| (one.owner.as_deref().unwrap(), one.open, one.overdue, one.due_this_week, one.has_left)).collect();
    assert_eq!(seen, [(ANN, 2, 1, 1, true), (CAT, 0, 0, 0, false)], "a disabled person with tasks stays in sight");
    assert_eq!((load.owners[1].away_until, load.owners[1].cover.as_deref()), (Some(instant("2026-03-13T00:00:00Z")), Some(BOB)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_briefing_leaves_once_a_day_and_goes_to_whoever_covers() {
    let home = home("");
    let app = open(&home, &[("acme", 40_000)]).await;
    app.add_task(&new("acme", "Call them", Some("2026-03-10T13:00:00Z"))).await.unwrap();
    app.add_task(&new("acme", "Write to them", Some("2026-03-12T13:00:00Z"))).await.unwrap();
    app.add_absence(&away(ANN, "2026-03-10", "2026-03-10", Some(BOB))).await.unwrap();
    let sent = app.send_briefings(None).await.unwrap();
    assert_eq!((sent.len(), sent[0].briefing.to.as_str(), sent[0].queued), (1, BOB, true));
    assert_eq!(sent[0].briefing.subject, "Your day: 1 now, 1 this week");
    assert_eq!(
        sent[0].briefing.text,
        "Now\n- Call them · acme Inc · 20000 USD at risk · due 10 Mar 13:00\n\nThis week\n- Write to them · acme Inc · 20000 USD at risk · due 12 Mar 13:00"
    );
    assert!(!app.send_briefings(None).await.unwrap()[0].queued, "the same day again sends nothing");
    let waiting = async || {
        let filter = OutboxFilter { status: Some(OutboxStatus::Waiting), limit: 9, ..OutboxFilter::default() };
        app.store().outbox(&filter).await.unwrap().len()
    };
    assert_eq!(waiting().await, 2, "by Slack and by mail");
    home.clock.set(instant("2026-03-11T09:00:00Z"));
    assert_eq!(app.send_briefings(Some("ann@vendor.example")).await.unwrap()[0].briefing.to, ANN);
    assert_eq!(waiting().await, 4);
    assert!(app.send_briefings(Some(CAT)).await.unwrap().is_empty(), "whoever has nothing to do is not written to");
}
