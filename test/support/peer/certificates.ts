import { webcrypto } from 'node:crypto'
import * as asn1 from 'asn1js'
import * as pkijs from 'pkijs'

/** A certificate authority of the test's own, so that TLS is real: node:crypto makes keys but no certificates. */
export interface TestAuthority {
  /** PEM: what the server under test must trust */
  readonly certificate: string
  /** a certificate and key for that name, made once */
  issue(name: string): Promise<{ cert: string; key: string }>
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' }
let shared: Promise<TestAuthority> | undefined

/** The one that all servers of a test file have their certificates from. */
export function theAuthority(): Promise<TestAuthority> {
  shared ??= makeAuthority()
  return shared
}

export async function makeAuthority(): Promise<TestAuthority> {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }))
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const root = await certify(
    'Weft test authority',
    keys.publicKey,
    'Weft test authority',
    keys.privateKey,
    true,
  )
  const leaf = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const key = pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', leaf.privateKey))
  const issued = new Map<string, Promise<{ cert: string; key: string }>>()
  const make = async (name: string) => ({
    cert: await certify(name, leaf.publicKey, 'Weft test authority', keys.privateKey, false),
    key,
  })
  return {
    certificate: root,
    issue(name) {
      const known = issued.get(name) ?? make(name)
      issued.set(name, known)
      return known
    },
  }
}

async function certify(
  subject: string,
  subjectKey: webcrypto.CryptoKey,
  issuer: string,
  issuerKey: webcrypto.CryptoKey,
  authority: boolean,
): Promise<string> {
  const certificate = new pkijs.Certificate()
  certificate.version = 2
  const serial = webcrypto.getRandomValues(new Uint8Array(16))
  serial[0] = 1
  certificate.serialNumber = new asn1.Integer({ valueHex: serial.buffer })
  certificate.subject.typesAndValues.push(commonName(subject))
  certificate.issuer.typesAndValues.push(commonName(issuer))
  certificate.notBefore.value = new Date(Date.now() - 86_400_000)
  certificate.notAfter.value = new Date(Date.now() + 30 * 86_400_000)
  certificate.extensions = [authority ? basicConstraints() : alternativeName(subject)]
  await certificate.subjectPublicKeyInfo.importKey(subjectKey)
  await certificate.sign(issuerKey, 'SHA-256')
  return pem('CERTIFICATE', certificate.toSchema(true).toBER(false))
}

function commonName(value: string): pkijs.AttributeTypeAndValue {
  return new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1.Utf8String({ value }) })
}

function basicConstraints(): pkijs.Extension {
  const parsed = new pkijs.BasicConstraints({ cA: true })
  return new pkijs.Extension({
    extnID: '2.5.29.19',
    critical: true,
    extnValue: parsed.toSchema().toBER(false),
  })
}

function alternativeName(name: string): pkijs.Extension {
  const isAddress = /^[\d.]+$/.test(name)
  const value = isAddress
    ? new pkijs.GeneralName({
        type: 7,
        value: new asn1.OctetString({ valueHex: Uint8Array.from(name.split('.').map(Number)).buffer }),
      })
    : new pkijs.GeneralName({ type: 2, value: name })
  const parsed = new pkijs.GeneralNames({ names: [value] })
  return new pkijs.Extension({ extnID: '2.5.29.17', extnValue: parsed.toSchema().toBER(false) })
}

function pem(label: string, der: ArrayBuffer): string {
  const text = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`
}
