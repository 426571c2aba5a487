/**
 * What the pages say, where a test listens for it. Names of controls are fixed and stand with the
 * pages; these are sentences, so each names only the part that carries the meaning.
 */
export const words = {
  // Sign-in and passwords
  badCredentials: /email or (the )?password/i,
  passwordLength: /15/,
  deadLink: /link .*(no longer|not valid|isn.t valid|expired|used)/i,
  askTheInviter: /If you have set a password, sign in\. If not, open the newest link, or ask the person who invited you/,
  linkNotKept: /address bar does not keep the link/i,
  newestLink: /If there is an Owner already, sign in\. If not, open the newest link/,
  whoCanHelp: /ask|contact/i,
  passwordChanged: 'Password changed. You were signed out everywhere else.',
  wrongPassword: /password is wrong/i,
  perhapsChanged: 'Your last try, whose answer was lost, may have changed the password: try the new one.',
  commonPassword: /many people use this password/i,
  passwordPattern: /repeats itself or follows a sequence/i,
  passwordSaved: /password .*saved|saved .*password|you can sign in/i,

  // Codes
  wrongCode: /wrong|not right|incorrect|doesn.t match|isn.t right/i,
  justExpired: /just expired.*use the one shown now/i,
  alreadyUsed: /already used.*wait for the next one/i,
  usedByLostTry: /already used.*It may have been your last try, whose answer was lost\./,
  backupCodeUsed: /already used|already been used/i,
  slowDevice: /about .*(minute|second).* slow/i,
  tooManyAttempts: /too many attempts/i,
  backupCodesWait: 'Too many attempts. Backup codes have to wait too.',
  timeLeft: /\d+:\d\d|\d+ (minute|second)s?\b/i,
  sessionEnded: 'Your session has ended. Sign in again.',
  drawnAnew: /^These are new codes\. .*stop working once you click Finish/,
  severalCodes: /^This holds more than one backup code. Paste one of them.$/,
  codesLeft: (left: number): RegExp => new RegExp(`\\b${left} of 10\\b.*left`, 'i'),

  // What the browser is asked to do
  fileHandedOver: /file was handed to your browser/,
  fileRefused: /did not take the file/,
  printing: /was asked to print/,
  notPrinted: /can't print from here/,
  copyByHand: /Press Ctrl\+C/,

  // Setting up
  mfaIsOff: /MFA is off/i,
  addFirst: /Add an MFA method first/,
  added: 'Authenticator application added. You were signed out everywhere else.',
  tickFirst: /saved these codes/i,
  notSavedYet: /(haven.t|not|never) .*(saved|finished)|finish/i,
  otherTab: /another tab|already (been )?(added|set up)/i,
  eachOnce: /each code works once/i,
  justNow: /now|minute/i,

  // What there is to do with a method
  beforeTheScan: /replace the old entry as soon as you scan.*backup code signs you in/i,
  resetCancelled: /old authenticator still works.*delete the new entry/i,
  setUpCancelled: /nothing was added.*delete its entry/i,
  reset: /reset.*delete the old entry in the app.*signed out everywhere else/i,
  keptCodes: /codes from before still work/i,
  untilFinish: /from before work until you click Finish/i,
  otherTabCodes: /replaced or finished in another tab/i,
  neverFinished: /did not finish.*from before still work/i,
  deleted: /application deleted.*signed out everywhere else/i,
  generated: /new backup codes.*no longer work/i,
  renamed: /name saved/i,
  tested: /your authenticator .*works/i,
  leaveUnsaved: 'Leave without saving the codes?',
  costOfReset: /reset.*works until the new one is verified/i,
  costOfDelete: /delete.*backup codes stop working too/i,
  costOfGenerate: /existing codes stop working/i,

  // Accounts and their rule
  requiredNow: (account: string): RegExp => new RegExp(`now required for ${account}`),
  notRequired: (account: string): RegExp => new RegExp(`no longer required for ${account}`),
  demanded: (account: string): RegExp => new RegExp(`${account} requires MFA`),
  setBy: (who: string): RegExp => new RegExp(`Set (on|off) by ${who}`),
  ownersOnly: /only an owner/i,
  closedToOwner: /closed to you until you set it up/i,
  loading: /^Loading…$/,
  noAccount: /you belong to no account/i,
  setUpFirst: /requires MFA.*(set it up|once you have set it up)/i,
  operatorAdds: /added by the operator/i,
  codesOffered: (left: number): string => `${left} of 10 backup codes left`,

  // Members
  memberReset: (name: string): RegExp => new RegExp(`MFA of ${name} was reset`),
  oneself: /your own method in My profile/i,
  foreignAccounts: /accounts that you don.t own.*ask the operator/i,
  nobodyMatches: /no member matches/i,

  workAfterFinish: /work only once you click Finish/,

  // The server away, the browser crippled
  javaScriptOff: /JavaScript/,
  webAssemblyOff: /WebAssembly/,
  notLoaded: /could not be loaded/,
  changedOnItsWay: /changed on its way/,
  offline: /you are offline/i,
  noServer: /no connection to the server/i,
  frontEnded: /^The sign-in in front of this page has ended\. Copy what you typed, then reload/,
  frontEndedHere: 'The sign-in in front of this page has ended. Reload the page to sign in there again.',
  otherPage: /^Another page came instead of the server's answer\. Copy what you typed, then reload/,
  gateway: /in front of the server can't reach it\. Trying again/,
  gatewayHere: /^The server did not answer: what stands in front of it says so\./,
  blocked: /^Something between your browser and the server refused what was sent\./,
  throttled: /lets no more requests through for now\. Wait a minute/,
  cutShort: /^An answer came, but it was empty or cut short on its way\./,
  perhapsDone: /^The answer to your last try was lost on its way\. It may have been done/,
  foreignRequest: /^This request did not arrive as this page's own: .*Tell your operator\.$/,
  noCookie: /^You are not signed in, because this browser keeps no cookie of this address\./,
  newVersion: /new version/i,
  unreadable: /answer can't be read.*reload the page/i,
  reference: (reference: string): RegExp => new RegExp(`operator this reference: ${reference}$`),
};
