//! Models per product: what their conditions may name, and whose version they decide.

use mainstay_model::Workspace;
use mainstay_spec::{Checked, Document, check};

use crate::fake::FakeTypes;

const SIGNALS: &str = "\
signals:
  logins: { from: events, measure: count(), window: 30 days }
  product_logins: { per: product, from: events, measure: count(), window: 30 days }
";

fn checked(health: &str) -> Checked {
    let documents = [("mainstay.yaml", "name: Test\ntime_zone: UTC\n"), ("signals/s.yaml", SIGNALS), ("health/h.yaml", health)];
    check(&documents.map(|(path, text)| Document::new(path, text)), &FakeTypes)
}

fn models(products: &str, accounts: &str) -> String {
    format!(
        "health:\n  products:\n    per: product\n{products}    components: [{{ signal: product_logins, weight: 1, curve: [[0, 0], [9, 100]] }}]\n  \
         accounts:\n{accounts}    components:\n      - {{ signal: logins, weight: 1, curve: [[0, 0], [9, 100]] }}\n      - {{ weight: 1, products: worst }}\n"
    )
}

fn messages(health: &str) -> Vec<String> {
    checked(health).problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn conditions_over_products_name_the_product_its_signals_and_what_its_account_has() {
    let products = "    applies_to: product = 'pilot' and arr > 10\n    guards: [{ when: product_logins < 2 and logins > 5, cap: 50, because: unused }]\n";
    assert_eq!(messages(&models(products, "")), Vec::<String>::new());
    assert_eq!(
        messages(&models("    applies_to: health_score > 10\n", "")),
        ["`health_score` cannot be read in a health model per product"]
    );
}

#[test]
fn conditions_over_accounts_name_no_product_and_none_of_its_signals() {
    let refused = messages(&models("", "    applies_to: product = 'pilot'\n"));
    assert_eq!(refused, ["there is no column `product` in a health model"]);
    let refused = messages(&models("", "    applies_to: product_logins > 1\n"));
    assert_eq!(refused, ["`product_logins` cannot be read in a health model"]);
}

#[test]
fn what_decides_the_scores_of_products_decides_the_version_of_who_rolls_them_up() {
    let versions = |health: &str| {
        let Workspace { models, .. } = checked(health).workspace.unwrap();
        models.into_iter().map(|model| (model.name, model.version)).collect::<std::collections::BTreeMap<_, _>>()
    };
    let base = versions(&models("", ""));
    let capped = versions(&models("    guards: [{ when: logins > 5, cap: 50, because: unused }]\n", ""));
    assert_ne!(base["products"], capped["products"]);
    assert_ne!(base["accounts"], capped["accounts"]);
    let alone = |weight: u8| {
        let products = format!("    components: [{{ signal: product_logins, weight: {weight}, curve: [[0, 0], [9, 100]] }}]\n");
        format!(
            "health:\n  products:\n    per: product\n{products}  accounts:\n    components: [{{ signal: logins, weight: 1, curve: [[0, 0], [9, 100]] }}]\n"
        )
    };
    assert_eq!(versions(&alone(1))["accounts"], versions(&alone(2))["accounts"], "who reads no products does not change with them");
}
