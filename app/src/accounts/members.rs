//! Use cases of an account's members.

use domain::{
    ids::UserId,
    members::{PAGE, may_reset},
    ports::{MemberQuery, MemberRecord},
    second_factor::step_up::Intent,
};

use super::{
    api::{MemberRow, MembersShown, MembersWanted, OneMember},
    owned,
};
use crate::{
    call::Call,
    error::AppError,
    step_up::{grant, taken},
};

pub(super) async fn page(call: &Call, wanted: MembersWanted) -> Result<MembersShown, AppError> {
    let account = owned::name(call, &wanted.account)?;
    let requires_mfa = owned::requires_mfa(call, &wanted.account)?;
    let viewer = call.caller()?.session.user.clone();
    let query = MemberQuery {
        offset: wanted.page.saturating_mul(PAGE),
        limit: Some(PAGE),
        ..query(wanted, &viewer)
    };
    let page = call.services.members.page(query).await?;
    Ok(MembersShown {
        account,
        requires_mfa,
        members: rows(page.members, &viewer),
        matching: page.matching,
    })
}

pub(super) async fn export(call: &Call, wanted: MembersWanted) -> Result<Vec<MemberRow>, AppError> {
    owned::check(call, &wanted.account)?;
    let viewer = call.caller()?.session.user.clone();
    let page = call.services.members.page(query(wanted, &viewer)).await?;
    Ok(rows(page.members, &viewer))
}

fn query(wanted: MembersWanted, viewer: &UserId) -> MemberQuery {
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
        added_at: member.added_at,
        used_at: member.used_at,
    };
    members.into_iter().map(row).collect()
}

pub(super) async fn reset(call: &Call, request: OneMember) -> Result<(), AppError> {
    let OneMember { account, member } = request;
    owned::resettable(call, &account, &member).await?;
    let grant = grant(call, Intent::MemberReset { account, member })?;
    taken(call.services.members.reset(grant).await?)
}
