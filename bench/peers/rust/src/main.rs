//! The tutorial's API on hyper and tokio. DATABASE, SECRET, PORT and THREADS come from the environment. With
//! --hash-cost ROUNDS it only measures a hash.

mod api;
mod hash_cost;
mod passwords;
mod tokens;
mod users;

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::Http;
use hyper::service::service_fn;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use api::Api;

const PAUSE: Duration = Duration::from_millis(50); // after the last file descriptor was taken

type Outcome = Result<(), Box<dyn Error>>;

fn runtime(threads: usize) -> std::io::Result<Runtime> {
    match threads {
        1 => Builder::new_current_thread().enable_all().build(),
        _ => Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
    }
}

async fn serve(api: Arc<Api>, port: u16) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let http = Http::new();
    loop {
        let connection = match listener.accept().await {
            Ok((connection, _)) => connection,
            Err(e) => {
                eprintln!("{e}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        connection.set_nodelay(true)?;
        let api = api.clone();
        let service = service_fn(move |request| api.clone().serve(request));
        tokio::spawn(http.serve_connection(connection, service));
    }
}

fn main() -> Outcome {
    passwords::initialize();
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [flag, rounds] = &arguments[..] {
        if flag == "--hash-cost" {
            return hash_cost::print(rounds.parse()?);
        }
    }
    let threads: usize = env::var("THREADS")?.parse()?;
    let api = Arc::new(Api {
        users: users::Users::open(env::var("DATABASE")?)?,
        tokens: tokens::Tokens::new(env::var("SECRET")?.as_bytes()),
        hashing: Semaphore::new(threads),
    });
    runtime(threads)?.block_on(serve(api, env::var("PORT")?.parse()?))
}
