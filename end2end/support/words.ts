/**
 * What the pages say, where a test listens for it. Names of controls are fixed and stand with the
 * pages; these are sentences, so each names only the part that carries the meaning.
 */
export const words = {
  // Sign-in and passwords
  badCredentials: /email or (the )?password/i,
  passwordLength: /15/,
  deadLink: /link .*(no longer|not valid|isn.t valid|expired|used)/i,
  whoCanHelp: /ask|contact/i,
  passwordSaved: /password .*saved|saved .*password|you can sign in/i,

  // Codes
  wrongCode: /wrong|not right|incorrect|doesn.t match|isn.t right/i,
  justExpired: /just expired.*use the one shown now/i,
  alreadyUsed: /already used.*wait for the next one/i,
  backupCodeUsed: /already used|already been used/i,
  slowDevice: /about .*(minute|second).* slow/i,
  tooManyAttempts: /too many attempts/i,
  timeLeft: /\d+:\d\d|\d+ (minute|second)s?\b/i,
  codesLeft: (left: number): RegExp => new RegExp(`\\b${left} of 10\\b.*left`, 'i'),

  // Setting up
  mfaIsOff: /MFA is off/i,
  addFirst: /Add an MFA method first/,
  added: 'Authenticator application added. You were signed out everywhere else.',
  tickFirst: /saved these codes/i,
  notSavedYet: /(haven.t|not|never) .*(saved|finished)|finish/i,
  otherTab: /another tab|already (been )?(added|set up)/i,
  eachOnce: /each code works once/i,
  justNow: /now|minute/i,

  // The server away, the browser crippled
  javaScriptOff: /JavaScript/,
  webAssemblyOff: /WebAssembly/,
};
