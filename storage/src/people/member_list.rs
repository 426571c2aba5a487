//! The members of an account in pages, as an Owner sees them.

use domain::{
    ids::{AccountId, UserId},
    people::{email, search_key},
    ports::{MemberPage, MemberQuery, MemberRecord, PortError},
    second_factor::lockout::LOCK_AFTER,
};
use sqlx::any::AnyRow;

use crate::{
    Store,
    engine::{
        rows::Values,
        statement::{Statement, query},
    },
};

/// The limit of a query for all members.
const ALL: u32 = u32::MAX;
/// The pattern of an empty search; the statements compare with it, too.
const EVERYBODY: &str = "%%";
/// A pattern that matches no name.
const NOBODY: &str = "";

/// The `LIKE` patterns for search keys and addresses.
struct Patterns {
    name: String,
    email: String,
}

/// The rule of `MemberState::of` as an SQL expression, so that members can be filtered by state;
/// `$2` is the number of refused codes in a row that locks. A test compares the two.
macro_rules! state {
    () => {
        "CASE WHEN m.user_id IS NULL AND a.require_mfa = 1 THEN 'Setup required'
              WHEN m.user_id IS NULL THEN 'Off'
              WHEN COALESCE(t.in_a_row, 0) >= $2 THEN 'Locked'
              ELSE 'On' END"
    };
}

/// The joins that the state depends on.
macro_rules! with_mfa {
    ($user:literal) => {
        concat!(
            " JOIN accounts a ON a.id = $1
              LEFT JOIN mfa_methods m ON m.user_id = ",
            $user,
            " LEFT JOIN attempts t ON t.user_id = ",
            $user
        )
    };
}

/// The listed users as members: with name, role, state, and the number of their accounts that `$3` does not own.
macro_rules! members {
    ($listed:expr) => {
        concat!(
            "SELECT listed.id, listed.matching, u.name, u.email, p.role, m.added_at, m.used_at, ",
            state!(),
            " AS state,
               (SELECT COUNT(*) FROM memberships f WHERE f.user_id = listed.id
                AND NOT EXISTS (SELECT 1 FROM memberships v
                                WHERE v.account_id = f.account_id AND v.user_id = $3 AND v.role = 'owner')) AS foreign_accounts
             FROM (",
            $listed,
            ") listed
             JOIN users u ON u.id = listed.id
             JOIN memberships p ON p.user_id = listed.id AND p.account_id = $1",
            with_mfa!("listed.id"),
            " ORDER BY u.name_folded, u.id"
        )
    };
}

/// The users in the account `$1`.
macro_rules! people {
    ($matching:literal, $joined:expr, $rest:literal) => {
        concat!(
            "SELECT u.id, ",
            $matching,
            " AS matching FROM memberships p JOIN users u ON u.id = p.user_id",
            $joined,
            " WHERE p.account_id = $1 ",
            $rest
        )
    };
}

/// No filter: only the members on the page are joined with their details.
const PAGE: &str = members!(people!(
    "0",
    "",
    "ORDER BY u.name_folded, u.id LIMIT $4 OFFSET $5"
));
const COUNT: &str = "SELECT COUNT(*) AS matching FROM memberships WHERE account_id = $1";
/// A search reads all matching members, and counts them in the same query.
const NAMED: &str = members!(people!(
    "COUNT(*) OVER ()",
    "",
    "AND (u.name_folded LIKE $4 ESCAPE '\\' OR u.email LIKE $5 ESCAPE '\\')
     ORDER BY u.name_folded, u.id LIMIT $6 OFFSET $7"
));
/// Filtered by state.
const IN_STATE: &str = members!(concat!(
    people!("COUNT(*) OVER ()", with_mfa!("p.user_id"), "AND "),
    state!(),
    " = $6 AND ($5 = '%%' OR u.name_folded LIKE $4 ESCAPE '\\' OR u.email LIKE $5 ESCAPE '\\')
     ORDER BY u.name_folded, u.id LIMIT $7 OFFSET $8"
));
const ONE: &str = members!(people!("1", "", "AND u.id = $4"));

pub async fn page(store: &Store, asked: &MemberQuery) -> Result<MemberPage, PortError> {
    let Some(patterns) = patterns(&asked.search) else {
        return Ok(MemberPage {
            members: Vec::new(),
            matching: 0,
        });
    };
    let (limit, offset) = (asked.limit.unwrap_or(ALL), asked.offset);
    let looks_for_everybody = asked.state.is_none() && patterns.email == EVERYBODY;
    let rows = store.rows(listed(asked, &patterns, limit, offset)).await?;
    let counted = if looks_for_everybody {
        let count = query(COUNT).bind(asked.account.as_str());
        store.row(count).await?
    } else if rows.is_empty() && offset > 0 {
        // An empty page after the first has no row with the count.
        store.row(listed(asked, &patterns, 1, 0)).await?
    } else {
        None
    };
    let matching = counted.as_ref().or(rows.first());
    Ok(MemberPage {
        members: rows.iter().map(record).collect::<Result<_, _>>()?,
        matching: matching.map_or(Ok(0), |row| row.count("matching"))?,
    })
}

fn listed(asked: &MemberQuery, patterns: &Patterns, limit: u32, offset: u32) -> Statement {
    let of_account = |sql| of_account(sql, &asked.account, &asked.viewer);
    let looking = |sql| {
        let of_account = of_account(sql).bind(patterns.name.clone());
        of_account.bind(patterns.email.clone())
    };
    let listed = match asked.state {
        None if patterns.email == EVERYBODY => of_account(PAGE),
        None => looking(NAMED),
        Some(state) => looking(IN_STATE).bind(state.as_str()),
    };
    listed.bind(i64::from(limit)).bind(i64::from(offset))
}

pub async fn one(
    store: &Store,
    account: &AccountId,
    member: &UserId,
    viewer: &UserId,
) -> Result<Option<MemberRecord>, PortError> {
    let one = of_account(ONE, account, viewer).bind(member.as_str());
    store.row(one).await?.as_ref().map(record).transpose()
}

fn of_account(sql: &'static str, account: &AccountId, viewer: &UserId) -> Statement {
    query(sql)
        .bind(account.as_str())
        .bind(i64::from(LOCK_AFTER))
        .bind(viewer.as_str().to_owned())
}

/// `None` if no name or address can contain the search, because engines would return an error for some of these.
fn patterns(search: &str) -> Option<Patterns> {
    let search = search.trim();
    if search.contains(char::is_control) {
        return None;
    }
    let (name, email) = (search_key::of(search), email::search(search));
    if [&name, &email]
        .iter()
        .any(|key| key.chars().count() > email::MAX_BYTES)
    {
        return None;
    }
    let is_nothing = name.is_empty() && email.is_empty();
    if is_nothing && !search.is_empty() {
        return None;
    }
    Some(Patterns {
        name: if name.is_empty() && !is_nothing {
            NOBODY.to_owned()
        } else {
            pattern(&name)
        },
        email: pattern(&email),
    })
}

fn pattern(key: &str) -> String {
    let mut pattern = String::from("%");
    for c in key.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn record(row: &AnyRow) -> Result<MemberRecord, PortError> {
    Ok(MemberRecord {
        user: row.value("id")?,
        name: row.kept("name")?,
        email: row.kept("email")?,
        role: row.value("role")?,
        state: row.value("state")?,
        added_at: row.maybe_at("added_at")?,
        used_at: row.maybe_at("used_at")?,
        foreign_accounts: row.count("foreign_accounts")?,
    })
}
