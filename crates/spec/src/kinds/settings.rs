//! `mainstay.yaml`: name, zone, currency, fiscal year, bands, calendars; the keys of everything else in it.

use std::collections::BTreeMap;

use mainstay_model::band::UNKNOWN_BAND;
use mainstay_model::workspace::Calendar;
use mainstay_model::{Band, BandScale, Day, Zone};

use crate::decode::{Many, Named, Needed, Read, Several, Share, document};
use crate::document::{At, Place};
use crate::kinds::lifecycle::{self, OnboardingDoc};
use crate::kinds::outreach::{self, BriefingTime, CapsDoc, ChannelsDoc, RoleDoc, TimeOfDay, TrackingDoc, WindowDoc};
use crate::names;
use crate::nearest;
use crate::problem::{Code, Report};
use crate::yaml::Node;

/// The colours the console has for bands, best first.
const COLORS: &[&str] = &["green", "yellow", "orange", "red"];

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

document! {
    /// The workspace itself: `mainstay.yaml`.
    SettingsDoc {
        /// The company's name for the workspace.
        name: Needed<At<String>>,
        /// IANA name of the zone whose calendar days count, e.g. Europe/Berlin.
        time_zone: Needed<At<String>>,
        /// Three-letter code of the currency that money is shown in. Default: USD.
        currency: Option<At<String>>,
        /// First month of the fiscal year: 1 to 12, or its English name. Default: 1.
        fiscal_year_starts: Option<At<String>>,
        /// The bands of the health score, best first. Default: `healthy` 80, `monitor` 60, `at_risk` 40, `critical` 0.
        bands: Option<Several<BandDoc>>,
        /// Business calendars by name.
        calendars: Option<Named<CalendarDoc>>,
        /// The stages of accounts, in order. Default: whatever sources say.
        stages: Option<Vec<At<String>>>,
        /// How accounts are onboarded. Default: that is not followed.
        onboarding: Option<OnboardingDoc>,
        /// The time of day at which steps that are days happen, in the account's zone. Default: 09:00.
        play_hour: Option<Read<TimeOfDay>>,
        /// When people get their day as a message on worked days, in the workspace's zone, or `never`. Default: 08:00.
        briefing: Option<Read<BriefingTime>>,
        /// Who has a role, by its name: a rule, or several of which the first that applies counts.
        roles: Option<Named<Many<RoleDoc>>>,
        /// To whom things are escalated, lowest first. Default: csm, `csm_manager`, executive.
        ladder: Option<Vec<At<String>>>,
        /// The calendar in which business time is counted. Default: mon-fri, 09:00-17:00.
        business_calendar: Option<At<String>>,
        /// How many messages are too many.
        caps: Option<CapsDoc>,
        /// When messages may go out, in the recipient's zone.
        send_window: Option<WindowDoc>,
        /// How messages go out.
        channels: Option<ChannelsDoc>,
        /// Endpoints by name; their secrets come from the environment.
        webhooks: Option<Named<At<String>>>,
        /// Addresses that templates name as `links.<name>`, by name: `booking: https://...`.
        links: Option<Named<At<String>>>,
        /// Whether opens and clicks are recorded.
        tracking: Option<TrackingDoc>,
    }
}

document! {
    /// A band of the health score.
    BandDoc {
        /// The name used in expressions.
        name: At<String>,
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// green, yellow, orange or red.
        color: At<String>,
        /// Lower bound of the score, 0 to 100; the band ends where the next better one begins.
        from: At<f64>,
    }
}

document! {
    /// A business calendar.
    CalendarDoc {
        /// Worked weekdays: `mon-fri`, or a list such as `mon, tue, thu`. Default: mon-fri.
        days: Option<At<String>>,
        /// Worked hours: `09:00-17:00`. Default: 09:00-17:00.
        hours: Option<At<String>>,
        /// Days nobody works.
        #[schemars(default)]
        holidays: Vec<At<String>>,
        /// IANA name of its zone. Default: the workspace's.
        time_zone: Option<At<String>>,
    }
}

/// What `mainstay.yaml` decides.
pub(crate) struct Settings {
    pub(crate) name: String,
    pub(crate) zone: Zone,
    pub(crate) currency: String,
    pub(crate) fiscal_year_starts: u8,
    pub(crate) bands: BandScale,
    pub(crate) calendars: BTreeMap<String, Calendar>,
}

pub(crate) fn check(doc: &SettingsDoc, report: &mut Report) -> Option<Settings> {
    let name = doc.name.0.as_ref().map(|name| name.value.clone());
    let zone = doc.time_zone.0.as_ref().and_then(|name| zone(name, report));
    let currency = match &doc.currency {
        None => Some("USD".to_owned()),
        Some(code) => currency(code, report),
    };
    let fiscal_year_starts = doc.fiscal_year_starts.as_ref().map_or(Some(1), |month| month_of(month, report));
    let bands = doc.bands.as_ref().map_or_else(|| Some(BandScale::default()), |bands| check_bands(bands, doc.place, report));
    let mut calendars = BTreeMap::new();
    for (name, calendar) in doc.calendars.iter().flat_map(|named| &named.0) {
        names::check_name(name, "calendar", report);
        if let Some(calendar) = calendar.as_ref().and_then(|calendar| check_calendar(calendar, report))
            && calendars.insert(name.value.clone(), calendar).is_some()
        {
            report.error(Code::DuplicateName, name.place, format!("the calendar `{}` is declared twice", name.value));
        }
    }
    Some(Settings { name: name?, zone: zone?, currency: currency?, fiscal_year_starts: fiscal_year_starts?, bands: bands?, calendars })
}

/// A zone by its name, or a report with the nearest one.
pub(crate) fn zone(name: &At<String>, report: &mut Report) -> Option<Zone> {
    let zone = Zone::named(&name.value).ok();
    if zone.is_none() {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let hint = nearest::nearest(&name.value, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        let message = format!("there is no time zone `{}`", name.value);
        report.error_with(Code::BadValue, name.place, message, hint.or_else(|| Some("use an IANA name like Europe/Berlin".into())));
    }
    zone
}

fn currency(code: &At<String>, report: &mut Report) -> Option<String> {
    let ok = code.value.len() == 3 && code.value.chars().all(|c| c.is_ascii_uppercase());
    if !ok {
        let message = format!("`{}` is no currency code", code.value);
        report.error_with(Code::BadValue, code.place, message, "use three capital letters, like EUR or USD".to_owned());
    }
    ok.then(|| code.value.clone())
}

fn month_of(month: &At<String>, report: &mut Report) -> Option<u8> {
    let lower = month.value.to_lowercase();
    let by_name = MONTHS.iter().position(|name| *name == lower).and_then(|index| u8::try_from(index + 1).ok());
    let number = by_name.or_else(|| lower.parse().ok().filter(|number| (1..=12).contains(number)));
    if number.is_none() {
        let message = format!("`{}` is no month", month.value);
        report.error_with(Code::BadValue, month.place, message, "write 1 to 12, or a name like april".to_owned());
    }
    number
}

fn check_bands(docs: &Several<BandDoc>, place: Place, report: &mut Report) -> Option<BandScale> {
    let mut ok = !docs.lost;
    let docs = docs.items.as_slice();
    let mut bands: Vec<Band> = Vec::new();
    for doc in docs {
        ok &= names::check_name(&doc.name, "band", report);
        ok &= check_band(doc, bands.last(), report);
        if bands.iter().any(|earlier| earlier.name == doc.name.value) {
            report.error(Code::DuplicateName, doc.name.place, format!("the band `{}` is declared twice", doc.name.value));
            ok = false;
        }
        let label = names::label(doc.label.as_ref(), &doc.name.value);
        bands.push(Band { name: doc.name.value.clone(), label, color: doc.color.value.clone(), from: doc.from.value });
    }
    match docs.last() {
        None if !ok => {}
        None => report.error(Code::Bands, place, "`bands` is empty; leave it out for the default bands"),
        Some(last) if last.from.value != 0.0 => {
            let message = format!("the worst band begins at {}, so lower scores have no band; let it begin at 0", last.from.value);
            report.error(Code::Bands, last.from.place, message);
        }
        Some(_) => return ok.then_some(BandScale(bands)),
    }
    None
}

fn check_band(doc: &BandDoc, better: Option<&Band>, report: &mut Report) -> bool {
    let mut ok = true;
    if doc.name.value == UNKNOWN_BAND {
        report.error(Code::BadName, doc.name.place, "`unknown` is the band of accounts without a score; use another name");
        ok = false;
    }
    if !COLORS.contains(&doc.color.value.as_str()) {
        let message = format!("there is no band colour `{}`", doc.color.value);
        report.error_with(Code::BadValue, doc.color.place, message, nearest::hint(&doc.color.value, COLORS, "colours"));
        ok = false;
    }
    if !(0.0..100.0).contains(&doc.from.value) {
        report.error(Code::Bands, doc.from.place, format!("a band begins at 0 or more and below 100, not at {}", doc.from.value));
        ok = false;
    }
    match better {
        Some(better) if better.from.total_cmp(&doc.from.value).is_eq() => {
            let message =
                format!("`{}` and `{}` begin at the same score, so `{}` is never reached", better.name, doc.name.value, doc.name.value);
            report.error(Code::Bands, doc.from.place, message);
            ok = false;
        }
        Some(better) if better.from < doc.from.value => {
            let message = format!(
                "bands go from best to worst: `{}` must begin below {}, where `{}` begins",
                doc.name.value, better.from, better.name
            );
            report.error(Code::Bands, doc.from.place, message);
            ok = false;
        }
        _ => {}
    }
    ok
}

fn check_calendar(doc: &CalendarDoc, report: &mut Report) -> Option<Calendar> {
    let weekdays = doc.days.as_ref().map_or_else(|| Some(vec![1, 2, 3, 4, 5]), |days| weekdays(days, report));
    let hours = doc.hours.as_ref().map_or(Some((9 * 60, 17 * 60)), |hours| check_hours(hours, report));
    let holidays: Vec<Option<Day>> = doc.holidays.iter().map(|day| holiday(day, report)).collect();
    let zone = doc.time_zone.as_ref().map(|name| zone(name, report));
    let zone = match zone {
        Some(None) => return None,
        Some(Some(zone)) => Some(zone),
        None => None,
    };
    let (opens_minute, closes_minute) = hours?;
    let mut holidays = holidays.into_iter().collect::<Option<Vec<Day>>>()?;
    holidays.sort_unstable();
    holidays.dedup();
    Some(Calendar { weekdays: weekdays?, opens_minute, closes_minute, holidays, zone })
}

fn holiday(day: &At<String>, report: &mut Report) -> Option<Day> {
    Day::parse(&day.value).map_err(|error| report.error(Code::BadValue, day.place, error.to_string())).ok()
}

pub(crate) fn weekdays(days: &At<String>, report: &mut Report) -> Option<Vec<u8>> {
    let number = |word: &str| {
        let word = word.trim().to_lowercase();
        WEEKDAYS.iter().position(|name| *name == word).and_then(|index| u8::try_from(index + 1).ok())
    };
    let mut found = Vec::new();
    for part in days.value.split(',') {
        let range = match part.split_once('-') {
            Some((from, to)) => number(from).zip(number(to)).filter(|(from, to)| from <= to),
            None => number(part).map(|day| (day, day)),
        };
        let Some((from, to)) = range else {
            let message = format!("`{}` names no weekdays", part.trim());
            report.error_with(Code::BadValue, days.place, message, "write them like mon-fri, or mon, tue, thu".to_owned());
            return None;
        };
        found.extend(from..=to);
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

pub(crate) fn check_hours(hours: &At<String>, report: &mut Report) -> Option<(u16, u16)> {
    let minute = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
    };
    let range = hours.value.split_once('-').and_then(|(from, to)| minute(from).zip(minute(to))).filter(|(from, to)| from < to);
    if range.is_none() {
        let message = format!("`{}` are no working hours", hours.value);
        report.error_with(Code::BadValue, hours.place, message, "write them like 09:00-17:00".to_owned());
    }
    range
}

/// The settings as a document, with every default filled in.
pub(crate) fn to_node(workspace: &mainstay_model::Workspace) -> Node {
    let band = |band: &Band| {
        Node::flow_map(vec![
            ("name", Node::text(&band.name)),
            ("label", Node::text(&band.label)),
            ("color", Node::text(&band.color)),
            ("from", Node::text(band.from.to_string())),
        ])
    };
    let mut entries = vec![
        ("name", Node::text(&workspace.name)),
        ("time_zone", Node::text(workspace.zone.name())),
        ("currency", Node::text(&workspace.currency)),
        ("fiscal_year_starts", Node::text(workspace.fiscal_year_starts.to_string())),
        ("bands", Node::list(workspace.bands.0.iter().map(band), false)),
    ];
    if !workspace.calendars.is_empty() {
        let calendars = workspace.calendars.iter().map(|(name, calendar)| (name.clone(), calendar_node(calendar)));
        entries.push(("calendars", Node::map_of(calendars, false)));
    }
    entries.extend(lifecycle::entries(&workspace.lifecycle));
    entries.extend(outreach::write::entries(&workspace.outreach));
    Node::map(entries)
}

fn calendar_node(calendar: &Calendar) -> Node {
    let mut entries = vec![
        ("days", Node::text(weekdays_text(&calendar.weekdays))),
        ("hours", Node::text(hours_text(calendar.opens_minute, calendar.closes_minute))),
        ("holidays", Node::list(calendar.holidays.iter().map(|day| Node::text(day.to_string())), true)),
    ];
    if let Some(zone) = &calendar.zone {
        entries.push(("time_zone", Node::text(zone.name())));
    }
    Node::map(entries)
}

/// Weekdays as they are written: `mon, tue, thu`.
pub(crate) fn weekdays_text(weekdays: &[u8]) -> String {
    let names: Vec<&str> = weekdays.iter().filter_map(|day| WEEKDAYS.get(usize::from(*day).wrapping_sub(1)).copied()).collect();
    names.join(", ")
}

/// Hours as they are written: `09:00-17:00`.
pub(crate) fn hours_text(opens_minute: u16, closes_minute: u16) -> String {
    format!("{}-{}", clock_text(opens_minute), clock_text(closes_minute))
}

/// A time of day as it is written: `09:00`.
pub(crate) fn clock_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Reads a share between 0 and 1, or reports.
pub(crate) fn share_of_one(share: Share, what: &str, report: &mut Report) -> Option<f64> {
    let ok = (0.0..=1.0).contains(&share.value);
    if !ok {
        report.error(Code::BadValue, share.place, format!("{what} is a share between 0% and 100%, not {}%", share.value * 100.0));
    }
    ok.then_some(share.value)
}
