//! The members of an account in pages, as an Owner sees them.

use domain::{
    ids::{AccountId, UserId},
    members::{MemberFacts, MemberState},
    people::{email, search_key},
    ports::{MemberPage, MemberQuery, MemberRecord, PortError},
    second_factor::{lockout::LOCK_AFTER, methods::MethodCounts},
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

// The statements have one form. The inner one lists the users of a page, and the outer one joins
// their details, so that only the members on the page are joined. All bind the account as `$1` and
// the Owner who looks as `$2`.

/// What the statements return of the user `u`: the facts of which `MemberState::of` makes
/// the state, and what the list shows.
macro_rules! details {
    () => {
        "
    SELECT u.id, u.name, u.email, p.role, a.require_mfa,
           (SELECT MIN(m.added_at) FROM mfa_methods m WHERE m.user_id = u.id) AS added_at,
           (SELECT MAX(m.used_at) FROM mfa_methods m WHERE m.user_id = u.id) AS used_at,
           (SELECT COUNT(*) FROM mfa_methods m
            WHERE m.user_id = u.id AND m.kind = 'application') AS applications,
           (SELECT COUNT(*) FROM mfa_methods m
            WHERE m.user_id = u.id AND m.kind = 'passkey') AS passkeys,
           (SELECT COUNT(*) FROM mfa_methods m
            WHERE m.user_id = u.id AND m.kind = 'security_key') AS security_keys,
           COALESCE(t.in_a_row, 0) AS refused_in_a_row,
           (SELECT COUNT(*)
            FROM memberships f
            WHERE f.user_id = u.id
              AND NOT EXISTS (SELECT 1
                              FROM memberships v
                              WHERE v.account_id = f.account_id
                                AND v.user_id = $2
                                AND v.role = 'owner')) AS foreign_accounts"
    };
}

/// Without a filter.
const PAGE: &str = concat!(
    details!(),
    "
    FROM (SELECT u.id
          FROM memberships p JOIN users u ON u.id = p.user_id
          WHERE p.account_id = $1
          ORDER BY u.name_folded, u.id
          LIMIT $3 OFFSET $4) listed
    JOIN users u ON u.id = listed.id
    JOIN memberships p ON p.user_id = listed.id AND p.account_id = $1
    JOIN accounts a ON a.id = $1
    LEFT JOIN attempts t ON t.user_id = listed.id
    ORDER BY u.name_folded, u.id"
);

/// How many members [`PAGE`] has in all.
const COUNT: &str = "SELECT COUNT(*) AS matching FROM memberships WHERE account_id = $1";

/// With a search, which reads all matching members and counts them in the same query.
const NAMED: &str = concat!(
    details!(),
    ",
        listed.matching
    FROM (SELECT u.id, COUNT(*) OVER () AS matching
          FROM memberships p JOIN users u ON u.id = p.user_id
          WHERE p.account_id = $1
            AND (u.name_folded LIKE $5 ESCAPE '\\' OR u.email LIKE $6 ESCAPE '\\')
          ORDER BY u.name_folded, u.id
          LIMIT $3 OFFSET $4) listed
    JOIN users u ON u.id = listed.id
    JOIN memberships p ON p.user_id = listed.id AND p.account_id = $1
    JOIN accounts a ON a.id = $1
    LEFT JOIN attempts t ON t.user_id = listed.id
    ORDER BY u.name_folded, u.id"
);

/// In the state `$7`, with or without a search. The `CASE` is the rule of `MemberState::of` in SQL,
/// because a page of members can't be filtered after it was read; `$8` is the number of refused
/// codes in a row that locks. A test compares the two.
const IN_STATE: &str = concat!(
    details!(),
    ",
        listed.matching
    FROM (SELECT u.id, COUNT(*) OVER () AS matching
          FROM memberships p
          JOIN users u ON u.id = p.user_id
          JOIN accounts a ON a.id = $1
          LEFT JOIN attempts t ON t.user_id = p.user_id
          WHERE p.account_id = $1
            AND CASE WHEN NOT EXISTS (SELECT 1 FROM mfa_methods m WHERE m.user_id = p.user_id)
                     THEN CASE WHEN a.require_mfa = 1 THEN 'setup_required' ELSE 'off' END
                     WHEN COALESCE(t.in_a_row, 0) >= $8 THEN 'locked'
                     ELSE 'on' END = $7
            AND ($6 = '%%'
                 OR u.name_folded LIKE $5 ESCAPE '\\'
                 OR u.email LIKE $6 ESCAPE '\\')
          ORDER BY u.name_folded, u.id
          LIMIT $3 OFFSET $4) listed
    JOIN users u ON u.id = listed.id
    JOIN memberships p ON p.user_id = listed.id AND p.account_id = $1
    JOIN accounts a ON a.id = $1
    LEFT JOIN attempts t ON t.user_id = listed.id
    ORDER BY u.name_folded, u.id"
);

/// One member, `$3`.
const ONE: &str = concat!(
    details!(),
    "
    FROM memberships p
    JOIN users u ON u.id = p.user_id
    JOIN accounts a ON a.id = p.account_id
    LEFT JOIN attempts t ON t.user_id = u.id
    WHERE p.account_id = $1 AND p.user_id = $3"
);

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
    let page = |sql| {
        of_account(sql, &asked.account, &asked.viewer)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
    };
    let named = |sql| {
        page(sql)
            .bind(patterns.name.clone())
            .bind(patterns.email.clone())
    };
    match asked.state {
        None if patterns.email == EVERYBODY => page(PAGE),
        None => named(NAMED),
        Some(state) => named(IN_STATE)
            .bind(state.code())
            .bind(i64::from(LOCK_AFTER)),
    }
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
        .bind(viewer.as_str().to_owned())
}

/// `None` if no name or address can contain the search, because engines would return an error for
/// some of these.
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
    let methods = MethodCounts {
        applications: row.count("applications")?,
        passkeys: row.count("passkeys")?,
        security_keys: row.count("security_keys")?,
    };
    let state = MemberState::of(MemberFacts {
        has_mfa: methods.total() > 0,
        refused_in_a_row: row.count("refused_in_a_row")?,
        is_required: row.flag("require_mfa")?,
    });
    Ok(MemberRecord {
        user: row.value("id")?,
        name: row.stored_text("name")?,
        email: row.stored_text("email")?,
        role: row.value("role")?,
        state,
        methods,
        added_at: row.maybe_at("added_at")?,
        used_at: row.maybe_at("used_at")?,
        foreign_accounts: row.count("foreign_accounts")?,
    })
}
