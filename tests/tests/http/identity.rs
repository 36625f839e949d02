//! Registering, signing in and out, being told who one is.

use insta::{allow_duplicates, assert_json_snapshot};
use reqwest::Method;
use serde_json::{Value, json};
use stoa_tests::actor::PASSWORD;
use stoa_tests::stage::{on_each_engine, on_each_engine_with};

const REGISTER: &str = "/api/v1/auth/register";
const TOKEN: &str = "/api/v1/auth/token";
const LOGIN: &str = "/api/v1/auth/login";
const ME: &str = "/api/v1/auth/me";
const SWITCH: &str = "/api/v1/auth/switch-organization";

fn kim() -> Value {
    json!({
        "email": "Kim@Example.com", "password": PASSWORD,
        "name": "Kim Ha-neul", "organization_name": "Harbour Cold Store",
    })
}

#[tokio::test]
async fn registering_gives_the_person_the_organization_and_tokens() {
    on_each_engine(async |stage| {
        let answer = stage.anonymous().post(REGISTER, &kim()).await;
        assert_eq!(answer.header("location"), Some(ME));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        allow_duplicates! { assert_json_snapshot!(answer.gives(201), {
            ".user.id" => "[id]", ".user.created_at" => "[time]", ".organization.id" => "[id]",
            ".access_token" => "[access]", ".refresh_token" => "[refresh]",
        }, @r#"
        {
          "user": {
            "id": "[id]",
            "email": "kim@example.com",
            "phone": null,
            "name": "Kim Ha-neul",
            "platform": "BUSINESS",
            "created_at": "[time]"
          },
          "organization": {
            "id": "[id]",
            "name": "Harbour Cold Store",
            "slug": "harbour-cold-store",
            "role": "owner",
            "status": "active"
          },
          "access_token": "[access]",
          "refresh_token": "[refresh]",
          "token_type": "Bearer",
          "expires_in": 900
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn a_platform_is_taken_in_any_case_and_grants_nothing() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        let register = |number: u32, platform: &str| {
            let (anonymous, mut body) = (anonymous.clone(), kim());
            body["email"] = format!("kim-{number}@example.com").into();
            body["platform"] = platform.into();
            async move { anonymous.post(REGISTER, &body).await }
        };
        for (number, (given, shown)) in
            [("admin_web", "ADMIN_WEB"), ("Gepp_EPR_Web", "GEPP_EPR_WEB"), ("NA", "NA")].into_iter().enumerate()
        {
            let registered = register(u32::try_from(number).unwrap(), given).await.gives(201);
            assert_eq!(registered["user"]["platform"], shown);
            let me = anonymous.holding(&registered).get(ME).await.gives(200);
            assert_eq!((&me["platform"], &me["platform_admin"]), (&json!(shown), &json!(false)));
        }
        let wrong = register(9, "TV").await;
        assert_eq!(wrong.invalid_fields(), [("platform".to_owned(), "choice".to_owned())]);
        assert!(wrong.text.contains("GEPP_REWARD_APP"), "{}", wrong.text);
    })
    .await;
}

#[tokio::test]
async fn who_administers_the_platform_is_told_so() {
    on_each_engine(async |stage| {
        let me = stage.platform_admin().await.get(ME).await.gives(200);
        assert_eq!((&me["platform_admin"], &me["organization"]), (&json!(true), &Value::Null));
    })
    .await;
}

#[tokio::test]
async fn an_address_is_taken_whatever_its_case() {
    on_each_engine(async |stage| {
        let anonymous = stage.anonymous();
        anonymous.post(REGISTER, &kim()).await.is(201);
        let mut again = kim();
        again["email"] = "  kim@EXAMPLE.com ".into();
        anonymous.post(REGISTER, &again).await.refuses(409, "DUPLICATE_EMAIL");
    })
    .await;
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers() {
    on_each_engine_with(&[("ENABLE_REGISTRATION", "false")], async |stage| {
        stage.anonymous().post(REGISTER, &kim()).await.refuses(403, "REGISTRATION_CLOSED");
        assert_eq!(stage.database.texts("SELECT email AS text FROM users"), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn json_and_the_form_sign_in_alike() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        let login = anonymous.post(LOGIN, &json!({"email": owner.email, "password": PASSWORD})).await.gives(200);
        let form = [("username", &*owner.email), ("password", PASSWORD)];
        let token = anonymous.ask(Method::POST, TOKEN).form(&form).send().await.gives(200);
        for pair in [login, token] {
            let me = anonymous.holding(&pair).get(ME).await.gives(200);
            assert_eq!((&me["id"], &me["organization"]["id"]), (&json!(owner.user_id), &json!(owner.organization)));
            allow_duplicates! { assert_json_snapshot!(pair, {
                ".access_token" => "[access]", ".refresh_token" => "[refresh]",
            }, @r#"
            {
              "access_token": "[access]",
              "refresh_token": "[refresh]",
              "token_type": "Bearer",
              "expires_in": 900
            }
            "#) };
        }
    })
    .await;
}

#[tokio::test]
async fn the_form_takes_what_oauth2_sends_and_only_the_password_grant() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let form = |grant: &'static str| {
            let owner = owner.clone();
            async move {
                let fields = [
                    ("grant_type", grant),
                    ("username", &owner.email),
                    ("password", PASSWORD),
                    ("scope", ""),
                    ("client_id", "docs"),
                    ("client_secret", "none"),
                ];
                stage.anonymous().ask(Method::POST, TOKEN).form(&fields).send().await
            }
        };
        form("password").await.is(200);
        let refused = form("client_credentials").await.invalid_fields();
        assert_eq!(refused, [("grant_type".to_owned(), "grant_type".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let anonymous = stage.anonymous();
        let mut answers = Vec::new();
        for (email, password) in [
            (&*owner.email, "Wrong-Horse-1"),
            ("nobody@example.com", PASSWORD),
            ("no address at all", PASSWORD),
            (&*owner.email, ""),
        ] {
            let answer = anonymous.post(LOGIN, &json!({"email": email, "password": password})).await;
            answer.refuses(401, "INVALID_CREDENTIALS");
            answers.push(answer.but_for_the_trace());
            let form = [("username", email), ("password", password)];
            answers.push(anonymous.ask(Method::POST, TOKEN).form(&form).send().await.but_for_the_trace());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:#?}");
    })
    .await;
}

#[tokio::test]
async fn an_address_signs_in_whatever_its_case() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let body = json!({"email": format!(" {} ", owner.email.to_uppercase()), "password": PASSWORD});
        stage.anonymous().post(LOGIN, &body).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn a_person_is_told_who_they_are_and_what_they_may_do() {
    on_each_engine(async |stage| {
        let owner = stage.anonymous().register("lee@example.com", "Harbour").await;
        let member = stage.anonymous().register("kim@example.com", "Quay").await;
        owner.add(&member, "member").await.is(201);
        let me = member.switch_to(&owner.organization).await.get(ME).await.gives(200);
        allow_duplicates! { assert_json_snapshot!(me, { ".id" => "[id]", ".**.id" => "[id]" }, @r#"
        {
          "id": "[id]",
          "email": "kim@example.com",
          "email_verified": false,
          "phone": null,
          "name": "Kim Ha-neul",
          "platform": "BUSINESS",
          "platform_admin": false,
          "organization": {
            "id": "[id]",
            "name": "Harbour",
            "slug": "harbour",
            "role": "member",
            "status": "active"
          },
          "organizations": [
            {
              "id": "[id]",
              "name": "Quay",
              "slug": "quay",
              "role": "owner",
              "status": "active"
            },
            {
              "id": "[id]",
              "name": "Harbour",
              "slug": "harbour",
              "role": "member",
              "status": "active"
            }
          ],
          "permissions": [
            "user.view",
            "warehouse.view",
            "inventory.view"
          ]
        }
        "#) };
    })
    .await;
}

#[tokio::test]
async fn switching_gives_a_session_elsewhere_and_keeps_the_old_one() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.owner().await);
        owner.add(&person, "member").await.is(201);
        let there = person.switch_to(&owner.organization).await;
        assert_eq!(there.organization, owner.organization);
        let here = person.get(ME).await.gives(200);
        assert_eq!(here["organization"]["id"], person.organization);
        there.post("/api/v1/auth/logout", &json!({})).await.is(204);
        person.get(ME).await.is(200);
    })
    .await;
}

#[tokio::test]
async fn nobody_switches_to_an_organization_that_is_not_theirs() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        let missing = "01890000-0000-7000-8000-000000000000";
        let mut answers = Vec::new();
        for id in [&*owner.organization, missing] {
            let answer = stranger.post(SWITCH, &json!({"organization_id": id})).await;
            answer.refuses(404, "RESOURCE_NOT_FOUND");
            answers.push(answer.but_for_the_trace());
        }
        assert_eq!(answers[0], answers[1]);
    })
    .await;
}

#[tokio::test]
async fn who_belongs_to_none_any_more_can_found_an_organization_and_work_there() {
    on_each_engine(async |stage| {
        let (owner, person) = (stage.owner().await, stage.nobody_yet().await);
        owner.add(&person, "member").await.is(201);
        let member = person.sign_in().await;
        assert_eq!(member.organization, owner.organization);
        owner.remove(&person).await.is(204);
        member.get(ME).await.refuses(401, "UNAUTHORIZED");

        let alone = person.sign_in().await;
        let me = alone.get(ME).await.gives(200);
        let nothing = (&me["organization"], &me["organizations"], &me["permissions"]);
        assert_eq!(nothing, (&Value::Null, &json!([]), &json!([])));
        alone.post("/api/v1/warehouses", &stoa_tests::actor::warehouse("W-1")).await.refuses(403, "FORBIDDEN");
        let founded = alone.post("/api/v1/organizations", &json!({"name": "Own"})).await.gives(201);
        let there = alone.switch_to(founded["id"].as_str().unwrap()).await;
        there.build("W-1").await;
    })
    .await;
}
