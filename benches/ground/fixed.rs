//! The measure: the same server with the same settings, whose every answer is ready.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;

use super::site::Process;

/// A started server of one body.
pub struct Fixed {
    pub process: Process,
    pub port: u16,
}

/// Starts a process that serves `body`.
pub async fn start(body: &str, folder: &Path) -> anyhow::Result<Fixed> {
    let file = folder.join("body.html");
    std::fs::write(&file, body)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--fixed-body").arg(file).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = Process::start(&mut command)?;
    let output = process.output().context("no output")?;
    let line = web::block(move || {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map(|_| line)
    });
    Ok(Fixed { port: line.await??.trim().parse()?, process })
}

/// Serves the body in `file` as Gatehouse serves its pages, and says on which port.
pub async fn serve(file: &Path) -> anyhow::Result<()> {
    let body = web::Bytes::from(std::fs::read(file)?);
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let page = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body.clone());
            std::future::ready(page)
        }))
    });
    let server = server
        .workers(std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(4))
        .client_request_timeout(Duration::from_secs(10))
        .on_connect(|connection, _| {
            if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
                let _ = stream.set_nodelay(true);
            }
        })
        .bind("127.0.0.1:0")?;
    println!("{}", server.addrs().first().context("no address")?.port());
    Ok(server.run().await?)
}
