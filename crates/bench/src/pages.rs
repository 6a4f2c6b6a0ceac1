//! A real server on existing data: how long it takes to start, how much memory it has then, and how fast it answers programs and people.

use std::time::{Duration, Instant};

use crate::Result;
use crate::events::{QUIET, account, mixed};
use crate::figures::{grouped, keep, quantile, shown};
use crate::http::{Connection, request, visit};
use crate::options::Options;
use crate::process::{Server, made, printed};

/// Requests of each kind.
const ASKED: u64 = 200;
/// Requests before any is counted.
const WARMING: u64 = 5;
/// The largest page that is allowed, in bytes.
const PAGE_BYTES: usize = 100_000;

/// A page that people look at, and where it is.
type Page = (&'static str, fn(u64, u64) -> String);

/// The pages of the console. The second number is how many accounts there are.
const PAGES: [Page; 12] = [
    ("accounts, lowest score first", |_, _| "/accounts".to_owned()),
    ("accounts, page 2 and later", |number, _| format!("/accounts?from={}", 50 + number % 20 * 50)),
    ("accounts, deep page", |number, accounts| format!("/accounts?from={}", accounts / 2 + number % 20 * 50)),
    ("accounts, sorted by name", |_, _| "/accounts?sort=name".to_owned()),
    ("accounts, sorted by a signal, downwards", |_, _| "/accounts?sort=uses_30d&order=down".to_owned()),
    ("accounts, filtered by numbers", |_, _| "/accounts?filter=uses_30d+%3E+3+and+health_score+%3C+60".to_owned()),
    ("accounts, filtered by text", |_, _| "/accounts?filter=tier+%3D+%27enterprise%27+and+health_band+%3D+%27critical%27".to_owned()),
    ("accounts, searched by name", |number, _| format!("/accounts?search=company+{}", 10 + number % 90)),
    ("one account", |number, accounts| format!("/accounts/{}", one_of(number, accounts))),
    ("health models", |_, _| "/models".to_owned()),
    ("one health model", |_, _| "/models/standard".to_owned()),
    ("data", |_, _| "/data".to_owned()),
];

fn one_of(number: u64, accounts: u64) -> String {
    account(QUIET + mixed(number) % (accounts - QUIET))
}

pub(crate) async fn run(options: &Options) -> Result<()> {
    let data = options.data();
    let token = made(options, "token", &["create", "bench"], &data)?;
    // A second run on the same data finds the person there.
    let password = match printed(options, "user", &["add", EMAIL, "--role", "viewer"], &data, "password") {
        Ok(password) => password,
        Err(_) => printed(options, "user", &["reset", EMAIL], &data, "password")?,
    };
    let accounts = grouped(options.accounts);
    let server = Server::start(options, &data).await?;
    let large = options.accounts >= 1_000_000;
    let goal = |goal: &'static str| if large { goal } else { "" };
    keep(options, &format!("start on existing data, {accounts} accounts"), &shown(server.started_in), goal("under 10 s"))?;
    let mut connection = Connection::open(server.addr).await?;
    let authorization = format!("Bearer {token}");
    let list = |number: u64| request("GET", &format!("/api/accounts?limit=50&offset={}", number % 20 * 50), &authorization, "");
    let one = |number: u64| request("GET", &format!("/api/accounts/{}", one_of(number, options.accounts)), &authorization, "");
    let asked = ask(&mut connection, list).await?;
    keep(options, &format!("`/api/accounts?limit=50`, {accounts} accounts"), &asked.words(), goal(GOAL))?;
    let asked = ask(&mut connection, one).await?;
    keep(options, &format!("`/api/accounts/ID`, {accounts} accounts"), &asked.words(), goal(GOAL))?;
    let cookies = sign_in(&mut connection, &password).await?;
    for (name, path) in PAGES {
        let asked = ask(&mut connection, |number| visit(&path(number, options.accounts), &cookies, None)).await?;
        keep(options, &format!("page {name}, {accounts} accounts"), &asked.words(), goal(GOAL))?;
        if asked.bytes > PAGE_BYTES {
            return Err(
                format!("the page {name} has {} bytes, more than {}", grouped(asked.bytes as u64), grouped(PAGE_BYTES as u64)).into()
            );
        }
    }
    let memory = format!("{:.2} GB", server.memory()? as f64 / 1e9);
    keep(options, &format!("memory after all that, {accounts} accounts"), &memory, goal("under 3 GB"))?;
    server.stop()
}

const EMAIL: &str = "bench@example.com";
const GOAL: &str = "p99 under 50 ms, under 100 KB";

/// What came of many requests of a kind.
struct Asked {
    times: Vec<Duration>,
    /// The largest answer.
    bytes: usize,
}

impl Asked {
    fn words(&self) -> String {
        let (middle, most) = (quantile(&self.times, 0.5), quantile(&self.times, 0.99));
        format!("p50 {}, p99 {}, {} KB", shown(middle), shown(most), self.bytes.div_ceil(1_000))
    }
}

async fn ask(connection: &mut Connection, request: impl Fn(u64) -> Vec<u8>) -> Result<Asked> {
    let mut asked = Asked { times: Vec::new(), bytes: 0 };
    for number in 0..WARMING + ASKED {
        let request = request(number);
        let begun = Instant::now();
        let response = connection.send(&request).await?;
        let took = begun.elapsed();
        if response.status != 200 {
            let line = String::from_utf8_lossy(&request).lines().next().unwrap_or_default().to_owned();
            return Err(format!("{line} was answered {}: {}", response.status, String::from_utf8_lossy(&response.body)).into());
        }
        asked.bytes = asked.bytes.max(response.body.len());
        if number >= WARMING {
            asked.times.push(took);
        }
    }
    Ok(asked)
}

/// Signs in as a person does; answers the cookies to send from then on.
async fn sign_in(connection: &mut Connection, password: &str) -> Result<String> {
    let form = connection.send(&visit("/sign-in", "", None)).await?;
    let secret = form.cookies.first().ok_or("the sign-in page sets no cookie")?;
    let csrf = secret.split_once('=').map_or("", |(_, value)| value);
    let filled = format!("csrf={csrf}&next=&email={}&password={}", encoded(EMAIL), encoded(password));
    let response = connection.send(&visit("/sign-in", secret, Some(&filled))).await?;
    let session = response.cookies.iter().find(|cookie| cookie.starts_with("mainstay_session=")).cloned();
    session.ok_or_else(|| format!("signing in was answered {}", response.status).into())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
