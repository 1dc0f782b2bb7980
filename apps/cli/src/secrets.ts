const HIDDEN = '***'
const SECRET_PARAMETER = /([?&][^=&#]*(?:pass|pwd|secret|token|key)[^=&#]*=)([^&#]+)/gi
/** Up to the last @: a password may hold any character, though it should not. */
const CREDENTIALS = /(\/\/[^/?#@:]*):(.*)@/

const secrets = new Set<string>()

/** A URL as it may be shown. What is hidden in it is hidden from then on in every text that `scrub` gets. */
export function redact(url: string): string {
  const found = [CREDENTIALS.exec(url)?.[2], ...[...url.matchAll(SECRET_PARAMETER)].map((match) => match[2])]
  for (const secret of found) if (secret !== undefined && secret !== '') remember(secret)
  return url.replace(CREDENTIALS, `$1:${HIDDEN}@`).replace(SECRET_PARAMETER, `$1${HIDDEN}`)
}

/** Hides the secrets of every URL that was redacted: drivers quote them in their errors. */
export function scrub(text: string): string {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, HIDDEN)
  return clean
}

function remember(secret: string): void {
  // Shorter ones would make holes in every other word, and are no secret.
  if (secret.length >= 4) secrets.add(secret)
  try {
    const decoded = decodeURIComponent(secret)
    if (decoded.length >= 4) secrets.add(decoded)
  } catch {
    // Not percent-encoded, although it looks so: the driver gets it as it is.
  }
}
