//! The tour in the README, line by line, as a newcomer pastes it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use stoa_tests::stage::on_each_engine;
use tokio::task::spawn_blocking;

const README: &str = include_str!("../../../README.md");

/// The lines between the fences that are marked as the tour, for the server at this address that writes
/// its letters into this folder.
fn tour(address: SocketAddr, letters: &Path) -> String {
    let blocks = README.split("```sh tour\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    let lines: Vec<_> = blocks.flat_map(|(block, _)| block.lines()).map(str::to_owned).collect();
    let at_home = |line: &String| match line.split_once('=') {
        Some(("BASE", _)) => format!("BASE=http://{address}"),
        Some(("MAIL", _)) => format!("MAIL={}", letters.display()),
        _ => line.clone(),
    };
    lines.iter().map(at_home).collect::<Vec<_>>().join("\n")
}

/// What every line of output says of itself: an error's code, a bare status, or that it is an answer.
fn said(line: &str) -> &str {
    match line.split_once(r#""error_code":""#) {
        Some((_, rest)) => rest.split('"').next().unwrap_or_default(),
        None if line.starts_with('{') => "answer",
        None => line,
    }
}

#[actix_web::test]
async fn every_line_of_the_tour_says_what_the_readme_shows() {
    on_each_engine(async |stage| {
        let script = tour(stage.server.address(), &stage.server.letters());
        let ran =
            spawn_blocking(move || Command::new("sh").args(["-eu", "-c", &script]).output()).await.unwrap().unwrap();
        let output = String::from_utf8(ran.stdout).unwrap();
        assert!(ran.status.success(), "{output}\n{}", String::from_utf8_lossy(&ran.stderr));
        let lines: Vec<_> = output.lines().map(said).collect();
        #[rustfmt::skip]
        let expected = [
            "answer", "answer", "answer", "answer", // register, me, both ways of signing in
            "answer", "answer", "answer", // two warehouses and their list
            "answer", "VERSION_CONFLICT", "204", "404", "answer", // change, delete, restore
            "VALIDATION_ERROR", "answer", // wrong fields, renewed tokens
            "200 text/html", "Stoa", // the page and its document
            "answer", "answer", "answer", "answer", // invited, looked at, accepted, among the members
            "answer", "FORBIDDEN", "answer", "RESOURCE_NOT_FOUND", // what a member may, why not, and another organization
            "204", "UNAUTHORIZED", // signed out
        ];
        assert_eq!(lines, expected, "{output}");
    })
    .await;
}
