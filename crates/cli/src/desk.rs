//! Where a command does its work: the data itself, or the server that holds it.

use mainstay_app::{App, Result};

use crate::opened;
use crate::server::Server;
use crate::settings::Place;

/// One of the two. What commands do there is beside each of them, under the names that [`App`] has for it.
pub(crate) enum Desk {
    Data(App),
    Server(Server),
}

/// Does something at the running server that is to be asked, else at data that must be there already; lets go of it afterwards.
pub(crate) async fn at_desk<T>(place: &Place, work: impl AsyncFnOnce(&Desk) -> Result<T>) -> Result<T> {
    if let Some(server) = opened::server(place).await? {
        return work(&Desk::Server(server)).await;
    }
    let app = opened::app_with_data(place).await?;
    let outcome = work(&Desk::Data(app.clone())).await;
    app.close().await?;
    outcome
}
