//! Every template rendered with samples: what holds for each page, whatever it shows.

use std::collections::HashSet;
use std::io::Write;

use askama::Template;

use super::render;
use super::samples::{HOSTILE, Samples};

fn every_kind() -> Vec<(&'static str, Samples)> {
    vec![("typical", Samples::typical()), ("empty", Samples::empty()), ("huge", Samples::huge()), ("hostile", Samples::hostile())]
}

fn each_page(check: impl Fn(&str, &str)) {
    for (kind, samples) in every_kind() {
        for (page, html) in render::all(&samples) {
            check(&format!("{kind} {page}"), &html);
        }
    }
}

/// The start tags of a page, each with its attributes.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag)).filter(|tag| !tag.starts_with(['/', '!'])).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value)
}

#[test]
fn no_text_of_anybody_becomes_markup() {
    for (page, html) in render::all(&Samples::hostile()) {
        assert!(!html.contains(HOSTILE), "{page} shows a hostile text as it is");
        let scripts = tags(&html).into_iter().filter(|tag| tag.starts_with("script")).count();
        assert!(scripts <= 1, "{page} has {scripts} scripts");
        assert!(!tags(&html).iter().any(|tag| tag.starts_with("img") || attribute(tag, "onerror").is_some()), "{page}");
    }
}

#[test]
fn a_page_needs_no_inline_script_or_style() {
    each_page(|page, html| {
        for tag in tags(html) {
            assert!(attribute(tag, "style").is_none() && !tag.starts_with("style"), "{page}: {tag}");
            assert!(!tag.starts_with("script") || attribute(tag, "src").is_some(), "{page}: {tag}");
            // Every second piece between quotation marks is a value.
            let names = tag.split('"').step_by(2).flat_map(|piece| piece.split(' '));
            assert!(!names.into_iter().any(|name| name.starts_with("on")), "{page}: {tag}");
        }
    });
}

#[test]
fn every_form_that_changes_something_carries_the_secret_of_the_session() {
    each_page(|page, html| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.contains("method=\"post\"") {
                assert!(form.contains("name=\"csrf\""), "{page}: {}", &form[..form.len().min(120)]);
            }
        }
    });
}

#[test]
fn no_two_elements_of_a_page_have_one_id() {
    each_page(|page, html| {
        let mut seen = HashSet::new();
        for id in tags(html).into_iter().filter_map(|tag| attribute(tag, "id")) {
            assert!(seen.insert(id), "{page} has two elements `{id}`");
        }
    });
}

#[test]
fn every_input_has_a_name_that_a_screen_reader_says() {
    each_page(|page, html| {
        for tag in tags(html).into_iter().filter(|tag| ["input", "select", "textarea"].iter().any(|kind| tag.starts_with(kind))) {
            if attribute(tag, "type") == Some("hidden") || attribute(tag, "aria-hidden").is_some() {
                continue;
            }
            let labelled = attribute(tag, "id").is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")));
            let wrapped = html.split("<label").skip(1).any(|label| label.split("</label>").next().is_some_and(|label| label.contains(tag)));
            assert!(labelled || wrapped || attribute(tag, "aria-label").is_some(), "{page}: {tag}");
        }
    });
}

#[test]
fn a_page_stays_under_100_kb_on_the_wire_however_much_there_is() {
    each_page(|page, html| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(html.as_bytes()).unwrap();
        let size = packed.finish().unwrap().len();
        assert!(size < 100_000, "{page} takes {size} bytes");
    });
}

#[test]
fn the_lines_of_an_explanation_and_its_sum_are_on_the_page() {
    let html = render::all(&Samples::typical()).into_iter().find(|(page, _)| *page == "account").unwrap().1;
    for text in ["Why 57.5", "Login frequency", "12 · Logins, last 30 days", "To reach Monitor (60):", "16 or more instead of 12 (+12.5)"]
    {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn a_contract_that_another_one_followed_is_an_earlier_term_and_does_not_renew_by_itself() {
    let html = render::all(&Samples::typical()).into_iter().find(|(page, _)| *page == "account").unwrap().1;
    let card = html.split_once("data-region=\"contracts\"").unwrap().1.split_once("</section>").unwrap().0;
    let (in_force, earlier) = card.split_once("<summary>Earlier terms (1)</summary>").unwrap();
    assert!(in_force.contains("followed by s3 on 1 Feb 2027") && !in_force.contains("ended"), "{in_force}");
    assert_eq!(in_force.matches("renews by itself").count(), 1, "the last term alone: {in_force}");
    assert!(earlier.contains("ended 1 Feb 2026, followed") && !earlier.contains("renews by itself"), "{earlier}");
    let empty = render::all(&Samples::empty()).into_iter().find(|(page, _)| *page == "account").unwrap().1;
    assert!(empty.contains("No subscription is known.") && !empty.contains("Earlier terms"));
}

#[test]
fn a_page_about_the_past_says_so_and_leads_back() {
    let html = render::all(&Samples::typical()).into_iter().find(|(page, _)| *page == "account in the past").unwrap().1;
    assert!(html.contains("<strong>the end of 10 Aug 2026</strong>, as it was known then"));
    assert!(html.contains("Back to today"));
    assert!(!html.contains("data-live"), "the past does not move");
    assert!(!html.contains("/override\""), "nothing is stated about the past");
}

#[test]
fn a_task_says_why_it_is_there_what_rides_on_it_and_how_much_time_is_left() {
    let html = render::day_page(&Samples::typical(), "").render().unwrap();
    for text in [
        "<h2 id=\"h-now\">Now</h2>",
        "Call Daria Novak personally",
        "href=\"/plays/usage_decline\">Usage decline detected</a> · step “reach champion”, since",
        "$63,360 at risk × urgency 4.2",
        "2 h overdue",
        "href=\"/tasks/run0%2Freach%2F0\" data-done",
        "your book: 412 accounts",
        "Done: “Call Daria Novak personally” — Reached.",
        "action=\"/tasks/run0%2Freach%2F0/reopen\"",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn whoever_may_not_judge_sees_the_tasks_and_changes_none() {
    let mut page = render::day_page(&Samples::typical(), "whose=everybody");
    page.undo = None;
    page.frame.person.as_mut().unwrap().judges = false;
    let html = page.render().unwrap();
    assert!(html.contains("Call Daria Novak personally") && html.contains("Jon Abara"), "whose a task is stands beside it");
    assert!(!html.contains("data-done") && !html.contains("action=\"/tasks"), "there is nothing to send");
}

#[test]
fn everybody_s_day_has_their_books_and_the_weeks_ahead_and_says_which_are_too_much() {
    let html = render::day_page(&Samples::typical(), "whose=everybody").render().unwrap();
    for text in [
        "<h2 id=\"h-capacity\">Capacity, eight weeks ahead</h2>",
        "<td class=\"num\">1,204 <small class=\"mute\">$4.1 M</small></td>",
        "title=\"The week from 29 Nov 2026; the median of the team is 2.5\">29 Nov</th>",
        "title=\"7 open, 2 that plays will make\"><span class=\"bad\">9 <span aria-hidden=\"true\">▲</span><span class=\"visually-hidden\">too much</span></span><svg class=\"bar orange\"",
    ] {
        assert!(html.contains(text), "{text}");
    }
    let html = render::day_page(&Samples::typical(), "").render().unwrap();
    assert!(!html.contains("h-capacity") && !html.contains("h-clocks"), "one's own day is about one's own tasks");
}

#[test]
fn the_response_clocks_stand_beside_their_targets() {
    let html = render::day_page(&Samples::typical(), "whose=everybody").render().unwrap();
    for text in [
        "<td>Decline to first intervention</td><td class=\"num\">15 days</td><td class=\"num\">15</td>",
        "<span class=\"visually-hidden\">above the target</span></span></td><td class=\"num\">12.0 days</td>",
        "<td>Red to contact</td><td class=\"num\">24 h</td>",
        "<td class=\"num\">–</td><td class=\"num\">–</td>",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn a_day_without_tasks_says_where_they_come_from() {
    let html = render::day_page(&Samples::empty(), "").render().unwrap();
    assert!(html.contains("Nothing to do. Tasks are yours when plays make them") && html.contains("/my-day?whose=everybody"));
}

#[test]
fn without_any_account_the_list_says_how_to_begin() {
    let samples = Samples::empty();
    let html = render::list_page(&samples.workspace, samples.page, "").render().unwrap();
    assert!(html.contains("mainstay import --guess") && html.contains("curl http://localhost:8080/v1/track"));
}

#[test]
fn a_filter_that_is_wrong_is_answered_beside_it_and_kept() {
    let samples = Samples::typical();
    let html = render::list_page(&samples.workspace, samples.page, "filter=ar+%3E+5").render().unwrap();
    assert!(html.contains("value=\"ar &#62; 5\""), "the filter is kept");
    assert!(html.contains("There is no column `ar`.") && html.contains("The nearest known name is `arr`."));
}

#[test]
fn a_play_says_for_whom_it_did_not_start_and_what_came_of_its_messages() {
    let page = |samples: Samples, name: &str| render::all(&samples).into_iter().find(|(page, _)| *page == name).unwrap().1;
    let play = page(Samples::typical(), "play");
    for text in ["1,200 times so far", "<td>Email</td><td class=\"num\">40</td>", "8 <small", "href=\"/accounts/"] {
        assert!(play.contains(text), "{text}");
    }
    let nothing = page(Samples::empty(), "play");
    assert!(nothing.contains("Nobody was refused so far.") && nothing.contains("No message has left yet."));
    assert!(page(Samples::typical(), "account").contains("Did not start: <a class=\"link\" href=\"/plays/"));
    assert!(!page(Samples::typical(), "account in the past").contains("Did not start"), "what did not start is told of now");
    assert!(!page(Samples::empty(), "account").contains("Did not start"));
}

#[test]
fn what_renews_is_shown_with_its_money_its_days_and_its_slips() {
    let pages = render::all(&Samples::typical());
    let html = |name: &str| pages.iter().find(|(page, _)| *page == name).unwrap().1.clone();
    let renewals = html("renewals");
    for text in ["−120 days", "Overdue", "Nov 2026", "10 days ago", "slipped from", "year 2 of 3", "18 lines are in another currency"] {
        assert!(renewals.contains(text), "{text}");
    }
    assert!(renewals.contains("/renewals?month=2026-12&#38;owner=ann%40acme.example#list"), "links keep the owner");
    let past = html("renewals of a place in the past");
    assert!(past.contains("the end of 10 Aug 2026") && past.contains("rel=\"prev\"") && past.contains("51–68 of 360"));
    assert!(html("renewal").contains("Renewal of Northwind Freight") && html("renewal").contains("−50"));
    for text in
        ["about $1,540", "54 % above the last invoice, $1,000", "not known: what is used is not known", "an interval then costs $1,650"]
    {
        assert!(html("renewal").contains(text), "{text}");
    }
    assert!(html("onboarding").contains("12 days late") && html("onboarding").contains("due in 3 days"));
    assert!(html("onboarding").contains("reached on 31 Oct 2026") && html("onboarding").contains("after 8 days"));
    let before = html("onboarding in the past");
    assert!(before.contains("the end of 10 Aug 2026") && before.contains("as they were known then"), "{before}");
    assert!(before.contains("/accounts/acc-0001?as_of=2026-08-10&#38;known=then"), "links keep the instant");
    assert!(html("autopsy").contains("What cost points"));
    let before = html("autopsy in the past");
    assert!(before.contains("the end of 10 Aug 2026") && before.contains("/accounts/acc-0001?as_of=2026-08-10"), "{before}");
}

#[test]
fn without_contracts_or_milestones_the_pages_say_what_is_missing() {
    let pages = render::all(&Samples::empty());
    let html = |name: &str| pages.iter().find(|(page, _)| *page == name).unwrap().1.clone();
    assert!(html("renewals").contains("ann@acme.example ends within a year"));
    assert!(html("onboarding").contains("does not follow onboarding"));
    assert!(html("renewal").contains("No line of this account says when it ends."));
    assert!(html("renewal").contains("No contract line is in force."));
    assert!(html("autopsy").contains("has not left") && html("autopsy in the past").contains("had not left then"));
}
