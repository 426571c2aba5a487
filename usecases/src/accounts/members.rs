//! Use cases of an account's members.

use domain::{
    ids::UserId,
    members::{PAGE, may_reset},
    ports::{MemberQuery, MemberRecord, MemberReset},
    second_factor::step_up::Intent,
};

use super::values::{MemberList, MemberListRequest, MemberRow, OneMember};
use crate::{Context, UseCaseError, ownership, step_up::verification::grant};

/// One page of an account's members.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn members(
    context: &Context,
    wanted: MemberListRequest,
) -> Result<MemberList, UseCaseError> {
    let account = ownership::name(context, &wanted.account)?;
    let requires_mfa = ownership::requires_mfa(context, &wanted.account)?;
    let viewer = context.caller()?.session.user.clone();
    let query = MemberQuery {
        offset: wanted.page.saturating_mul(PAGE),
        limit: Some(PAGE),
        ..query(wanted, &viewer)
    };
    let page = context.services.members.page(query).await?;
    Ok(MemberList {
        account,
        requires_mfa,
        members: rows(page.members, &viewer),
        matching: page.matching,
    })
}

/// All members that match, for the CSV.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn export(
    context: &Context,
    wanted: MemberListRequest,
) -> Result<Vec<MemberRow>, UseCaseError> {
    ownership::check(context, &wanted.account)?;
    let viewer = context.caller()?.session.user.clone();
    let page = context
        .services
        .members
        .page(query(wanted, &viewer))
        .await?;
    Ok(rows(page.members, &viewer))
}

fn query(wanted: MemberListRequest, viewer: &UserId) -> MemberQuery {
    MemberQuery {
        account: wanted.account,
        viewer: viewer.clone(),
        search: wanted.search,
        state: wanted.state,
        offset: 0,
        limit: None,
    }
}

fn rows(members: Vec<MemberRecord>, viewer: &UserId) -> Vec<MemberRow> {
    let row = |member: MemberRecord| MemberRow {
        no_reset: may_reset(
            viewer,
            &member.user,
            member.state.has_mfa(),
            member.foreign_accounts,
        )
        .err(),
        id: member.user,
        name: member.name.into(),
        email: member.email.to_string(),
        role: member.role,
        state: member.state,
        methods: member.methods,
        added_at: member.added_at,
        used_at: member.used_at,
    };
    members.into_iter().map(row).collect()
}

/// Deletes a member's method, codes and sessions, with a grant.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn reset_member(context: &Context, request: OneMember) -> Result<(), UseCaseError> {
    let OneMember { account, member } = request;
    ownership::resettable(context, &account, &member).await?;
    let grant = grant(context, Intent::MemberReset { account, member })?;
    match context.services.members.reset(grant).await? {
        MemberReset::Done => Ok(()),
        MemberReset::NoGrant => Err(UseCaseError::VerificationRequired),
        MemberReset::NotAllowed => Err(UseCaseError::NotAllowed),
    }
}
