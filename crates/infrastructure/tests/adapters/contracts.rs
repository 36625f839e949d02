//! Every contract of the ports, a test each.

/// A test for each contract of a suite, and one that no contract is left out.
macro_rules! suite {
    ($suite:ident of $($part:ident)::+ in $source:literal: $($contract:ident,)*) => {
        mod $suite {
            use stoa_contracts::$($part)::+ as suite;

            $(#[test]
            fn $contract() {
                crate::engines::holds_on_every_engine(suite::$contract);
            })*

            #[test]
            fn no_contract_is_left_out() {
                super::assert_complete(include_str!(concat!("../../../contracts/src/", $source)), &[$(stringify!($contract)),*]);
            }
        }
    };
}

/// Compares the public functions of a suite with the contracts that are run.
fn assert_complete(source: &str, run: &[&str]) {
    let written: Vec<_> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub fn "))
        .filter_map(|line| line.split('(').next())
        .collect();
    assert_eq!(written, run, "list every contract of the suite here, in its order");
}

suite! { warehouses of cold_storage::warehouses in "cold_storage/warehouses.rs":
    a_warehouse_is_found_as_it_was_added,
    an_unknown_warehouse_is_not_found,
    a_deleted_warehouse_is_found_only_as_a_deleted_one,
    a_warehouse_of_another_organization_is_not_found,
    two_organizations_may_use_one_id_and_one_code,
    a_taken_code_is_a_duplicate_and_the_transaction_goes_on,
    the_code_of_a_deleted_warehouse_is_free,
    an_update_replaces_every_field,
    an_update_of_another_version_is_stale,
    an_update_does_not_reach_another_organization,
    an_update_to_a_taken_code_is_a_duplicate,
    a_deleted_warehouse_can_be_restored,
    a_warehouse_is_not_restored_to_a_code_given_away,
}

suite! { warehouse_scopes of cold_storage::warehouse_scopes in "cold_storage/warehouse_scopes.rs":
    what_is_out_of_reach_is_neither_found_nor_changed,
    lists_and_their_totals_hold_what_is_within_reach,
    what_an_organization_has_is_known_deleted_or_not,
}

suite! { warehouse_lists of cold_storage::warehouse_lists in "cold_storage/warehouse_lists.rs":
    every_sort_goes_by_its_column_and_then_by_id,
    deleted_warehouses_are_left_out,
    the_status_filters,
    the_text_is_looked_for_in_code_and_name_whatever_its_case,
    wildcards_in_the_text_stand_for_themselves,
    the_text_is_not_looked_for_across_code_and_name,
    any_text_may_be_looked_for,
    filters_are_joined_and_counted,
    an_offset_passes_over_rows_and_the_total_counts_them_all,
    an_empty_list_is_a_list,
    a_cursor_leads_through_all_rows_once,
    a_cursor_goes_on_from_an_offset,
    rows_that_come_and_go_shift_nothing,
    ties_that_come_and_go_shift_nothing,
    a_list_holds_nothing_of_another_organization,
}

suite! { users of identity::users in "identity/users.rs":
    a_person_is_found_by_the_address,
    a_taken_address_is_a_duplicate_and_the_transaction_goes_on,
    an_unknown_person_has_no_account,
    a_person_without_an_organization_has_an_account,
    an_account_lists_the_organizations_in_the_order_of_joining,
    an_account_holds_no_organization_of_others,
    an_address_is_verified_once,
    a_telephone_number_is_noted_of_whoever_has_none,
}

suite! { credentials of identity::credentials in "identity/credentials.rs":
    somebody_without_a_password_has_no_hash,
    a_locked_hash_is_the_present_one_of_this_person_alone,
    a_hash_is_set_and_then_replaced,
    a_hash_is_replaced_once_from_the_same_hash,
}

suite! { platform_roles of identity::platform_roles in "identity/platform_roles.rs":
    a_role_is_held_once_it_is_given_on_that_platform,
    a_session_knows_whether_its_person_administers_the_platform,
}

suite! { sessions of identity::sessions in "identity/sessions.rs":
    a_session_is_found_with_the_standing_of_its_person,
    an_unknown_session_is_not_found,
    a_session_has_the_present_rank,
    a_session_is_not_found_after_its_person_has_left,
    a_session_without_an_organization_has_no_standing,
    an_expired_session_is_given,
    a_session_that_is_extended_lasts_longer,
    an_ended_session_stays_ended_when_it_is_extended,
    a_session_is_revoked_once,
    the_sessions_of_a_person_end_in_one_organization,
    the_sessions_of_somebody_who_left_end_too,
    a_session_knows_whether_a_second_factor_is_missing,
    a_session_of_somebody_kept_from_working_is_not_active,
}

suite! { guesses of identity::guesses in "identity/guesses.rs":
    failures_in_a_row_lead_to_a_rest_that_grows,
    the_latest_rest_of_several_counts,
    a_right_guess_forgives_but_not_while_it_rests,
    failures_can_be_cleared_while_it_rests,
    failures_are_forgotten_in_time,
    kinds_of_guesses_do_not_mix,
    what_is_forgotten_is_deleted,
}

suite! { second_factors of identity::second_factors in "identity/second_factors.rs":
    an_authenticator_is_begun_anew_until_it_is_confirmed,
    a_confirmed_authenticator_is_not_replaced,
    a_step_is_spent_once_and_none_before_it_afterwards,
    a_recovery_code_is_spent_once_by_its_person,
    a_second_factor_is_removed_with_its_codes,
}

suite! { sealed_secrets of identity::sealed_secrets in "identity/sealed_secrets.rs":
    secrets_are_listed_by_person_in_pieces,
    a_secret_is_replaced_once_from_the_same_secret,
}

suite! { challenges of identity::challenges in "identity/challenges.rs":
    a_challenge_is_found_until_it_is_spent,
    a_new_challenge_sweeps_away_expired_ones_of_its_person,
    the_challenges_of_a_person_are_removed_together,
}

suite! { external_identities of identity::external_identities in "identity/external_identities.rs":
    an_identity_is_found_by_issuer_and_subject,
    an_identity_is_linked_to_one_person,
    the_use_of_an_identity_is_noted_of_its_person,
    the_identities_of_a_person_are_listed_by_time_of_linking_and_paged,
    the_providers_of_a_person_are_listed_once,
    an_identity_is_unlinked_once_by_its_person,
}

suite! { provider_starts of identity::provider_starts in "identity/provider_starts.rs":
    a_start_is_found_until_it_is_spent,
}

suite! { own_sessions of identity::own_sessions in "identity/own_sessions.rs":
    a_person_sees_their_sessions_as_they_are,
    sessions_that_are_over_and_those_of_others_are_left_out,
    own_sessions_are_listed_by_time_of_beginning_and_paged,
    a_person_ends_a_session_of_their_own_once,
    all_sessions_of_a_person_end_but_the_one_to_keep,
}

suite! { refresh_tokens of identity::refresh_tokens in "identity/refresh_tokens.rs":
    a_token_is_spent_once_and_then_replayed,
    a_token_nobody_was_given_is_unknown,
    the_owner_of_a_token_is_known_good_or_spent,
    asking_for_the_owner_spends_nothing,
    spending_a_token_spends_no_other,
    a_token_is_spent_once_within_a_transaction,
    a_token_spent_in_vain_is_still_good,
}

suite! { one_time_tokens of identity::one_time_tokens in "identity/one_time_tokens.rs":
    a_token_is_issued_unless_there_is_a_recent_one,
    a_token_is_good_until_it_ends,
    a_one_time_token_is_spent_once,
    all_tokens_of_a_person_are_spent_together,
}

suite! { registrations of identity::registrations in "identity/registrations.rs":
    a_request_is_found_as_it_was_made,
    one_request_waits_under_an_address,
    a_request_is_decided_once,
    requests_are_listed_by_status_and_paged,
}

suite! { founding of organizations::founding in "organizations/founding.rs":
    an_organization_is_found_as_it_was_added,
    a_taken_slug_is_a_duplicate_and_the_transaction_goes_on,
    a_new_organization_can_be_worked_in,
    an_update_replaces_the_scopes_organization,
    an_update_of_another_version_is_stale,
    an_update_does_not_reach_another_organization,
    a_person_sees_their_organizations_in_the_order_of_joining,
    the_organizations_of_a_person_are_paged,
    an_organization_is_found_by_its_slug,
}

suite! { members of organizations::members in "organizations/members.rs":
    plain_members_are_listed_in_the_order_of_their_ids,
    a_member_of_each_rank_is_found,
    a_place_in_another_organization_is_not_found,
    a_rank_is_of_one_organization,
    a_member_already_is_a_duplicate_and_the_transaction_goes_on,
    a_second_owner_is_a_duplicate,
    members_are_listed_in_the_order_of_joining,
    a_list_holds_no_member_of_another_organization,
    a_list_shows_who_may_work_here,
    members_are_paged,
    a_member_is_removed_once_and_from_one_organization,
    the_owner_is_never_removed,
    the_owner_of_another_organization_can_be_removed,
    an_admin_who_comes_back_as_a_member_is_one,
}

suite! { ranks of organizations::ranks in "organizations/ranks.rs":
    a_member_becomes_an_admin_once_and_in_one_organization,
    an_admin_becomes_a_member_once_and_in_one_organization,
    admins_are_listed_without_the_owner_and_paged,
    the_owner_is_found,
    ownership_goes_over_and_the_owner_of_before_is_an_admin,
    only_the_owner_hands_over,
}

suite! { life_cycles of organizations::life_cycles in "organizations/life_cycles.rs":
    steps_are_found_as_they_were_taken,
    a_step_that_does_not_fit_is_refused,
    sessions_end_in_one_organization_but_those_of_one_person,
    a_suspension_is_seen_wherever_the_organization_is,
    an_archived_organization_is_hidden,
    an_archived_organization_is_found_with_its_owner,
    archived_organizations_are_listed_for_their_owner,
}

suite! { housekeeping of housekeeping in "housekeeping.rs":
    organizations_fall_due_in_the_order_of_archiving,
    an_organization_goes_with_all_that_belongs_to_it,
    an_organization_goes_with_the_restraints_of_its_memberships,
    ended_sessions_go_with_their_tokens,
    expired_tokens_go_and_their_session_stays,
    what_an_organization_owns_is_cleared_but_for_its_trail,
}

suite! { leftovers of housekeeping::leftovers in "housekeeping/leftovers.rs":
    messages_go_some_time_after_they_were_done_or_given_up,
    leftovers_go_in_batches,
    tokens_of_letters_go_after_they_have_expired,
    questions_go_after_they_have_expired,
    starts_go_after_they_have_expired,
    guesses_go_after_they_are_forgotten,
    requests_go_after_they_were_decided,
    invitations_go_after_they_have_ended,
    refusals_go_some_time_after_they_happened,
}

suite! { business_profiles of organizations::business_profiles in "organizations/business_profiles.rs":
    a_new_organization_has_an_empty_profile,
    a_profile_is_found_as_it_was_changed,
    a_change_of_another_version_is_stale,
}

suite! { api_keys of access::api_keys in "access/api_keys.rs":
    a_key_is_found_as_it_was_added,
    a_key_is_found_by_its_text_with_its_organization,
    a_key_is_out_of_reach_of_another_organization,
    a_text_is_replaced_once_from_the_same_text,
    a_key_is_revoked_once_and_for_good,
    keys_are_listed_by_time_of_making_and_paged,
    a_use_is_noted_once_a_minute,
}

suite! { roles of access::roles in "access/roles.rs":
    a_role_is_found_as_it_was_added,
    built_in_roles_are_everybodys,
    a_role_is_out_of_reach_of_another_organization,
    a_taken_key_is_a_duplicate_and_the_transaction_goes_on,
    a_role_is_replaced_once_from_the_same_version,
    a_role_is_in_use_by_roles_newcomers_and_people,
    a_role_is_removed_once,
    roles_are_listed_by_key_and_paged,
}

suite! { reviews of access::reviews in "access/reviews.rs":
    members_are_reviewed_with_each_of_their_roles,
    a_review_is_paged,
    what_is_over_or_taken_away_is_not_reviewed,
    a_review_says_who_works_here_and_when_they_last_did,
}

suite! { decisions of access::decisions in "access/decisions.rs":
    a_refusal_is_found_as_it_was_recorded,
    a_refusal_is_out_of_reach_of_another_organization_but_for_whoever_it_was,
    the_same_refusal_is_found_by_everything_but_id_and_instant,
}

suite! { assignments of access::assignments in "access/assignments.rs":
    an_assignment_is_found_as_it_was_given,
    an_assignment_is_out_of_reach_of_others,
    what_is_over_is_listed_no_more,
    an_assignment_is_revoked_once,
    what_is_held_comes_with_all_that_it_includes,
    newcomers_are_viewers_unless_said_otherwise,
}

suite! { access_settings of access::settings in "access/settings.rs":
    a_new_organization_has_nothing_switched_off,
    settings_are_found_as_they_were_changed,
    a_session_knows_what_is_switched_off,
}

suite! { profiles of people::profiles in "people/profiles.rs":
    a_person_is_found_without_a_place_and_a_member_with_theirs,
    a_member_of_another_organization_is_not_found,
    a_profile_is_replaced_in_every_field,
    a_profile_of_another_version_is_stale,
    a_member_is_shown_with_the_role_they_have_had_longest,
    a_person_is_shown_with_their_role_on_the_platform,
}

suite! { person_lists of people::person_lists in "people/person_lists.rs":
    every_sort_goes_by_its_column_and_then_by_id,
    the_rank_filters,
    the_platform_filters,
    the_status_filters_and_archived_people_are_left_out,
    the_text_is_looked_for_in_name_and_address_whatever_its_case,
    wildcards_in_the_text_stand_for_themselves,
    a_changed_name_is_found_and_the_old_one_is_not,
    filters_are_joined_and_counted,
    a_cursor_leads_through_all_rows_once,
    a_list_holds_nobody_of_another_organization,
}

suite! { restraints of people::restraints in "people/restraints.rs":
    what_is_in_force_is_told_of_the_account_and_of_every_membership,
    a_restraint_ends_by_itself_at_its_last_instant,
    a_restraint_is_ended_once,
    a_person_and_a_member_show_their_status,
    a_history_is_of_one_membership_or_of_the_account_the_latest_first,
    a_history_is_paged,
    organizations_are_led_by_owner_and_admins,
    somebody_is_the_last_leader_where_nobody_else_of_rank_is_active,
}

suite! { images of people::images in "people/images.rs":
    a_picture_is_found_as_it_was_put_there,
    a_picture_is_removed_once,
}

suite! { invitations of invitations::repository in "invitations/repository.rs":
    an_invitation_is_found_as_it_was_added,
    an_invitation_is_out_of_reach_of_another_organization,
    one_invitation_is_pending_for_an_address_in_an_organization,
    one_invitation_is_pending_for_a_telephone_number_in_an_organization,
    an_expired_invitation_stands_in_the_way_of_no_other,
    an_open_invitation_is_found_by_its_token_until_it_ends,
    an_invitation_is_changed_once_from_the_same_state,
    an_invitation_is_accepted_once,
    invitations_are_listed_by_time_of_making_and_by_status,
}

suite! { outbox of outbox::queue in "outbox/queue.rs":
    a_message_is_claimed_as_it_was_left,
    a_message_goes_the_way_of_its_transaction,
    messages_are_claimed_in_the_order_in_which_they_are_due,
    a_claim_that_runs_out_is_taken_over,
    a_late_worker_ends_what_nobody_took_over,
    a_message_that_is_done_is_over_and_holds_nothing,
    a_message_that_is_put_off_rests_until_it_is_due,
}

suite! { audit of audit in "audit.rs":
    an_entry_carries_the_stamp_and_the_organization_of_its_scope,
    an_entry_of_the_control_plane_carries_what_its_scope_says,
    what_was_and_what_is_are_stored_as_given,
    what_is_personal_is_stored_as_a_digest,
    an_entry_goes_the_way_of_its_transaction,
    an_entry_that_cannot_be_written_fails_the_work_of_an_organization,
    an_entry_that_cannot_be_written_fails_the_work_of_the_control_plane,
}

suite! { chains of audit::chains in "audit/chains.rs":
    a_chain_ends_where_it_was_last_appended_to,
    links_are_listed_as_they_were_appended_in_the_order_of_their_numbers,
    a_chain_is_begun_once,
    what_waits_is_listed_with_its_stamp,
    a_chain_knows_what_it_holds,
    an_entry_leaves_only_into_its_chain,
    a_chain_needs_no_organization,
    what_waits_in_the_control_plane_is_listed_by_chain,
    what_is_sealed_is_taken_from_the_control_plane_by_chain,
    every_organization_is_found_page_by_page,
    a_chain_that_was_recorded_for_is_remembered_until_it_is_taken,
}

suite! { logs of audit::logs in "audit/logs.rs":
    entries_are_listed_the_latest_first_and_paged,
    entries_are_filtered_by_everything_that_is_asked,
    only_the_chain_of_the_organization_is_read,
    things_are_listed_to_which_anything_was_done,
}

suite! { unit_of_work of unit_of_work in "unit_of_work.rs":
    what_ends_well_is_kept,
    what_fails_leaves_nothing_behind,
    what_panics_leaves_nothing_behind,
    a_failure_that_was_overlooked_is_never_called_a_success,
    the_work_runs_once_and_its_failure_is_an_abort,
    work_is_seen_by_itself_at_once_and_by_others_after_the_commit,
    a_snapshot_cannot_write,
    a_snapshot_does_not_see_a_commit_made_meanwhile,
    a_snapshot_of_people_does_not_see_a_commit_made_meanwhile,
    work_sees_only_rows_of_its_tenant_in_every_mode,
}
