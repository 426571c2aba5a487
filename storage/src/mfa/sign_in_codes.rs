//! A right code or signature at sign-in: uses it up, completes the session, and makes its browser
//! known.

use domain::{
    events::{Action, Event, MethodKind},
    ids::UserId,
    ports::{
        KnownBrowser, PortError, SignInBackupCode, SignInBackupCodeUse, SignInCode, SignInCodeUse,
        SignInKey, TokenSwap,
    },
    second_factor::lockout::refused_before,
    time::Timestamp,
    token::TokenHash,
};

use crate::{
    Store,
    engine::{
        batch::Batch,
        statement::{Statement, query},
        transaction::WriteTransaction,
    },
    mfa::{application, backup_codes, kind_of_key, methods, public_keys},
    sign_in::{guess_budgets, known_browsers, session_bounds, sessions},
};

/// Completes the session and gives it a new token. Returns how many complete sessions the user has.
const COMPLETE_SESSION: &str = "
    UPDATE sessions
    SET token_hash = $3, second_factor_at = $4, seen_at = $4
    WHERE id = $1 AND token_hash = $2 AND second_factor_at IS NULL AND user_id = $5
    RETURNING (
        SELECT COUNT(*)
        FROM sessions s
        WHERE s.user_id = $5 AND s.second_factor_at IS NOT NULL
    ) AS complete";

const NOTE_RECOVERY: &str = "
    UPDATE sessions
    SET recovered_at = $2
    WHERE id = $1";

/// A proof that may be spent once, and what it completes.
struct Completion {
    swap: TokenSwap,
    browser: KnownBrowser,
    is_browser_known: bool,
    /// Whether an attempt was counted for it. A signature is no guess.
    is_counted: bool,
    /// Spends the proof: changes one row, only for the call that did it.
    spend: Statement,
    note_use: Statement,
    event: Event,
}

/// Uses up the step of a code.
pub async fn use_code(store: &Store, code: SignInCode) -> Result<SignInCodeUse, PortError> {
    let completion = Completion {
        browser: known(&code.swap, &code.user, code.browser, code.at),
        is_browser_known: code.is_browser_known,
        is_counted: true,
        spend: methods::burn_step_statement(&code.user, &code.method, code.step),
        note_use: methods::note_use_statement(&code.user, &code.method, code.at),
        event: application(Action::SecondFactor, &code.user),
        swap: code.swap,
    };
    complete(store, completion).await
}

/// Stores what a signature leaves.
pub async fn use_key(store: &Store, key: SignInKey) -> Result<SignInCodeUse, PortError> {
    let event = Event::done(Action::SecondFactor).of(&key.user);
    let completion = Completion {
        browser: known(&key.swap, &key.user, key.browser, key.at),
        is_browser_known: key.is_browser_known,
        is_counted: false,
        spend: public_keys::store_use_statement(&key.user, &key.key),
        note_use: methods::note_use_statement(&key.user, &key.key.method, key.at),
        event: event.with(kind_of_key(&key.key)),
        swap: key.swap,
    };
    complete(store, completion).await
}

/// Spends the proof in one batch with its effects; the changes of the user, the proof and the
/// session decide.
async fn complete(store: &Store, completion: Completion) -> Result<SignInCodeUse, PortError> {
    let mut write = store.write().await?;
    let browser = &completion.browser;
    let KnownBrowser {
        user, token, at, ..
    } = browser;
    let mut batch = Batch::default();
    let note_sign_in = batch.add(sessions::note_sign_in_statement(user, *at));
    let spend = batch.add(completion.spend);
    batch.add(completion.note_use);
    let complete_session = batch.add(complete_session_statement(&completion.swap, browser));
    let put_browser = batch.add(known_browsers::put_statement(browser));
    let clear_strangers = batch.add(guess_budgets::clear_strangers_statement(user));
    let clear_browser = completion
        .is_browser_known
        .then(|| batch.add(guess_budgets::clear_browser_statement(user, *token)));
    let event = completion.event;
    let (results, event) = write.run_batch_with_event(batch, event).await?;
    let strangers = guess_budgets::cleared_count(&results[clear_strangers])?;
    let browsers = clear_browser
        .map(|clear| guess_budgets::cleared_count(&results[clear]))
        .transpose()?;
    let refused_before = match browsers {
        browsers if !completion.is_counted => strangers.max(browsers.unwrap_or(0)),
        Some(browsers) => refused_before(browsers, Some(strangers)),
        None => refused_before(strangers, None),
    };
    let answer = match (
        results[note_sign_in].changed,
        results[spend].changed,
        results[complete_session].changed,
    ) {
        (1, 1, 1) => SignInCodeUse::Accepted { refused_before },
        (1, 0, _) => SignInCodeUse::AlreadyUsed,
        _ => SignInCodeUse::SessionGone,
    };
    let completed = &results[complete_session];
    session_bounds::end_surplus_complete(&mut write, completed, browser).await?;
    known_browsers::forget_surplus(&mut write, &results[put_browser], user).await?;
    let is_accepted = matches!(answer, SignInCodeUse::Accepted { .. });
    write.commit_if(is_accepted, event).await?;
    Ok(answer)
}

/// Spends a backup code.
pub async fn use_backup_code(
    store: &Store,
    code: SignInBackupCode,
) -> Result<SignInBackupCodeUse, PortError> {
    let mut write = store.write().await?;
    if !sessions::note_sign_in(&mut write, &code.user, code.at).await? {
        write.rollback().await?;
        return Ok(SignInBackupCodeUse::SessionGone);
    }
    if !backup_codes::spend(&mut write, &code.user, &code.code, code.at).await? {
        write.rollback().await?;
        return Ok(SignInBackupCodeUse::AlreadyUsed);
    }
    let browser = known(&code.swap, &code.user, code.browser, code.at);
    if !complete_session(&mut write, &code.swap, &browser).await? {
        write.rollback().await?;
        return Ok(SignInBackupCodeUse::SessionGone);
    }
    // A user who signed in with the last backup code has none left to verify with, so the sign-in
    // itself allows one verification.
    let recovered = query(NOTE_RECOVERY)
        .bind(code.swap.session.as_str())
        .bind(code.at.millis());
    write.run(recovered).await?;
    let codes_left = backup_codes::count_left(&mut write, &code.user).await?;
    let event = Event::done(Action::SecondFactor)
        .of(&code.user)
        .with(MethodKind::BackupCode);
    write.commit(event).await?;
    Ok(SignInBackupCodeUse::Accepted { codes_left })
}

/// After a backup code was used: completes the pending session, rotates its token, and marks its
/// browser as known. False if the session is gone.
async fn complete_session(
    write: &mut WriteTransaction,
    swap: &TokenSwap,
    browser: &KnownBrowser,
) -> Result<bool, PortError> {
    let mut batch = Batch::default();
    let complete = batch.add(complete_session_statement(swap, browser));
    let results = write.run_batch(batch).await?;
    if results[complete].changed != 1 {
        return Ok(false);
    }
    session_bounds::end_surplus_complete(write, &results[complete], browser).await?;
    known_browsers::put(write, browser).await?;
    let clear = guess_budgets::clear_browser_statement(&browser.user, browser.token);
    write.run(clear).await?;
    Ok(true)
}

/// Marks the second factor as given and rotates the token.
fn complete_session_statement(swap: &TokenSwap, browser: &KnownBrowser) -> Statement {
    let complete = sessions::bind_swap(query(COMPLETE_SESSION), swap, browser.at);
    complete.bind(browser.user.as_str())
}

fn known(swap: &TokenSwap, user: &UserId, token: TokenHash, at: Timestamp) -> KnownBrowser {
    KnownBrowser {
        token,
        user: user.clone(),
        session: swap.session.clone(),
        at,
    }
}
