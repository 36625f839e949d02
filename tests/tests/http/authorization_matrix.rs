//! Who may call what: every operation of the OpenAPI document against every kind of caller.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use stoa_api::openapi;
use stoa_api::operations::{Access, OPERATIONS, Operation, find};
use stoa_domain::access::api_key::permissions_of_role;
use stoa_domain::access::templates::VIEWER;
use stoa_domain::identity::ports::RefreshTokenSource as _;
use stoa_domain::kernel::rank::Rank;
use stoa_infrastructure::crypto::refresh_token::RandomRefreshTokens;
use stoa_infrastructure::testing::Engine;
use stoa_tests::actor::{Actor, PASSWORD, warehouse};
use stoa_tests::answer::Answer;
use stoa_tests::audit::{bare, entries, refusals};
use stoa_tests::hex::hex;
use stoa_tests::stage::{Stage, on_each_engine};

/// The beginning of a picture.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the requests of the table are about: things of one organization, fresh for each row.
struct Things {
    organization: String,
    /// A member who is not one of the callers.
    other: Actor,
    /// An admin who is not one of the callers, for the row that is about one.
    admin: Option<Actor>,
    /// An archived organization of the same owner, for the row that is about one.
    archived: Option<String>,
    /// Somebody registered who belongs elsewhere, to an organization that is suspended for the row
    /// that is about one.
    newcomer: Actor,
    /// A request to be registered that waits.
    registration: String,
    warehouse: Value,
    deleted: Value,
    api_key: Value,
    /// A role that nobody has.
    role: Value,
    /// What `other` was given besides being a viewer.
    assignment: Value,
    /// The id of a refusal of `other`.
    decision: String,
    /// The version of what the organization has decided about access.
    settings: Value,
    /// The id of a session of `other`, and of an identity that they have linked.
    session: String,
    /// By which the newcomer sets a new password.
    reset_token: String,
    /// By which the newcomer's address is verified.
    verification_token: String,
    /// By which somebody unknown accepts an invitation, whose id is that of the newcomer.
    invitation_token: String,
    /// A code that no warehouse has.
    code: String,
}

/// The built-in role `ADMIN`.
const ADMIN_ROLE: &str = "5701a000-0000-8000-8000-000000000001";
/// The built-in role `viewer`.
const VIEWER_ROLE: &str = "5701a000-0000-8000-8000-00000000000a";
/// The built-in role `member`.
const MEMBER_ROLE: &str = "5701a000-0000-8000-8000-00000000000c";

const ACCEPT: &str = "/api/v1/auth/accept-invitation";
// None is configured.
const START: &str = "/api/v1/auth/providers/none/start";
const FINISH: &str = "/api/v1/auth/providers/none/finish";
/// What is called as nobody in particular, for whoever is signed in does it otherwise.
const HEEDING: [&str; 3] = [ACCEPT, START, FINISH];

enum Body {
    None,
    Json(Value),
    Form(Vec<(&'static str, String)>),
    /// A picture.
    Png,
}

/// How an operation is called so that it succeeds for whoever may call it.
struct Row {
    id: &'static str,
    status: u16,
    call: fn(&Things) -> (String, Body),
    /// What must have been done to the other member before.
    after: Option<&'static str>,
}

const fn row(id: &'static str, status: u16, call: fn(&Things) -> (String, Body)) -> Row {
    Row { id, status, call, after: None }
}

impl Row {
    const fn after(self, operation: &'static str) -> Self {
        Self { after: Some(operation), ..self }
    }
}

const ROWS: &[Row] = &[
    row("health", 200, |_| ("/health".into(), Body::None)),
    row("ready", 200, |_| ("/ready".into(), Body::None)),
    row("register", 201, |it| {
        let email = format!("another-{}", it.newcomer.email);
        let body = json!({"email": email, "password": PASSWORD, "name": "Kim", "organization_name": "Pier"});
        ("/api/v1/auth/register".into(), Body::Json(body))
    }),
    row("list_registrations", 200, |_| ("/api/v1/registrations".into(), Body::None)),
    row("approve_registration", 200, |it| (registration(it, "approve"), Body::Json(json!({})))),
    row("reject_registration", 200, |it| (registration(it, "reject"), Body::Json(json!({})))),
    row("token", 200, |it| {
        let form = vec![("username", it.newcomer.email.clone()), ("password", PASSWORD.to_owned())];
        ("/api/v1/auth/token".into(), Body::Form(form))
    }),
    row("login", 200, |it| {
        ("/api/v1/auth/login".into(), Body::Json(json!({"email": it.newcomer.email, "password": PASSWORD})))
    }),
    row("refresh", 200, |it| {
        ("/api/v1/auth/refresh".into(), Body::Json(json!({"refresh_token": it.newcomer.refresh})))
    }),
    row("forgot_password", 202, |it| {
        ("/api/v1/auth/forgot-password".into(), Body::Json(json!({"email": it.newcomer.email})))
    }),
    row("reset_password", 204, |it| {
        let body = json!({"token": it.reset_token, "password": PASSWORD});
        ("/api/v1/auth/reset-password".into(), Body::Json(body))
    }),
    row("verify_email", 204, |it| {
        ("/api/v1/auth/verify-email".into(), Body::Json(json!({"token": it.verification_token})))
    }),
    row("send_verification", 202, |_| ("/api/v1/auth/verify-email/resend".into(), Body::None)),
    row("key_set", 200, |_| ("/.well-known/jwks.json".into(), Body::None)),
    row("logout", 204, |_| ("/api/v1/auth/logout".into(), Body::None)),
    row("logout_by_delete", 204, |_| ("/api/v1/auth/logout".into(), Body::None)),
    row("logout_all", 204, |_| ("/api/v1/auth/logout-all".into(), Body::None)),
    row("list_sessions", 200, |_| ("/api/v1/auth/sessions".into(), Body::None)),
    row("end_session", 204, |it| (format!("/api/v1/auth/sessions/{}", it.session), Body::None)),
    row("change_password", 204, |_| ("/api/v1/auth/password".into(), Body::Json(same_password()))),
    row("change_password_of_user", 204, |it| {
        (format!("/api/v1/users/{}/password", it.other.user_id), Body::Json(same_password()))
    }),
    row("unlock_user", 204, |it| (format!("/api/v1/users/{}/unlock", it.other.user_id), Body::None)),
    row("enrol_totp", 200, |_| ("/api/v1/auth/mfa/totp".into(), Body::None)),
    row("remove_totp", 204, |_| ("/api/v1/auth/mfa/totp".into(), Body::Json(json!({"password": PASSWORD})))),
    // What was begun is removed by now.
    row("confirm_totp", 404, |_| ("/api/v1/auth/mfa/totp/confirm".into(), Body::Json(json!({"code": "123456"})))),
    // Whoever has a token for it gets in, whoever has none does not.
    row("verify_mfa", 401, |_| {
        ("/api/v1/auth/mfa/verify".into(), Body::Json(json!({"mfa_token": "none", "code": "123456"})))
    }),
    row("list_providers", 200, |_| ("/api/v1/auth/providers".into(), Body::None)),
    row("start_with_provider", 404, |_| (START.into(), Body::None)),
    row("finish_with_provider", 404, |_| (FINISH.into(), Body::Json(json!({"state": "none", "code": "none"})))),
    row("list_identities", 200, |_| ("/api/v1/auth/identities".into(), Body::None)),
    row("remove_identity", 204, |it| (format!("/api/v1/auth/identities/{}", it.session), Body::None)),
    row("validate_presented_token", 200, |_| ("/api/v1/auth/validate".into(), Body::None)),
    row("validate_token", 200, |it| ("/api/v1/auth/validate".into(), Body::Json(json!({"token": it.newcomer.access})))),
    row("me", 200, |_| ("/api/v1/auth/me".into(), Body::None)),
    row("switch_organization", 200, |it| {
        ("/api/v1/auth/switch-organization".into(), Body::Json(json!({"organization_id": it.organization})))
    }),
    row("create_organization", 201, |_| ("/api/v1/organizations".into(), Body::Json(json!({"name": "Pier"})))),
    row("list_organizations", 200, |_| ("/api/v1/organizations".into(), Body::None)),
    row("get_organization", 200, |it| (organization(it, ""), Body::None)),
    row("update_organization", 200, |it| (organization(it, ""), Body::Json(json!({"version": 1})))),
    row("get_business_profile", 200, |it| (organization(it, "/business-profile"), Body::None)),
    row("replace_business_profile", 200, |it| {
        (organization(it, "/business-profile"), Body::Json(json!({"version": 1})))
    }),
    row("update_business_profile", 200, |it| {
        (organization(it, "/business-profile"), Body::Json(json!({"version": 1})))
    }),
    row("suspend_organization", 200, |it| (life_cycle(&it.newcomer.organization, "suspend"), because())),
    row("reinstate_organization", 200, |it| (life_cycle(&it.newcomer.organization, "reinstate"), because())),
    row("archive_organization", 200, |it| (life_cycle(&it.organization, "archive"), because())),
    row("restore_organization", 200, |it| (life_cycle(it.archived.as_ref().unwrap(), "restore"), because())),
    row("list_members", 200, |it| (organization(it, "/members"), Body::None)),
    row("add_member", 201, |it| {
        (organization(it, "/members"), Body::Json(json!({"email": it.newcomer.email, "role": "member"})))
    }),
    row("remove_member", 204, |it| (organization(it, &format!("/members/{}", it.other.user_id)), Body::None)),
    row("leave_organization", 204, |it| (organization(it, "/leave"), Body::None)),
    row("list_admins", 200, |it| (organization(it, "/admins"), Body::None)),
    row("grant_admin", 201, |it| (organization(it, "/admins"), Body::Json(json!({"user_id": it.other.user_id})))),
    row("revoke_admin", 204, |it| {
        (organization(it, &format!("/admins/{}", it.admin.as_ref().unwrap().user_id)), Body::None)
    }),
    row("get_owner", 200, |it| (organization(it, "/owner"), Body::None)),
    row("transfer_ownership", 200, |it| {
        (organization(it, "/transfer-ownership"), Body::Json(json!({"user_id": it.other.user_id})))
    }),
    row("list_users", 200, |_| ("/api/v1/users".into(), Body::None)),
    row("get_user", 200, |it| (user_path(it, ""), Body::None)),
    row("patch_profile", 200, |it| (user_path(it, "/profile"), Body::Json(json!({"version": 1, "bio": "New here"})))),
    row("put_profile", 200, |it| (user_path(it, "/profile"), Body::Json(json!({"version": 1, "bio": "New here"})))),
    row("activate_user", 200, |it| (user_path(it, "/activate"), because())).after("deactivate"),
    row("deactivate_user", 200, |it| (user_path(it, "/deactivate"), because())),
    row("suspend_user", 200, |it| (user_path(it, "/suspend"), because())),
    row("reinstate_user", 200, |it| (user_path(it, "/reinstate"), because())).after("suspend"),
    row("archive_user", 200, |it| (user_path(it, "/archive"), because())),
    row("restore_user", 200, |it| (user_path(it, "/restore"), because())).after("archive"),
    row("change_statuses", 200, |it| {
        let body = json!({"operation": "suspend", "ids": [it.other.user_id], "reason": "Because"});
        ("/api/v1/users/bulk".into(), Body::Json(body))
    }),
    row("get_user_history", 200, |it| (user_path(it, "/history"), Body::None)),
    row("get_profile_image", 200, |it| (user_path(it, "/profile-image"), Body::None)),
    row("put_profile_image", 200, |it| (user_path(it, "/profile-image"), Body::Png)),
    row("remove_profile_image", 204, |it| (user_path(it, "/profile-image"), Body::None)),
    row("get_own_profile", 200, |_| ("/api/v1/auth/profile".into(), Body::None)),
    row("put_own_profile", 200, |_| ("/api/v1/auth/profile".into(), Body::Json(json!({"version": 1})))),
    row("list_invitations", 200, |_| ("/api/v1/invitations".into(), Body::None)),
    row("invite", 201, |it| {
        let email = format!("{}@example.com", it.code.to_lowercase());
        ("/api/v1/invitations".into(), Body::Json(json!({"email": email, "role": "member"})))
    }),
    row("resend_invitation", 200, |it| (invitation_path(it, "resend"), Body::None)),
    row("revoke_invitation", 200, |it| (invitation_path(it, "revoke"), Body::None)),
    row("find_invitation", 200, |it| (format!("/api/v1/invitations/by-token/{}", it.invitation_token), Body::None)),
    row("accept_invitation", 201, |it| {
        let body = json!({"token": it.invitation_token, "password": PASSWORD, "name": "Kim"});
        (ACCEPT.into(), Body::Json(body))
    }),
    row("list_permissions", 200, |_| ("/api/v1/permissions".into(), Body::None)),
    row("list_roles", 200, |_| ("/api/v1/roles".into(), Body::None)),
    row("create_role", 201, |it| {
        let key = format!("new_{}", it.code.replace('-', "_"));
        ("/api/v1/roles".into(), Body::Json(json!({"key": key, "name": "Day shift"})))
    }),
    row("get_role", 200, |it| (role_path(it, ""), Body::None)),
    row("update_role", 200, |it| (role_path(it, ""), Body::Json(json!({"version": 1, "name": "Day shift"})))),
    row("delete_role", 204, |it| (role_path(it, ""), Body::None)),
    row("replace_role_permissions", 200, |it| {
        (role_path(it, "/permissions"), Body::Json(json!({"version": 1, "permissions": ["user.view"]})))
    }),
    row("copy_role", 201, |it| {
        let key = format!("copy_{}", it.code.replace('-', "_"));
        (role_path(it, "/copy"), Body::Json(json!({"key": key, "name": "Another shift"})))
    }),
    row("list_user_roles", 200, |it| (user_path(it, "/roles"), Body::None)),
    row("assign_role", 201, |it| (user_path(it, "/roles"), Body::Json(json!({"role_id": it.role["id"]})))),
    row("revoke_role", 204, |it| {
        (user_path(it, &format!("/roles/{}", it.assignment["id"].as_str().unwrap())), Body::None)
    }),
    row("get_access_settings", 200, |it| (organization(it, "/access-settings"), Body::None)),
    row("replace_access_settings", 200, |it| {
        (
            organization(it, "/access-settings"),
            Body::Json(json!({"version": it.settings, "default_role_ids": [VIEWER_ROLE]})),
        )
    }),
    row("simulate_role", 200, |_| {
        let body = json!({"role_id": MEMBER_ROLE, "permissions": ["warehouse.manage"]});
        ("/api/v1/authz/simulate".into(), Body::Json(body))
    }),
    row("explain", 200, |it| {
        let body = json!({"user_id": it.other.user_id, "permission": "warehouse.manage"});
        ("/api/v1/authz/explain".into(), Body::Json(body))
    }),
    row("get_decision", 200, |it| (format!("/api/v1/authz/decisions/{}", it.decision), Body::None)),
    row("review_access", 200, |_| ("/api/v1/access-review".into(), Body::None)),
    row("list_api_keys", 200, |_| ("/api/v1/api-keys".into(), Body::None)),
    row("create_api_key", 201, |_| {
        ("/api/v1/api-keys".into(), Body::Json(json!({"name": "Scales", "role": "member"})))
    }),
    row("revoke_api_key", 204, |it| (api_key_path(it, ""), Body::None)),
    row("rotate_api_key", 200, |it| (api_key_path(it, "/rotate"), Body::None)),
    row("list_audit_logs", 200, |_| ("/api/v1/audit-logs".into(), Body::None)),
    row("export_audit_logs", 200, |_| ("/api/v1/audit-logs/export".into(), Body::None)),
    row("list_platform_audit_logs", 200, |_| ("/api/v1/platform/audit-logs".into(), Body::None)),
    row("verify_platform_audit", 200, |_| ("/api/v1/platform/audit-logs/verify".into(), Body::None)),
    row("get_warehouse_history", 200, |it| (warehouse_path(&it.warehouse, "/history"), Body::None)),
    row("get_organization_history", 200, |it| (organization(it, "/history"), Body::None)),
    row("get_api_key_history", 200, |it| (api_key_path(it, "/history"), Body::None)),
    row("get_role_history", 200, |it| (role_path(it, "/history"), Body::None)),
    row("get_role_assignment_history", 200, |it| {
        (user_path(it, &format!("/roles/{}/history", it.assignment["id"].as_str().unwrap())), Body::None)
    }),
    row("get_user_audit_logs", 200, |it| (user_path(it, "/audit-logs"), Body::None)),
    row("get_member_history", 200, |it| {
        (organization(it, &format!("/members/{}/history", it.other.user_id)), Body::None)
    }),
    row("get_session_history", 200, |it| (format!("/api/v1/auth/sessions/{}/history", it.session), Body::None)),
    row("get_invitation_history", 200, |it| (invitation_path(it, "history"), Body::None)),
    row("get_registration_history", 200, |it| (registration(it, "history"), Body::None)),
    row("verify_audit", 200, |_| ("/api/v1/audit-logs/verify".into(), Body::None)),
    row("create_warehouse", 201, |it| ("/api/v1/warehouses".into(), Body::Json(warehouse(&it.code)))),
    row("list_warehouses", 200, |_| ("/api/v1/warehouses".into(), Body::None)),
    row("get_warehouse", 200, |it| (warehouse_path(&it.warehouse, ""), Body::None)),
    row("update_warehouse", 200, |it| {
        (warehouse_path(&it.warehouse, ""), Body::Json(json!({"version": 1, "name": "Pier"})))
    }),
    row("delete_warehouse", 204, |it| (warehouse_path(&it.warehouse, ""), Body::None)),
    row("restore_warehouse", 200, |it| (warehouse_path(&it.deleted, "/restore"), Body::None)),
];

/// A change that lets everybody sign in as before.
fn same_password() -> Value {
    json!({"old_password": PASSWORD, "new_password": PASSWORD})
}

fn organization(it: &Things, rest: &str) -> String {
    format!("/api/v1/organizations/{}{rest}", it.organization)
}

fn life_cycle(organization: &str, step: &str) -> String {
    format!("/api/v1/organizations/{organization}/{step}")
}

fn registration(it: &Things, step: &str) -> String {
    format!("/api/v1/registrations/{}/{step}", it.registration)
}

fn because() -> Body {
    Body::Json(json!({"reason": "It is time"}))
}

fn user_path(it: &Things, rest: &str) -> String {
    format!("/api/v1/users/{}{rest}", it.other.user_id)
}

fn warehouse_path(warehouse: &Value, rest: &str) -> String {
    format!("/api/v1/warehouses/{}{rest}", warehouse["id"].as_str().unwrap())
}

fn invitation_path(it: &Things, rest: &str) -> String {
    format!("/api/v1/invitations/{}/{rest}", it.newcomer.user_id)
}

fn role_path(it: &Things, rest: &str) -> String {
    format!("/api/v1/roles/{}{rest}", it.role["id"].as_str().unwrap())
}

fn api_key_path(it: &Things, rest: &str) -> String {
    format!("/api/v1/api-keys/{}{rest}", it.api_key["id"].as_str().unwrap())
}

#[test]
fn the_table_has_a_row_for_every_operation_and_no_other() {
    let of_document: BTreeSet<_> = openapi::operations(&openapi::document()).into_iter().map(|(_, _, id)| id).collect();
    let of_program: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
    let of_table: BTreeSet<_> = ROWS.iter().map(|row| row.id.to_owned()).collect();
    assert_eq!(of_document, of_program);
    assert_eq!(of_document, of_table, "left: the document, right: the table of this test");
    assert_eq!(of_table.len(), ROWS.len(), "a row stands twice");
}

/// Whether the operation changes what its callers or their organization may do afterwards: it is
/// given an organization of its own.
fn is_upsetting(row: &Row) -> bool {
    matches!(row.id, "leave_organization" | "transfer_ownership" | "archive_organization")
}

/// The owner whose organization the row is about.
async fn owner_for(stage: &Stage, usual: &Actor, row: &Row) -> Actor {
    if is_upsetting(row) { stage.owner().await } else { usual.clone() }
}

/// What the row needs done before: by `by` to the other member, and by that one.
async fn prepare(by: &Actor, it: &Things, row: &Row) {
    if let (Some(operation), Body::Json(body)) = (row.after, because()) {
        by.post(&user_path(it, &format!("/{operation}")), &body).await.is(200);
    }
    if row.id == "get_invitation_history" {
        by.post(&invitation_path(it, "resend"), &json!({})).await.is(200);
    }
    if row.id == "get_user_audit_logs" {
        it.other.patch(&user_path(it, "/profile"), &json!({"version": 1, "bio": "New here"})).await.is(200);
    }
    if row.id.ends_with("_profile_image") {
        call(&it.other, "PUT", &user_path(it, "/profile-image"), &Body::Png).await.is(200);
    }
}

async fn things(stage: &Stage, owner: &Actor, number: usize, row: &Row) -> Things {
    let (warehouse, deleted) = (owner.build(&format!("W-{number}")).await, owner.build(&format!("D-{number}")).await);
    owner.delete(&warehouse_path(&deleted, "")).await.is(204);
    let admin = if row.id == "revoke_admin" { Some(stage.admin(owner).await) } else { None };
    let archived = if row.id == "restore_organization" { Some(archived(owner).await) } else { None };
    let (other, newcomer) = (stage.member(owner).await, stage.owner().await);
    if row.id == "reinstate_organization" {
        let platform = stage.platform_admin().await;
        let path = life_cycle(&newcomer.organization, "suspend");
        platform.post(&path, &json!({"reason": "Unpaid"})).await.is(200);
    }
    let given = json!({"role_id": MEMBER_ROLE});
    let assignment = owner.post(&format!("/api/v1/users/{}/roles", other.user_id), &given).await.gives(201);
    let registration = stage.registration(&format!("waiting-{}", newcomer.email));
    if row.id == "get_registration_history" {
        let platform = stage.platform_admin().await;
        platform.post(&format!("/api/v1/registrations/{registration}/reject"), &json!({})).await.is(200);
    }
    let it = Things {
        organization: owner.organization.clone(),
        session: session_of(&other).await,
        decision: refusal_of(&other).await,
        other,
        admin,
        archived,
        reset_token: issue_token(stage, &newcomer, "password_reset", number),
        verification_token: issue_token(stage, &newcomer, "email_verification", number),
        invitation_token: issue_invitation(stage, owner, &newcomer, number),
        registration,
        newcomer,
        warehouse,
        deleted,
        api_key: make_key(owner, "member").await,
        role: make_role(owner, number).await,
        assignment,
        settings: owner.get(&format!("{}/access-settings", owner.organization_path())).await.gives(200)["version"]
            .take(),
        code: format!("N-{number}"),
    };
    link_identity(stage, &it.session);
    prepare(owner, &it, row).await;
    it
}

/// The id of another organization that this person has founded and archived.
async fn archived(owner: &Actor) -> String {
    let founded = owner.post("/api/v1/organizations", &json!({"name": "Pier"})).await.gives(201);
    let there = owner.switch_to(founded["id"].as_str().unwrap()).await;
    there.post(&life_cycle(&there.organization, "archive"), &json!({"reason": "Closed"})).await.is(200);
    there.organization
}

/// Somebody of this rank in this owner's organization.
async fn of_rank(stage: &Stage, owner: &Actor, rank: Rank) -> Actor {
    match rank {
        Rank::Member => stage.member(owner).await,
        Rank::Admin => stage.admin(owner).await,
        Rank::Owner => owner.clone(),
    }
}

async fn session_of(person: &Actor) -> String {
    let token = person.get("/api/v1/auth/validate").await.gives(200);
    token["session_id"].as_str().unwrap().to_owned()
}

async fn refusal_of(person: &Actor) -> String {
    let refused = person.get("/api/v1/api-keys").await.refuses(403, "FORBIDDEN");
    refused["decision_id"].as_str().unwrap().to_owned()
}

/// The caller was refused, is told nothing but where to ask why, and that stands in the audit trail.
fn refuses(stage: &Stage, answer: &Answer, operation: &Operation) {
    let refused = answer.refuses(403, "FORBIDDEN");
    assert_eq!(refused["message"], "You may not do this");
    let recorded = refusals(&stage.database).pop().expect("an entry");
    let said = (&recorded["resource_id"], &recorded["after"]["operation"]);
    assert_eq!(said, (&bare(&refused["decision_id"]), &json!(operation.id)));
}

/// The digest of a token in SQL.
fn digest_of(stage: &Stage, token: &str) -> String {
    let digest = RandomRefreshTokens.digest(&token.into()).0;
    let digest = hex(&digest);
    match stage.database.engine() {
        Engine::Sqlite => format!("x'{digest}'"),
        Engine::Postgres => format!("'\\x{digest}'::bytea"),
    }
}

/// An id in SQL.
fn id(stage: &Stage, id: &str) -> String {
    match stage.database.engine() {
        Engine::Sqlite => format!("x'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'::uuid"),
    }
}

/// Gives the person a token behind the API's back, as the worker does before it writes the letter.
fn issue_token(stage: &Stage, person: &Actor, purpose: &str, row: usize) -> String {
    let token = format!("{purpose}-{row}-{}", person.user_id);
    let insert = format!(
        "INSERT INTO one_time_tokens (digest, purpose, user_id, issued_at, expires_at) \
         SELECT {}, '{purpose}', user_id, created_at, expires_at FROM sessions WHERE user_id = {} LIMIT 1",
        digest_of(stage, &token),
        id(stage, &person.user_id)
    );
    stage.database.execute(&insert).expect("a token");
    token
}

/// Links an identity to the person of this session behind the API's back; its id is that of the session.
fn link_identity(stage: &Stage, session: &str) {
    let insert = format!(
        "INSERT INTO user_external_identities (id, user_id, provider, issuer, subject, linked_at) \
         SELECT id, user_id, 'main', 'https://id.example', '{session}', created_at FROM sessions WHERE id = {}",
        id(stage, session)
    );
    stage.database.execute(&insert).expect("an identity");
}

/// Invites somebody unknown behind the API's back, which tells the token to a letter alone. The id is
/// that of this person, and so are the times of a session.
fn issue_invitation(stage: &Stage, owner: &Actor, person: &Actor, row: usize) -> String {
    let token = format!("invitation-{row}-{}", person.user_id);
    let [invitation, organization, by] =
        [&person.user_id, &owner.organization, &owner.user_id].map(|text| id(stage, text));
    let insert = format!(
        "INSERT INTO invitations (id, organization_id, email, role, status, digest, invited_by, created_at, sent_at, \
         expires_at) SELECT {invitation}, {organization}, 'unknown-{}', 'member', 'pending', {}, {by}, created_at, \
         created_at, expires_at FROM sessions WHERE user_id = {invitation} LIMIT 1",
        person.email,
        digest_of(stage, &token)
    );
    stage.database.execute(&insert).expect("an invitation");
    token
}

/// Takes all roles from somebody, and gives them this one for this warehouse alone.
async fn only(owner: &Actor, person: &Actor, role: &str, warehouse: &Value) {
    let roles = format!("/api/v1/users/{}/roles", person.user_id);
    for held in owner.get(&roles).await.gives(200)["items"].as_array().unwrap() {
        owner.delete(&format!("{roles}/{}", held["id"].as_str().unwrap())).await.is(204);
    }
    let limit = json!({"kind": "warehouse", "ids": [warehouse["id"]]});
    owner.post(&roles, &json!({"role_id": role, "scope": limit})).await.is(201);
}

async fn make_role(owner: &Actor, number: usize) -> Value {
    let role = json!({"key": format!("role_{number}"), "name": "Night shift", "permissions": ["warehouse.view"]});
    owner.post("/api/v1/roles", &role).await.gives(201)
}

async fn make_key(owner: &Actor, role: &str) -> Value {
    owner.post("/api/v1/api-keys", &json!({"name": "Scales", "role": role})).await.gives(201)
}

/// Calls the operation as this actor; some as nobody in particular, for those who are signed in do
/// otherwise (see `invitations.rs` and `providers.rs`).
async fn call(actor: &Actor, method: &str, path: &str, body: &Body) -> Answer {
    let mut actor = actor.clone();
    actor.access = actor.access.filter(|_| !HEEDING.contains(&path));
    let ask = actor.ask(Method::from_bytes(method.as_bytes()).unwrap(), path);
    match body {
        Body::None => ask.send().await,
        Body::Json(body) => ask.json(body).send().await,
        Body::Form(form) => {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ask.form(&form).send().await
        }
        Body::Png => ask.bytes(PNG).header("content-type", "image/png").send().await,
    }
}

/// Method, path, the operation and its row, for every operation.
fn operations() -> Vec<(&'static str, String, &'static Operation, &'static Row)> {
    let all = openapi::operations(&openapi::document()).into_iter();
    all.map(|(path, method, id)| {
        let row = ROWS.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("{id} has no row"));
        (method, path, find(&id).unwrap_or_else(|| panic!("{id} is unknown")), row)
    })
    .collect()
}

/// Whether the call names a thing of one organization, by its path or its body.
fn is_about_a_thing(path: &str, operation: &Operation) -> bool {
    operation.access != Access::Public
        && (path.contains('{') || matches!(operation.id, "switch_organization" | "explain"))
}

/// Whether the call is about something that is a person's own, and here not the caller's.
fn is_about_another_person(operation: &Operation) -> bool {
    matches!(operation.id, "end_session" | "remove_identity" | "change_password_of_user")
}

#[tokio::test]
async fn nobody_does_anything_without_signing_in_but_what_is_public() {
    on_each_engine(async |stage| {
        let (owner, anonymous) = (stage.owner().await, stage.anonymous());
        for (number, (method, _, operation, row)) in operations().into_iter().enumerate() {
            let (path, body) = (row.call)(&things(stage, &owner, number, row).await);
            let before = entries(&stage.database);
            let answer = call(&anonymous, method, &path, &body).await;
            if operation.access == Access::Public {
                assert_eq!(answer.status, row.status, "{}: {}", row.id, answer.text);
                continue;
            }
            answer.refuses(401, "UNAUTHORIZED");
            // Nothing of a request is looked at before its sender.
            let nonsense = anonymous.ask(Method::from_bytes(method.as_bytes()).unwrap(), &format!("{path}?x=y"));
            for ask in [nonsense.bytes("{"), anonymous.ask(Method::PATCH, &path).bytes(vec![b' '; 1_100_000])] {
                let answer = ask.header("if-match", "nonsense").send().await;
                assert!([401, 405].contains(&answer.status), "{}: {}", row.id, answer.text);
            }
            assert_eq!(entries(&stage.database), before, "{}", row.id);
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_reaches_nothing_of_another_organization() {
    on_each_engine(async |stage| {
        let (owner, stranger) = (stage.owner().await, stage.stranger().await);
        for (number, (method, pattern, operation, row)) in operations().into_iter().enumerate() {
            let it = things(stage, &owner, number, row).await;
            let (path, body) = (row.call)(&it);
            let session = stranger.sign_in().await;
            let before = entries(&stage.database);
            let answer = call(&session, method, &path, &body).await;
            if operation.access == Access::Platform {
                refuses(stage, &answer, operation);
                assert_eq!(entries(&stage.database), before, "{}", row.id);
                continue;
            }
            if is_about_a_thing(&pattern, operation) {
                answer.refuses(404, "RESOURCE_NOT_FOUND");
                assert_eq!(entries(&stage.database), before, "{}", row.id);
                continue;
            }
            assert_eq!(answer.status, row.status, "{}: {}", row.id, answer.text);
            if path == ACCEPT {
                continue; // Whoever holds the letter belongs to the organization now.
            }
            for secret in [&it.organization, &owner.user_id, it.warehouse["id"].as_str().unwrap()] {
                assert!(!answer.text.contains(secret), "{} shows {secret}: {}", row.id, answer.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_belongs_to_none_does_what_needs_no_organization() {
    on_each_engine(async |stage| {
        let (owner, nobody) = (stage.owner().await, stage.nobody_yet().await);
        let mut operations = operations();
        // Founding one ends belonging to none.
        operations.sort_by_key(|(_, _, operation, _)| operation.id == "create_organization");
        for (number, (method, pattern, operation, row)) in operations.into_iter().enumerate() {
            let (path, body) = (row.call)(&things(stage, &owner, number, row).await);
            let session = nobody.sign_in().await;
            let before = entries(&stage.database);
            let answer = call(&session, method, &path, &body).await;
            match operation.access {
                Access::Permission(_) | Access::Owner if path.contains(&owner.organization) => {
                    answer.refuses(404, "RESOURCE_NOT_FOUND");
                }
                Access::Permission(_) | Access::PermissionOrPlatform(_) | Access::Owner | Access::Platform => {
                    refuses(stage, &answer, operation);
                }
                Access::SignedIn | Access::OwnerOrPlatform if is_about_a_thing(&pattern, operation) => {
                    answer.refuses(404, "RESOURCE_NOT_FOUND");
                }
                Access::SignedIn | Access::OwnerOrPlatform | Access::Public => {
                    assert_eq!(answer.status, row.status, "{}: {}", row.id, answer.text);
                    continue;
                }
            }
            assert_eq!(entries(&stage.database), before, "{}", row.id);
        }
    })
    .await;
}

#[tokio::test]
async fn every_rank_does_what_its_permissions_say_and_no_more() {
    on_each_engine(async |stage| {
        let usual = stage.owner().await;
        for rank in [Rank::Member, Rank::Admin, Rank::Owner] {
            let usual_caller = of_rank(stage, &usual, rank).await;
            for (number, (method, _, operation, row)) in operations().into_iter().enumerate() {
                let number = number + 1000 * rank as usize;
                let owner = owner_for(stage, &usual, row).await;
                let actor = if is_upsetting(row) { of_rank(stage, &owner, rank).await } else { usual_caller.clone() };
                // Some operations end all sessions of their caller.
                let (path, body) = (row.call)(&things(stage, &owner.sign_in().await, number, row).await);
                let session = actor.sign_in().await.switch_to(&owner.organization).await;
                let before = entries(&stage.database);
                let answer = call(&session, method, &path, &body).await;
                if is_about_another_person(operation) {
                    answer.refuses(404, "RESOURCE_NOT_FOUND");
                    assert_eq!(entries(&stage.database), before, "{rank} {}", row.id);
                    continue;
                }
                let may = match operation.access {
                    Access::Permission(permission) | Access::PermissionOrPlatform(permission) => {
                        rank.permissions().contains(&permission) || VIEWER.permissions.contains(&permission)
                    }
                    Access::Owner | Access::OwnerOrPlatform => rank == Rank::Owner,
                    Access::Platform => false,
                    Access::SignedIn | Access::Public => true,
                };
                if rank == Rank::Owner && row.id == "leave_organization" {
                    answer.refuses(409, "LAST_OWNER");
                } else if may {
                    assert_eq!(answer.status, row.status, "{rank} {}: {}", row.id, answer.text);
                } else {
                    // An archived organization is hidden from all but its owner.
                    match row.id {
                        "restore_organization" => drop(answer.refuses(404, "RESOURCE_NOT_FOUND")),
                        _ => refuses(stage, &answer, operation),
                    }
                    assert_eq!(entries(&stage.database), before, "{rank} {}", row.id);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_administers_the_platform_does_what_needs_that_and_nothing_inside_organizations() {
    on_each_engine(async |stage| {
        let (owner, platform) = (stage.owner().await, stage.platform_admin().await);
        let mut operations = operations();
        // Founding one ends belonging to none.
        operations.sort_by_key(|(_, _, operation, _)| operation.id == "create_organization");
        for (number, (method, pattern, operation, row)) in operations.into_iter().enumerate() {
            let owner = owner_for(stage, &owner, row).await;
            let it = things(stage, &owner, number, row).await;
            let (path, body) = (row.call)(&it);
            let session = platform.sign_in().await;
            if matches!(operation.access, Access::PermissionOrPlatform(_)) {
                // What the owner has done to the membership is not done to the account.
                prepare(&session, &it, row).await;
            }
            let before = entries(&stage.database);
            let answer = call(&session, method, &path, &body).await;
            match operation.access {
                Access::Permission(_) | Access::Owner if path.contains(&owner.organization) => {
                    answer.refuses(404, "RESOURCE_NOT_FOUND");
                }
                Access::Permission(_) | Access::Owner => {
                    refuses(stage, &answer, operation);
                }
                Access::SignedIn if is_about_a_thing(&pattern, operation) => {
                    answer.refuses(404, "RESOURCE_NOT_FOUND");
                }
                Access::PermissionOrPlatform(_)
                | Access::Platform
                | Access::OwnerOrPlatform
                | Access::SignedIn
                | Access::Public => {
                    assert_eq!(answer.status, row.status, "{}: {}", row.id, answer.text);
                    continue;
                }
            }
            assert_eq!(entries(&stage.database), before, "{}", row.id);
        }
    })
    .await;
}

#[tokio::test]
async fn a_program_does_what_the_permissions_of_its_key_say_and_nothing_of_a_person() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        for rank in [Rank::Member, Rank::Admin] {
            let key = make_key(&owner, rank.as_str()).await;
            let program = owner.with_token(key["key"].as_str().unwrap());
            for (number, (method, _, operation, row)) in operations().into_iter().enumerate() {
                let number = number + 1000 * rank as usize;
                let (path, body) = (row.call)(&things(stage, &owner, number, row).await);
                let before = entries(&stage.database);
                let answer = call(&program, method, &path, &body).await;
                let may = match operation.access {
                    Access::Permission(permission) | Access::PermissionOrPlatform(permission) => {
                        permissions_of_role(rank).any(|one| one == permission)
                    }
                    Access::Public => true,
                    Access::SignedIn | Access::Owner | Access::OwnerOrPlatform | Access::Platform => false,
                };
                if may {
                    assert_eq!(answer.status, row.status, "{rank} {}: {}", row.id, answer.text);
                } else {
                    refuses(stage, &answer, operation);
                    assert_eq!(entries(&stage.database), before, "{rank} {}", row.id);
                }
            }
        }
    })
    .await;
}

/// Somebody with every role there is, for another warehouse alone.
#[tokio::test]
async fn who_is_limited_to_other_things_finds_none_of_these() {
    on_each_engine(async |stage| {
        let owner = stage.owner().await;
        let (limited, elsewhere) = (stage.member(&owner).await, owner.build("ELSEWHERE").await);
        only(&owner, &limited, ADMIN_ROLE, &elsewhere).await;
        for (number, (method, pattern, operation, row)) in operations().into_iter().enumerate() {
            let Access::Permission(permission) = operation.access else { continue };
            let (path, body) = (row.call)(&things(stage, &owner, number, row).await);
            let before = entries(&stage.database);
            let answer = call(&limited, method, &path, &body).await;
            if Rank::Member.permissions().contains(&permission) {
                assert_eq!(answer.status, row.status, "{}: {}", row.id, answer.text);
            } else if permission.is_of_kernel() || row.id == "create_warehouse" {
                refuses(stage, &answer, operation);
            } else if is_about_a_thing(&pattern, operation) {
                answer.refuses(404, "RESOURCE_NOT_FOUND");
            } else {
                let listed = answer.gives(200);
                assert_eq!((&listed["total"], &listed["items"][0]["id"]), (&json!(1), &elsewhere["id"]), "{}", row.id);
            }
            assert_eq!(entries(&stage.database), before, "{}", row.id);
        }
    })
    .await;
}
