//! Members as an Owner sees them, a page at a time.

use domain::{
    email::Email,
    ids::{AccountId, UserId},
    lockout::LOCK_AFTER,
    ports::{MemberPage, MemberQuery, MemberRecord, PortError},
};
use sqlx::{any::AnyRow, query};

use crate::{Store, connect::Sql, rows::Values};

/// A limit for those who want all.
const ALL: u32 = u32::MAX;
/// The pattern of those who look for nobody in particular; the statements know it, too.
const EVERYBODY: &str = "%%";

/// People in the account `$1`, with their names and their roles.
macro_rules! people {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, u.name_folded, p.role
             FROM memberships p JOIN users u ON u.id = p.user_id WHERE p.account_id = $1 ",
            $rest
        )
    };
}

/// The same as members. The state is the rule of `MemberState::of` as an expression, so that it can be asked for; `$2` refused codes in a
/// row lock. A test compares the two.
macro_rules! members {
    ($columns:literal, $people:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM (SELECT listed.*, m.added_at, m.used_at,
                           CASE WHEN m.id IS NULL AND a.require_mfa = 1 THEN 'Setup required'
                                WHEN m.id IS NULL THEN 'Off'
                                WHEN COALESCE(t.in_a_row, 0) >= $2 THEN 'Locked'
                                ELSE 'On' END AS state
                    FROM (",
            $people,
            ") listed
                    JOIN accounts a ON a.id = $1
                    LEFT JOIN mfa_methods m ON m.user_id = listed.id
                    LEFT JOIN attempts t ON t.user_id = listed.id) found ",
            $rest
        )
    };
}

/// Counts the accounts that `$3` does not own for the members on the page only.
macro_rules! as_seen {
    ($members:expr) => {
        concat!(
            "SELECT shown.*, (SELECT COUNT(*) FROM memberships f WHERE f.user_id = shown.id
                              AND NOT EXISTS (SELECT 1 FROM memberships v
                                              WHERE v.account_id = f.account_id AND v.user_id = $3 AND v.role = 'owner')) AS foreign_accounts
             FROM (", $members, ") shown ORDER BY shown.name_folded, shown.id"
        )
    };
}

/// In any state: only those on the page are looked at for it.
const PAGE: &str = as_seen!(members!(
    "*",
    people!(
        "AND ($4 = '%%' OR u.name_folded LIKE $4 ESCAPE '\\' OR u.email LIKE $4 ESCAPE '\\')
         ORDER BY u.name_folded, u.id LIMIT $5 OFFSET $6"
    ),
    ""
));
const COUNT: &str = "SELECT COUNT(*) AS matching FROM memberships WHERE account_id = $1";
const COUNT_NAMED: &str = concat!(
    "SELECT COUNT(*) AS matching FROM (",
    people!("AND (u.name_folded LIKE $2 ESCAPE '\\' OR u.email LIKE $2 ESCAPE '\\')"),
    ") listed"
);
/// In one state.
const PAGE_IN_STATE: &str = as_seen!(members!(
    "*",
    people!("AND (u.name_folded LIKE $4 ESCAPE '\\' OR u.email LIKE $4 ESCAPE '\\')"),
    "WHERE found.state = $5 ORDER BY found.name_folded, found.id LIMIT $6 OFFSET $7"
));
const COUNT_IN_STATE: &str = members!(
    "COUNT(*) AS matching",
    people!("AND (u.name_folded LIKE $3 ESCAPE '\\' OR u.email LIKE $3 ESCAPE '\\')"),
    "WHERE found.state = $4"
);
const ONE: &str = as_seen!(members!("*", people!("AND u.id = $4"), ""));

pub async fn page(store: &Store, asked: &MemberQuery) -> Result<MemberPage, PortError> {
    let Some(pattern) = pattern(&asked.search) else {
        return Ok(MemberPage {
            members: Vec::new(),
            matching: 0,
        });
    };
    let page = |sql| {
        let page = of_account(sql, &asked.account).bind(asked.viewer.as_str().to_owned());
        page.bind(pattern.clone())
    };
    let (page, matching) = match asked.state {
        None if pattern == EVERYBODY => {
            let count = query(COUNT).bind(asked.account.as_str());
            (page(PAGE), count)
        }
        None => {
            let count = query(COUNT_NAMED).bind(asked.account.as_str());
            (page(PAGE), count.bind(pattern.clone()))
        }
        Some(state) => {
            let count = of_account(COUNT_IN_STATE, &asked.account).bind(pattern.clone());
            (
                page(PAGE_IN_STATE).bind(state.as_str()),
                count.bind(state.as_str()),
            )
        }
    };
    let page = page
        .bind(i64::from(asked.limit.unwrap_or(ALL)))
        .bind(i64::from(asked.offset));
    let rows = store.rows(page).await?;
    let matching = store.row(matching).await?;
    Ok(MemberPage {
        members: rows.iter().map(record).collect::<Result<_, _>>()?,
        matching: matching.map_or(Ok(0), |row| row.count("matching"))?,
    })
}

pub async fn one(
    store: &Store,
    account: &AccountId,
    member: &UserId,
    viewer: &UserId,
) -> Result<Option<MemberRecord>, PortError> {
    let one = of_account(ONE, account)
        .bind(viewer.as_str())
        .bind(member.as_str());
    store.row(one).await?.as_ref().map(record).transpose()
}

fn of_account(sql: &'static str, account: &AccountId) -> Sql {
    query(sql)
        .bind(account.as_str())
        .bind(i64::from(LOCK_AFTER))
}

/// What `LIKE` looks for; none when no name and no address can hold it, for which engines have errors instead of answers.
fn pattern(search: &str) -> Option<String> {
    let folded = search.trim().to_lowercase();
    if folded.chars().count() > Email::MAX_BYTES || folded.contains(char::is_control) {
        return None;
    }
    let mut pattern = String::from("%");
    for c in folded.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

fn record(row: &AnyRow) -> Result<MemberRecord, PortError> {
    Ok(MemberRecord {
        user: row.value("id")?,
        name: row.value("name")?,
        email: row.value("email")?,
        role: row.value("role")?,
        state: row.value("state")?,
        added_at: row.maybe_at("added_at")?,
        used_at: row.maybe_at("used_at")?,
        foreign_accounts: row.count("foreign_accounts")?,
    })
}
