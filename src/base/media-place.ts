import { Secret } from './secret.ts'

/** Where files of ours are kept: in the data folder, or in a bucket of a server that speaks as Amazon's S3 does. */
export type MediaPlace = 'file' | Bucket

export interface Bucket {
  /** the scheme and host that are asked */
  readonly origin: string
  /** what every file's path begins with: the bucket, where it is no part of the host, and the folder in it */
  readonly path: string
  readonly region: string
  readonly keys: BucketKeys
}

export interface BucketKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret | undefined
}

/** What may stand outside of the address, in the names that all tools for S3 know. */
export interface BucketDefaults {
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  readonly sessionToken?: string | undefined
  readonly region?: string | undefined
}

const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const FOLDER = /^(?:\/[\w.~-]+)*\/?$/
const PARAMETERS = new Set(['endpoint', 'region', 'style'])

/**
 * Reads `s3://[key:secret@]bucket[/folder][?endpoint=https://host&region=…&style=path|host]`.
 * @returns what is wrong with it, as the end of a sentence, when it is none; never a part of it, since it may hold a key
 */
export function bucketFrom(text: string, defaults: BucketDefaults): Bucket | string {
  const url = URL.parse(text)
  if (url?.protocol !== 's3:' || !NAME.test(url.hostname) || url.port !== '')
    return 'must be file, or like s3://bucket?region=eu-central-1.'
  if (!FOLDER.test(url.pathname))
    return 'has a folder with other characters than letters, digits, dots, dashes and underscores in it.'
  const { searchParams } = url
  if ([...searchParams.keys()].some((name) => !PARAMETERS.has(name)))
    return 'takes endpoint, region and style after the question mark, and nothing else.'
  const region = searchParams.get('region') ?? defaults.region ?? 'us-east-1'
  if (!/^[a-z0-9-]{1,40}$/.test(region)) return 'has a region like eu-central-1, or auto.'
  const endpoint = URL.parse(searchParams.get('endpoint') ?? `https://s3.${region}.amazonaws.com`)
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol) || `${endpoint.origin}/` !== endpoint.href)
    return 'has an endpoint like https://storage.example.com, without a path.'
  const style = searchParams.get('style') ?? (searchParams.has('endpoint') ? 'path' : 'host')
  if (style !== 'path' && style !== 'host') return 'has a style of path or host.'
  const keys = keysFrom(url, defaults)
  if (keys === undefined)
    return 'needs keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or s3://key:secret@bucket.'
  const folder = url.pathname.replace(/\/$/, '')
  return style === 'path'
    ? { origin: endpoint.origin, path: `/${url.hostname}${folder}`, region, keys }
    : { origin: `${endpoint.protocol}//${url.hostname}.${endpoint.host}`, path: folder, region, keys }
}

function keysFrom(url: URL, defaults: BucketDefaults): BucketKeys | undefined {
  const own = url.username !== '' || url.password !== ''
  const accessKeyId = own ? decoded(url.username) : defaults.accessKeyId
  const secret = own ? decoded(url.password) : defaults.secretAccessKey
  if (!accessKeyId || !secret) return undefined
  const sessionToken = own || !defaults.sessionToken ? undefined : new Secret(defaults.sessionToken)
  return { accessKeyId, secretAccessKey: new Secret(secret), sessionToken }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
