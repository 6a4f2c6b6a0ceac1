//! The settings of outreach as YAML that reads back to them.

use mainstay_model::outreach::{Cap, Channels, Consent, Outreach, RolePerson, RoleRule};

use super::NEVER;
use crate::kinds::settings::{clock_text, hours_text, weekdays_text};
use crate::yaml::Node;

/// The keys of `mainstay.yaml` that decide outreach, each default filled in.
pub(crate) fn entries(outreach: &Outreach) -> Vec<(&'static str, Node)> {
    let window = &outreach.send_window;
    let mut entries = vec![
        ("play_hour", Node::text(clock_text(outreach.play_hour_minute))),
        ("briefing", Node::text(outreach.briefing_minute.map_or_else(|| NEVER.to_owned(), clock_text))),
        ("roles", Node::map_of(outreach.roles.iter().map(|(name, rules)| (name.clone(), role(rules))), false)),
        ("ladder", Node::list(outreach.ladder.iter().map(Node::text), true)),
    ];
    entries.extend(outreach.business_calendar.as_ref().map(|calendar| ("business_calendar", Node::text(calendar))));
    let limits = [("person", outreach.caps.person), ("account", outreach.caps.account)];
    let mut caps: Vec<(&str, Node)> = limits.into_iter().filter_map(|(key, limit)| Some((key, cap(limit?)))).collect();
    let categories = outreach.caps.categories.iter().map(|(name, limit)| (name.clone(), cap(*limit)));
    caps.push(("categories", Node::map_of(categories, true)));
    entries.push(("caps", Node::flow_map(caps)));
    let hours = Node::text(hours_text(window.opens_minute, window.closes_minute));
    entries.push(("send_window", Node::map(vec![("days", Node::text(weekdays_text(&window.weekdays))), ("hours", hours)])));
    entries.push(("channels", channels(&outreach.channels)));
    for (key, addresses) in [("webhooks", &outreach.webhooks), ("links", &outreach.links)] {
        if !addresses.is_empty() {
            let addresses = addresses.iter().map(|(name, url)| (name.clone(), Node::text(url)));
            entries.push((key, Node::map_of(addresses, false)));
        }
    }
    let consent = match outreach.tracking.consent {
        Consent::OptIn => "opt_in",
        Consent::OptOut => "opt_out",
    };
    let said = |flag: bool| Node::text(flag.to_string());
    let tracking =
        vec![("opens", said(outreach.tracking.opens)), ("clicks", said(outreach.tracking.clicks)), ("consent", Node::text(consent))];
    entries.push(("tracking", Node::flow_map(tracking)));
    entries
}

fn role(rules: &[RoleRule]) -> Node {
    let rule = |rule: &RoleRule| {
        let mut entries: Vec<(&str, Node)> = rule.when.iter().map(|when| ("when", Node::text(when))).collect();
        entries.push(match &rule.person {
            RolePerson::Column(column) => ("from", Node::text(column)),
            RolePerson::Email(email) => ("email", Node::text(email)),
        });
        Node::flow_map(entries)
    };
    match rules {
        [only] => rule(only),
        rules => Node::list(rules.iter().map(rule), false),
    }
}

fn cap(cap: Cap) -> Node {
    Node::text(format!("{} a {}", cap.count, cap.per.word()))
}

fn channels(channels: &Channels) -> Node {
    let mut email: Vec<(&str, Node)> = channels.email_from.iter().map(|from| ("from", Node::text(from))).collect();
    email.push(("language", Node::text(&channels.language)));
    let mut entries = vec![("email", Node::flow_map(email))];
    entries.extend(channels.slack_channel.iter().map(|channel| ("slack", Node::flow_map(vec![("channel", Node::text(channel))]))));
    Node::map(entries)
}
