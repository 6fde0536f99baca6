/** As much of an address as any mail server takes (RFC 5321, section 4.5.3.1). */
const LONGEST = 254
/** Whether a message arrives there nobody can tell from its form; but what has none is a slip of the keyboard. */
const EMAIL = /^[^\s\p{C}@<>()",;:\\[\]]{1,64}@[^\s\p{C}@<>()",;:\\[\].]+(?:\.[^\s\p{C}@<>()",;:\\[\].]+)+$/u

export function isEmail(text: string): boolean {
  return text.length <= LONGEST && EMAIL.test(text)
}
