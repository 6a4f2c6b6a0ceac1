//! Pages of the list of accounts, and how many accounts are in which band.

use mainstay_app::accounts::{AccountPage, AccountRow, BandCount};
use mainstay_model::BandScale;
use serde_json::json;

use super::now;

const NAMES: [&str; 12] = [
    "Northwind Freight",
    "Helio Energy",
    "Atlas Clinics",
    "Brightside Labs",
    "Quill & Co",
    "Juniper Outdoor",
    "Meridian Bank",
    "Pinegrove Schools",
    "Cobalt Robotics",
    "Fjord Shipping",
    "Lumen Retail Group International Holdings",
    "Saffron Foods",
];

/// The n-th account, believable and always the same.
fn row(index: usize, columns: &[String]) -> AccountRow {
    let wave = |day: usize| ((index * 37 + day * 11) % 23) as f64 / 3.0;
    let base = [57.5, 34.0, 71.0, 91.2, 66.4, 88.0, 79.99, 12.5, 83.1, 45.0, 62.2, 97.0][index % 12];
    let spark: Vec<Option<f32>> =
        (0..30).map(|day| (index % 7 != 3 || day > 9).then(|| (base + (30 - day) as f64 * 0.8 - wave(day)) as f32)).collect();
    let score = (index % 11 != 10).then_some(base);
    AccountRow {
        id: format!("acc-{:04}", index + 1),
        name: if index < 12 { NAMES[index].into() } else { format!("{} {}", NAMES[index % 12], index / 12 + 1) },
        band: score.map_or_else(|| "unknown".into(), |score| BandScale::default().band_of(score).unwrap().name.clone()),
        score,
        change_30d: (index % 5 != 4).then(|| wave(3) - 5.1),
        arr: (index % 9 != 8).then(|| ((index * 7919) % 390 + 6) as f64 * 1_000.0),
        days_to_renewal: (index % 6 != 5).then(|| ((index * 71 + 71) % 360) as f64),
        owner: Some(["jon@acme.example", "ines@acme.example", "tom@acme.example"][index % 3].into()),
        tier: Some(["enterprise", "mid_market", "smb"][index % 3].into()),
        region: Some(["emea", "americas", "apac"][(index / 3) % 3].into()),
        stage: Some("adoption".into()),
        spark,
        cells: columns.iter().map(|_| json!(index * 3)).collect(),
    }
}

pub(super) fn bands(counts: [usize; 5]) -> Vec<BandCount> {
    let names = [
        ("healthy", "Healthy", "green"),
        ("monitor", "Monitor", "yellow"),
        ("at_risk", "At risk", "orange"),
        ("critical", "Critical", "red"),
        ("unknown", "No score", "gray"),
    ];
    names
        .into_iter()
        .zip(counts)
        .map(|((name, label, color), count)| BandCount {
            name: name.into(),
            label: label.into(),
            color: color.into(),
            count,
            arr: count as f64 * 63_250.0,
        })
        .collect()
}

pub(super) fn account_page(total: usize, offset: usize, limit: usize, columns: &[String]) -> AccountPage {
    let rows = (offset..total.min(offset + limit)).map(|index| row(index, columns)).collect();
    let share = |part: usize| total * part / 100;
    let counts = [share(46), share(27), share(15), share(7), total - share(46) - share(27) - share(15) - share(7)];
    AccountPage { rows, total, bands: bands(counts), as_of: now() }
}
