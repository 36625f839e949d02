//! What is not a request as Stoa reads them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;
use stoa_tests::actor::{PASSWORD, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::stage::{Stage, on_each_engine};

use crate::{MISSING, field};

const LOGIN: &str = "/api/v1/auth/login";
const REGISTER: &str = "/api/v1/auth/register";
const MIB: usize = 1024 * 1024;

async fn post(stage: &Stage, path: &str, body: impl Into<Vec<u8>>) -> Answer {
    stage.anonymous().ask(Method::POST, path).raw_json(body).send().await
}

/// Sends bytes as they are and answers what comes back before the server hangs up.
fn raw(stage: &Stage, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(stage.server.address()).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn what_is_no_json_is_a_malformed_request() {
    on_each_engine(async |stage| {
        for body in [
            &b""[..],
            b" ",
            b"{",
            b"nonsense",
            b"{\"email\":}",
            b"{\"email\":\"a\",}",
            b"{\"email\":\"a\"} {}",
            b"{'email':'a'}",
            b"{\"email\":\"\xff\xfe\"}",
            b"\xff\xfe{\x00}\x00",
            b"{\"email\":\"\\ud800\"}",
            b"{\"email\":NaN}",
        ] {
            post(stage, LOGIN, body).await.refuses(400, "MALFORMED_REQUEST");
        }
        stage.anonymous().get("/health").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn brackets_without_end_are_malformed_and_harm_nobody() {
    on_each_engine(async |stage| {
        for opening in ["[", "{\"email\":", "[[[{\"a\":"] {
            post(stage, LOGIN, opening.repeat(10_000)).await.refuses(400, "MALFORMED_REQUEST");
        }
        let deep = format!("{{\"email\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        post(stage, LOGIN, deep).await.refuses(400, "MALFORMED_REQUEST");
        stage.anonymous().get("/health").await.is(200);
    })
    .await;
}

#[tokio::test]
async fn json_that_is_no_object_is_of_the_wrong_type() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let in_order = json!([owner.email, PASSWORD]).to_string();
        for body in ["[]", "[1, 2]", "null", "true", "3", "\"text\"", &*in_order] {
            let answer = post(stage, LOGIN, body).await;
            assert_eq!(answer.invalid_fields(), [field("body", "type")], "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"code": "b", "name": 7, "country": "Korea", "tz": "Asia/Seoul", "colour": "red"});
        let wrong = owner.post("/api/v1/warehouses", &body).await.invalid_fields();
        let expected = [
            field("code", "pattern"),
            field("colour", "unknown_field"),
            field("country", "country"),
            field("currency", "required"),
            field("name", "type"),
        ];
        assert_eq!(wrong.iter().map(|(name, _)| name).collect::<Vec<_>>(), expected.each_ref().map(|(name, _)| name));
        assert_eq!((&wrong[1], &wrong[3], &wrong[4]), (&expected[1], &expected[3], &expected[4]));

        let register = post(stage, REGISTER, "{\"email\":\"kim\",\"password\":\"short\",\"name\":null}").await;
        let names: Vec<_> = register.invalid_fields().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["email", "name", "organization_name", "password"]);
        assert!(!register.text.contains("short"), "{}", register.text);
        let empty = post(stage, REGISTER, "{}").await.invalid_fields();
        assert_eq!(empty, ["email", "name", "organization_name", "password"].map(|name| field(name, "required")));
    })
    .await;
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_refused() {
    on_each_engine(async |stage| {
        let body = format!("{{\"email\":\"a@example.com\",\"password\":\"{PASSWORD}\",\"email\":\"b@example.com\"}}");
        assert_eq!(post(stage, LOGIN, body).await.invalid_fields(), [field("email", "repeated")]);
        let form = [("username", "a"), ("password", "b"), ("username", "c")];
        let twice = stage.anonymous().ask(Method::POST, "/api/v1/auth/token").form(&form).send().await;
        assert_eq!(twice.invalid_fields(), [field("username", "repeated")]);
        let owner = stage.owner().await;
        let query = owner.get("/api/v1/warehouses?page=1&page=2").await;
        assert_eq!(query.invalid_fields(), [field("page", "repeated")]);
    })
    .await;
}

#[tokio::test]
async fn a_form_is_read_as_strictly_as_json() {
    on_each_engine(async |stage| {
        let form = async |fields: &[(&str, &str)]| {
            stage.anonymous().ask(Method::POST, "/api/v1/auth/token").form(fields).send().await.invalid_fields()
        };
        assert_eq!(form(&[]).await, [field("password", "required"), field("username", "required")]);
        let unknown = form(&[("username", "a"), ("password", "b"), ("colour", "red")]).await;
        assert_eq!(unknown, [field("colour", "unknown_field")]);
        assert_eq!(form(&[("username", "a"), ("password", &"x".repeat(129))]).await, [field("password", "length")]);
    })
    .await;
}

#[tokio::test]
async fn a_password_must_keep_every_rule() {
    on_each_engine(async |stage| {
        for (password, code) in [
            ("Short-1", "length"),
            (&*"Aa1".repeat(43), "length"),
            ("lower-case-1", "uppercase_missing"),
            ("UPPER-CASE-1", "lowercase_missing"),
            ("No-Digit-Here", "digit_missing"),
            ("P@ssw0rd2024!", "too_common"),
        ] {
            let body = json!({"email": "a@example.com", "password": password, "name": "A", "organization_name": "A"});
            let answer = stage.anonymous().post(REGISTER, &body).await;
            assert_eq!(answer.invalid_fields(), [field("password", code)]);
            assert!(!answer.text.contains(password));
        }
    })
    .await;
}

#[tokio::test]
async fn text_at_the_edge_of_its_rule_is_kept_as_it_is() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let mut body = warehouse("AB");
        body["name"] = "é".repeat(200).into();
        body["address"] = "漢字\n\"quoted\" \\ % _ ' 😀".into();
        let built = owner.post("/api/v1/warehouses", &body).await.gives(201);
        assert_eq!((&built["name"], &built["address"]), (&body["name"], &body["address"]));
        for (name, value) in [
            ("name", json!("é".repeat(201))),
            ("name", json!(" ")),
            ("name", json!("a\u{0}b")),
            ("address", json!("x".repeat(501))),
            ("address", json!("a\u{0}b")),
            ("code", json!("A")),
            ("code", json!("ABCDEFGHIJKLMNOPQ")),
            ("code", json!("A_B")),
            ("code", json!("ÀB")),
            ("country", json!("XX")),
            ("country", json!("kr")),
            ("tz", json!("Nowhere/Else")),
            ("currency", json!("ZZZ")),
        ] {
            let mut wrong = warehouse("CD");
            wrong[name] = value;
            let fields = owner.post("/api/v1/warehouses", &wrong).await.invalid_fields();
            assert_eq!(fields.iter().map(|(name, _)| name).collect::<Vec<_>>(), [name], "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn odd_characters_in_a_query_are_looked_for_or_refused_and_break_nothing() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        owner.build("BUS-1").await;
        for query in ["q=%00", "q=a%00b", "q=%FF%FE", "q='%20OR%201=1%20--", "q=%F0%9F%98%80", "q=\\", "q=%5C%25"] {
            let answer = owner.get(&format!("/api/v1/warehouses?{query}")).await;
            match answer.status {
                200 => assert_eq!(answer.json()["total"], 0, "{query}"),
                _ => assert_eq!(answer.invalid_fields()[0].0, "q", "{query}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_that_stoa_has_not_given_is_refused() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        owner.build("BUS-1").await;
        for (sort, cursor) in [
            ("code", json!(["code", "A\u{0}", MISSING])),
            ("created_at", json!(["created_at", "yesterday", MISSING])),
            ("created_at", json!(["created_at", "", MISSING])),
            ("code", json!(["code", "A", "no id"])),
            ("code", json!(["code", 1, MISSING])),
            ("code", json!({"sort": "code"})),
        ] {
            let text = URL_SAFE_NO_PAD.encode(cursor.to_string());
            let answer = owner.get(&format!("/api/v1/warehouses?sort={sort}&cursor={text}")).await;
            assert_eq!(answer.invalid_fields(), [field("cursor", "cursor")], "{cursor}");
        }
        let members = URL_SAFE_NO_PAD.encode(json!(["joined_at", "yesterday", MISSING]).to_string());
        for path in [owner.members_path(), "/api/v1/organizations".to_owned()] {
            assert_eq!(
                owner.get(&format!("{path}?cursor={members}")).await.invalid_fields(),
                [field("cursor", "cursor")]
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_may_have_a_mebibyte_and_no_byte_more() {
    on_each_engine(async |stage| {
        let padded = |size: usize| {
            let mut body = json!({"email": "a@example.com", "password": PASSWORD}).to_string();
            body.extend(std::iter::repeat_n(' ', size - body.len()));
            body
        };
        post(stage, LOGIN, padded(MIB)).await.refuses(401, "INVALID_CREDENTIALS");
        post(stage, LOGIN, padded(MIB + 1)).await.refuses(413, "PAYLOAD_TOO_LARGE");
        let form = format!("username=a&password={}", "x".repeat(MIB));
        let ask = stage.anonymous().ask(Method::POST, "/api/v1/auth/token").bytes(form);
        let answer = ask.header("content-type", "application/x-www-form-urlencoded").send().await;
        answer.refuses(413, "PAYLOAD_TOO_LARGE");
    })
    .await;
}

#[tokio::test]
async fn a_body_whose_length_nobody_has_said_is_cut_off_too() {
    on_each_engine(async |stage| {
        let mut request = format!(
            "POST {LOGIN} HTTP/1.1\r\nhost: stoa\r\ncontent-type: application/json\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        )
        .into_bytes();
        for _ in 0..17 {
            request.extend(format!("{:x}\r\n{}\r\n", 65_536, " ".repeat(65_536)).into_bytes());
        }
        request.extend(b"0\r\n\r\n");
        let answer = raw(stage, &request);
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("PAYLOAD_TOO_LARGE"), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn a_body_is_read_only_as_what_it_is_said_to_be() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"email": owner.email, "password": PASSWORD}).to_string();
        let form = format!("username={}&password={PASSWORD}", owner.email.replace('@', "%40"));
        let send = async |path: &str, body: &str, kind: Option<&str>| {
            let ask = stage.anonymous().ask(Method::POST, path).bytes(body);
            if let Some(kind) = kind { ask.header("content-type", kind) } else { ask }.send().await
        };
        for kind in ["application/json", "Application/JSON", "application/json; charset=utf-8"] {
            send(LOGIN, &body, Some(kind)).await.is(200);
        }
        for kind in [None, Some("text/plain"), Some("application/jsonx"), Some("multipart/form-data"), Some("json")] {
            send(LOGIN, &body, kind).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
            send("/api/v1/auth/token", &form, kind).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
        }
        let urlencoded = Some("application/x-www-form-urlencoded");
        send("/api/v1/auth/token", &form, urlencoded).await.is(200);
        send(LOGIN, &form, urlencoded).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
        send("/api/v1/auth/token", &body, Some("application/json")).await.refuses(415, "UNSUPPORTED_MEDIA_TYPE");
    })
    .await;
}

#[tokio::test]
async fn a_path_that_leads_nowhere_is_not_found() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for path in [
            "/",
            "/api",
            "/api/v1/unknown",
            "/api/v1/warehouses/",
            "/api/v1/warehouses/abc",
            "/api/v1/warehouses/1",
            "/api/v1/warehouses/%00",
            "/api/v1/warehouses/%FF",
            "/api/v1/warehouses/01890000-0000-7000-8000-00000000000g",
            "/api/v1/organizations/abc",
            "/api/v1/organizations/abc/members",
            "/API/V1/WAREHOUSES",
            "/health/more",
        ] {
            owner.get(path).await.refuses(404, "RESOURCE_NOT_FOUND");
        }
        owner.get(&format!("/api/v1/{}", "x".repeat(4_000))).await.refuses(404, "RESOURCE_NOT_FOUND");
        owner.patch("/api/v1/warehouses/abc", &json!({"version": 1})).await.refuses(404, "RESOURCE_NOT_FOUND");
        let member = format!("{}/abc", owner.members_path());
        owner.delete(&member).await.refuses(404, "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_method_that_a_path_does_not_know_is_named_with_those_it_does() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        for (method, path, allowed) in [
            ("PUT", "/api/v1/warehouses".to_owned(), "GET, POST"),
            ("POST", format!("/api/v1/warehouses/{MISSING}"), "GET, PATCH, DELETE"),
            ("GET", format!("/api/v1/warehouses/{MISSING}/restore"), "POST"),
            ("GET", LOGIN.to_owned(), "POST"),
            ("PATCH", format!("/api/v1/organizations/{MISSING}/members"), "GET, POST"),
            ("GET", format!("/api/v1/organizations/{MISSING}/members/{MISSING}"), "DELETE"),
            ("DELETE", "/health".to_owned(), "GET"),
            ("POST", "/openapi.json".to_owned(), "GET"),
            ("BREW", "/ready".to_owned(), "GET"),
        ] {
            let answer = anonymous.ask(Method::from_bytes(method.as_bytes()).unwrap(), &path).send().await;
            answer.refuses(405, "METHOD_NOT_ALLOWED");
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_beyond_their_range_are_refused() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let path = format!("/api/v1/warehouses/{}", owner.build("BUS-1").await["id"].as_str().unwrap());
        for version in ["9223372036854775808", "1.5", "\"1\"", "1e3"] {
            let body = format!("{{\"version\":{version},\"name\":\"X\"}}");
            let answer = owner.ask(Method::PATCH, &path).raw_json(body).send().await;
            assert_eq!(answer.invalid_fields(), [field("version", "type")], "{version}");
        }
        for version in [i64::MIN, -1, 0, i64::MAX] {
            let answer = owner.patch(&path, &json!({"version": version, "name": "X"})).await;
            answer.refuses(409, "VERSION_CONFLICT");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_http_ends_the_connection_and_not_the_server() {
    on_each_engine(async |stage| {
        for request in [&b"nonsense\r\n\r\n"[..], b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"] {
            let answer = raw(stage, request);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:?}");
        }
        stage.anonymous().get("/health").await.is(200);
    })
    .await;
}
