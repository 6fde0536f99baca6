/**
 * Whether what came with a new passkey says nothing of who made the device, as was asked: no statement, or one signed by
 * the passkey itself. Certificates are not looked at: reading them would ask addresses that stand in them, whosever
 * those are.
 */
export async function isBareAttestation(object: string): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers')
  try {
    const decoded = decodeAttestationObject(Uint8Array.from(Buffer.from(object, 'base64url')))
    const format = decoded.get('fmt')
    return format === 'none' || (format === 'packed' && decoded.get('attStmt').get('x5c') === undefined)
  } catch {
    return false
  }
}
